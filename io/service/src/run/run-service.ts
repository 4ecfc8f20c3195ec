import { pressureGate, type RequestContext } from "@breakwater/admission";
import {
  type Exchange,
  type RunningHttpServer,
  type ServerLimits,
  serveHttp,
  type TlsIdentity,
} from "@breakwater/http-server";
import { admission } from "../admission/admission.ts";
import type { WatchedLimiter } from "../admission/load.ts";
import type { Call, CallHandler, Stage } from "../call.ts";
import { type Health, type HealthCheck, health, type LoadReadiness } from "../health/health.ts";
import { accessLog } from "../log/access-log.ts";
import type { ServiceRoutes } from "../routes.ts";
import { checkWhole } from "../service-error.ts";
import { serviceHandler } from "../service-handler.ts";
import { clientIpOf } from "../web/client-ip.ts";
import { healthRoutes } from "./health-routes.ts";
import type { ServiceKit } from "./service-kit.ts";
import { type SideOptions, startSide } from "./side-port.ts";
import { type StandardStages, standardStages } from "./standard-stages.ts";
import { type Resource, ServiceStop, type StopServiceOptions } from "./stop-service.ts";

export interface ServiceOptions {
  readonly port: number;
  /** Every address of the machine if left out. */
  readonly hostname?: string | undefined;
  readonly tls?: TlsIdentity | undefined;
  readonly http3?: boolean;
  /** In place of those of `serviceLimits`. */
  readonly limits?: Partial<ServerLimits>;
  /** GET /live, /health and /ready are there already. */
  readonly routes: ServiceRoutes;
  readonly fallback?: CallHandler;
  readonly stages?: Omit<StandardStages, "accessLog" | "metrics" | "admission">;
  readonly admission?: ServiceAdmission | undefined;
  /** The client's address; that of its connection if left out; see clientIpOf(). */
  readonly clientIp?: ((exchange: Exchange) => string) | undefined;
  /** Patterns of routes that are not logged when they go well, beside those for health. */
  readonly quiet?: readonly string[];
  readonly checks?: readonly HealthCheck[];
  readonly loadReadiness?: LoadReadiness | undefined;
  /** Where metrics, health and profiles are; left out: 9091, or nowhere if that is taken. */
  readonly side?: SideOptions;
  readonly drain?: DrainTimes;
  /** What is closed after the last answer, in that order: a cache, then the database. */
  readonly resources?: readonly Resource[];
}

export interface ServiceAdmission extends WatchedLimiter {
  readonly contextOf?: (call: Call) => RequestContext;
  /** Also sheds by how hard the process is pressed; see PressureGateOptions. */
  readonly pressure?: PressureRamp | undefined;
}

export interface PressureRamp {
  readonly start: number;
  readonly saturate: number;
  readonly hysteresis: number;
}

export interface DrainTimes {
  /** From "not ready" to closing the port, for balancers to notice; 0 if left out. */
  readonly announceMs?: number | undefined;
  /** What runs or waits in the queue then has so long; 10 s if left out. */
  readonly graceMs?: number | undefined;
}

export interface RunningService extends AsyncDisposable {
  /** Where this machine reaches it. */
  readonly url: URL;
  /** Where metrics and profiles are, if they are. */
  readonly sideUrl: URL | undefined;
  /**
   * Drains: not ready, connections told to close, then what runs and what waits is awaited and the
   * rest cut, resources closed in order, the log flushed. Again is harmless; a grace of 0 hurries.
   */
  stop(options?: StopServiceOptions): Promise<void>;
}

/** What one connection and one request may take; see ServerLimits. */
export const serviceLimits: ServerLimits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxBodyBytes: 10_485_760,
  maxConnections: 20_000,
  maxStreams: 100,
  idleTimeoutMs: 60_000,
  maxUnsentBytes: 4_194_304,
};

const healthPatterns = ["/live", "/health", "/ready"];
const DEFAULT_SIDE_PORT = 9091;
const MAX_LINGER_MS = 30_000;
const DAY_MS = 86_400_000;
const PRESSURE_STALE_MS = 5000;

/** Starts the service. Throws ServerError if it cannot listen, ServiceError for what cannot be. */
export async function runService(
  kit: ServiceKit,
  options: ServiceOptions,
): Promise<RunningService> {
  await using opened = new AsyncDisposableStack();
  opened.defer(() => stopMeasuring(kit));
  const { clock, log, name } = kit;
  const { checks = [], resources = [], drain = {}, loadReadiness: load } = options;
  const { announceMs = 0, graceMs = 10_000 } = drain;
  checkWhole("drain.announceMs", announceMs, 0, DAY_MS);
  checkWhole("drain.graceMs", graceMs, 0, DAY_MS);
  const state = health({ clock, service: name, checks, logger: log.logger, load });
  const server = serve(kit, options, state);
  opened.use(server);
  const { hostname, side: sideOptions = {} } = options;
  const defaultPort = DEFAULT_SIDE_PORT;
  const side = startSide(sideOptions, { kit, health: state, hostname, defaultPort });
  opened.move();
  watchServer(kit, server);
  const stopping = new ServiceStop({
    clock,
    logger: log.logger,
    server,
    health: state,
    resources,
    announceMs,
    graceMs,
    last: async () => {
      await side?.stop({ graceMs: 0 });
      await stopMeasuring(kit);
    },
  });
  const stop = (how: StopServiceOptions = {}): Promise<void> => stopping.stop(how);
  log.logger.info({ service: name, url: server.url.href, side: side?.url.href }, "Listening");
  const cut = (): Promise<void> => stop({ graceMs: 0 });
  return { url: server.url, sideUrl: side?.url, stop, [Symbol.asyncDispose]: cut };
}

function serve(kit: ServiceKit, options: ServiceOptions, state: Health): RunningHttpServer {
  const { clock, log, metrics } = kit;
  const { port, hostname, tls, http3 = false, limits, fallback, quiet = [] } = options;
  const handler = serviceHandler({
    clock,
    stages: standardStages({
      ...options.stages,
      accessLog: accessLog({ log, quiet: [...healthPatterns, ...quiet] }),
      metrics: metrics.stage,
      admission: options.admission && admissionOf(kit, options.admission),
    }),
    routes: { ...healthRoutes(state), ...options.routes },
    ...(fallback && { fallback }),
    newId: () => crypto.randomUUID(),
    clientIp: options.clientIp ?? clientIpOf({ trustedProxies: [] }),
    onPanic: (err, { id, request: { method, path }, route: { pattern } }) => {
      log.logger.error({ request_id: id, method, route: pattern, path, err }, "A handler failed");
    },
  });
  return serveHttp({
    port,
    hostname,
    tls,
    http3,
    limits: { ...serviceLimits, ...limits },
    leavesHalfClosed: true,
    clock,
    handler,
    onError: (err) => log.logger.error({ err }, "A connection failed"),
  });
}

function admissionOf({ metrics, pressure }: ServiceKit, options: ServiceAdmission): Stage {
  const { limiter, capacity, contextOf, pressure: ramp } = options;
  const random = Math.random;
  const { signals } = pressure;
  const staleAfterMs = PRESSURE_STALE_MS;
  return admission({
    limiter,
    random,
    maxLingerMs: MAX_LINGER_MS,
    ...(contextOf && { contextOf }),
    pressure: ramp && pressureGate({ ...ramp, signals, staleAfterMs, whenStale: "ignore", random }),
    watch: metrics.watchLimiter({ limiter, capacity }),
  });
}

function watchServer({ metrics }: ServiceKit, server: RunningHttpServer): void {
  metrics.registerGauge({
    name: "http_connections_open",
    help: "Connections of clients.",
    read: () => server.counts().openConnections,
  });
  metrics.registerCounter({
    name: "http_connections_accepted_total",
    help: "Connections that were taken.",
    read: () => server.counts().acceptedConnections,
  });
}

async function stopMeasuring({ log, metrics, pressure }: ServiceKit): Promise<void> {
  metrics.stop();
  pressure.stop();
  await log.flush();
}
