import type { Clock } from "@breakwater/clock";
import { type HttpClient, httpClient, proxyFromEnvironment } from "@breakwater/http-client";
import type { EngineJob } from "./engine.ts";

/**
 * Dials under way at once, over all workers of a run: half of the usual listen backlog of 512, so
 * that 5,000 VUs which start at once do not drown the target's queue of new connections.
 */
const MAX_PENDING_CONNECTS = 256;

const CONNECT_TIMEOUT_MS = 30_000; // k6's dial timeout

/** The HTTP client of one process of the run. */
export function openClient(
  job: Pick<EngineJob, "plan" | "workers" | "caPem" | "proxies">,
  clock: Clock,
): HttpClient {
  const { plan, workers, caPem, proxies } = job;
  const { tls, hosts, blacklistIps, blockHostnames, insecureSkipTlsVerify } = plan.http;
  return httpClient({
    clock,
    hosts,
    blacklistIps,
    blockHostnames,
    proxyFor: proxyFromEnvironment(proxies),
    tls: {
      ...tls,
      insecureSkipVerify: insecureSkipTlsVerify,
      ...(caPem !== undefined && { ca: caPem }),
    },
    dns: plan.http.dns,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    maxPendingConnects: Math.max(1, Math.floor(MAX_PENDING_CONNECTS / workers)),
    random: Math.random,
  });
}
