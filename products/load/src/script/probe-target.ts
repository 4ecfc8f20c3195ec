import { parseUrl } from "@breakwater/http-client";
import type { EngineJob } from "../engine/engine.ts";
import { openClient } from "../engine/open-client.ts";
import { exitCode, RunError } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";

/**
 * URL mode opens one connection before the run and closes it without a request: a name that does
 * not resolve, a refused port or a bad certificate is said at once, not ten seconds later. Scripts
 * may know what they do, so they are not probed. Throws RunError.
 */
export async function probeTarget(
  job: Pick<EngineJob, "workload" | "plan" | "caPem" | "proxies">,
  io: LoadIo,
): Promise<void> {
  if (job.workload.kind !== "url") return;
  using client = openClient({ ...job, workers: 1 }, io.clock);
  const failure = await client.dial(parseUrl(job.workload.url).origin);
  if (!failure) return;
  const message = `Cannot reach ${job.workload.url}: ${failure.message}`;
  throw new RunError(exitCode.unreachable, message);
}
