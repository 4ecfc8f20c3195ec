import { join } from "node:path";
import { BenchError } from "../bench-error.ts";
import { CLIENT_CORE, SERVER_CORE } from "../bench-server.ts";
import { runPinned, startPinned } from "../pinned-process.ts";
import { workFolder } from "../tool.ts";
import type { Contestant, Work } from "./contestants.ts";

const bw = [process.execPath, "--no-env-file", "--no-install", "products/cli/src/main.ts"];

/** One part of a run: half load, the surge's first seconds, or the overload after them. */
export interface Part {
  readonly seconds: number;
  readonly ok: number;
  /** Answered well, and as fast as is asked for. */
  readonly inTime: number;
  readonly shed: number;
  /** Neither well answered nor shed: timed out, failed, reset. */
  readonly lost: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Overload {
  readonly half: Part;
  readonly surge: Part;
  readonly steady: Part;
  readonly dropped: number;
}

export interface OverloadOptions {
  readonly work: Work;
  readonly contestant: Contestant;
  /** What the service can do at most, in requests/s. */
  readonly peak: number;
  readonly times: number;
  readonly inTimeMs: number;
  readonly seconds: { readonly half: number; readonly surge: number; readonly steady: number };
  readonly signal: AbortSignal;
}

/** Half load, then so many times the peak, through what the contestant puts before the work. */
export async function measureOverload(options: OverloadOptions): Promise<Overload> {
  const { work, contestant, peak, times, inTimeMs, seconds, signal } = options;
  await using target = await startTarget(work, contestant, signal);
  const summaryPath = join(workFolder, "overload.json");
  const parts = [seconds.half, seconds.surge, seconds.steady];
  const environment = {
    TARGET: target.url,
    PEAK: peak,
    TIMES: times,
    IN_TIME_MS: inTimeMs,
    SECONDS: parts.join(","),
  };
  await runPinned(
    [
      ...[...bw, "run", "bench/scripts/overload.k6.js", "-q", "--summary-export", summaryPath],
      ...Object.entries(environment).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ],
    { core: CLIENT_CORE, signal, timeoutMs: 1000 * (parts.reduce((a, b) => a + b) + 30) },
  );
  const { metrics } = await Bun.file(summaryPath).json();
  return {
    half: readPart(metrics, "half", seconds.half),
    surge: readPart(metrics, "surge", seconds.surge),
    steady: readPart(metrics, "steady", seconds.steady),
    dropped: metrics.dropped_iterations?.count ?? 0,
  };
}

/** What the service can do at its best: a few clients that come again as soon as answered. */
export async function measurePeak(work: Work, signal: AbortSignal): Promise<number> {
  const none = { name: "none", protect: "none", gate: undefined } as const;
  await using target = await startTarget(work, none, signal);
  const summaryPath = join(workFolder, "overload-peak.json");
  const command = [...bw, "run", `${target.url}/work`, "-u", "16", "-d", "6s", "-q"];
  await runPinned([...command, "--workers", "1", "--summary-export", summaryPath], {
    core: CLIENT_CORE,
    signal,
    timeoutMs: 30_000,
  });
  const { metrics } = await Bun.file(summaryPath).json();
  return metrics.http_reqs.rate;
}

interface Metrics {
  readonly [name: string]: Readonly<Record<string, number>> | undefined;
}

function readPart(metrics: Metrics, name: string, seconds: number): Part {
  const count = (status: number): number =>
    metrics[`http_reqs{scenario:${name},status:${status}}`]?.["count"] ?? 0;
  const took = metrics[`http_req_duration{scenario:${name},status:200}`] ?? {};
  return {
    seconds,
    ok: count(200),
    inTime: metrics[`in_time{scenario:${name}}`]?.["count"] ?? 0,
    shed: count(503) + count(429),
    lost: [500, 502, 504, 0].reduce((sum, status) => sum + count(status), 0),
    p50Ms: took["med"] ?? Number.NaN,
    p99Ms: took["p(99)"] ?? Number.NaN,
  };
}

interface Target extends AsyncDisposable {
  readonly url: string;
}

async function startTarget(
  work: Work,
  { protect, gate }: Contestant,
  signal: AbortSignal,
): Promise<Target> {
  await using opened = new AsyncDisposableStack();
  const service = await startListening(
    [process.execPath, "bench/overload/service.ts", "--work", work.name, "--protect", protect],
    SERVER_CORE,
    signal,
  );
  opened.use(service);
  let { url } = service;
  if (gate !== undefined) {
    const flags = ["--upstream", url, "--port", "0", "--metrics-port", "off", ...gate];
    const before = await startListening([...bw, "gate", ...flags], CLIENT_CORE, signal);
    opened.use(before);
    ({ url } = before);
  }
  const stack = opened.move();
  return { url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Starts what prints where it listens. */
async function startListening(
  command: readonly string[],
  core: number,
  signal: AbortSignal,
): Promise<Target> {
  const child = startPinned(command, { core, signal, killSignal: "SIGTERM" });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
  };
  const url = await firstUrl(child.stdout);
  if (url !== undefined) return { url, [Symbol.asyncDispose]: stop };
  await stop();
  const why = (await child.stderr.text()).trim().slice(-400);
  throw new BenchError("server_not_up", `\`${command.join(" ")}\` does not say where: ${why}`);
}

/** Reads on after it, so that whoever writes is not held up. */
function firstUrl(output: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const read = async (): Promise<void> => {
    let said = "";
    const decoder = new TextDecoder();
    for await (const bytes of output) {
      if (said.length < 10_000) said += decoder.decode(bytes);
      const url = /http:\/\/[\w.:]+/.exec(said)?.[0];
      if (url !== undefined) resolve(url);
    }
    resolve(undefined);
  };
  read().catch(() => resolve(undefined));
  return promise;
}
