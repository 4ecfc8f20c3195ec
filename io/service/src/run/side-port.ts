import { type RunningHttpServer, ServerError, serveHttp } from "@breakwater/http-server";
import type { Health } from "../health/health.ts";
import { profiling } from "../profiling/profiling.ts";
import type { ServiceRoutes } from "../routes.ts";
import { serviceHandler } from "../service-handler.ts";
import { healthRoutes } from "./health-routes.ts";
import type { ServiceKit } from "./service-kit.ts";

export interface SideOptions {
  /** "off" for none. One that is named must be free; the usual one, 9091, may be taken. */
  readonly port?: number | "off" | undefined;
  /** The service's own if left out. */
  readonly hostname?: string | undefined;
  /** CPU and heap profiles under /debug/pprof for whoever reaches the port; off if left out. */
  readonly profiles?: boolean | undefined;
  /** What else it answers. */
  readonly routes?: ServiceRoutes | undefined;
}

export interface SideParts {
  readonly kit: ServiceKit;
  readonly health: Health;
  readonly hostname: string | undefined;
  readonly defaultPort: number;
}

const limits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxBodyBytes: 65_536,
  maxConnections: 100,
  maxStreams: 100,
  idleTimeoutMs: 60_000,
  maxUnsentBytes: 1_073_741_824,
};

/**
 * Serves /metrics, health and profiles on a port of their own, which a busy service, its limits and
 * the outside do not reach. It stays until the service has drained.
 */
export function startSide(options: SideOptions, parts: SideParts): RunningHttpServer | undefined {
  const { port = parts.defaultPort, hostname = parts.hostname } = options;
  if (port === "off") return undefined;
  const { clock, log } = parts.kit;
  try {
    return serveHttp({
      port,
      hostname,
      limits,
      clock,
      handler: serviceHandler({
        clock,
        stages: [],
        routes: sideRoutes(options, parts),
        newId: () => crypto.randomUUID(),
        clientIp: () => "",
        onPanic: (err) => log.logger.error({ err }, "The side port failed"),
      }),
      onError: (err) => log.logger.error({ err }, "The side port failed"),
    });
  } catch (error) {
    if (options.port !== undefined || !(error instanceof ServerError)) throw error;
    log.logger.warn(`No metrics: ${error.message}, or name another one for them`);
    return undefined;
  }
}

function sideRoutes(options: SideOptions, { kit, health }: SideParts): ServiceRoutes {
  const { profiles = false, routes } = options;
  const { name, clock, metrics } = kit;
  const heapSnapshot = (): string => Bun.generateHeapSnapshot("v8");
  return {
    ...healthRoutes(health),
    "GET /metrics": metrics.handler,
    ...(profiles && { "GET /debug/pprof/*": profiling({ name, clock, heapSnapshot }) }),
    ...routes,
  };
}
