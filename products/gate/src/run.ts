import { randomBytes } from "node:crypto";
import type { TlsIdentity } from "@breakwater/http-server";
import {
  clientIpOf,
  type HealthCheck,
  isFrom,
  type LogSink,
  type RunningService,
  runService,
  type ServiceKit,
  serviceKit,
} from "@breakwater/service";
import { systemClock } from "@breakwater/system-clock";
import { Gate } from "./gate.ts";
import { registerGateMetrics } from "./gate-metrics.ts";
import { type GateStatus, gateStatus } from "./gate-status.ts";
import { describeLimit } from "./limit.ts";
import type { ListeningSettings } from "./options.ts";
import { asGateError, Reloads, readSettings, type SettingsSource } from "./reloads.ts";
import { type SideParts, sideRoutes } from "./side-routes.ts";
import { readIdentity } from "./tls-files.ts";

export interface RunGateOptions extends SettingsSource {
  /** Gets a line for what a person should know. */
  readonly log?: (line: string) => void;
}

export interface RunningGate extends AsyncDisposable {
  /** Where this machine reaches it. */
  readonly url: URL;
  /** Where /metrics, /status and /reload are, if they are. */
  readonly sideUrl: URL | undefined;
  /** Of the service behind, as it is now. */
  readonly upstreams: readonly string[];
  /** The limit in force, in words. */
  readonly limit: string;
  /** Reads the file again. Throws a GateError if that cannot be; then all stays as it was. */
  reload(): void;
  /** Drains: what is under way may still take so long; with 0, it is cut at once. */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/** Starts a gate. Throws GateError for what cannot be, ServerError where it cannot listen. */
export async function runGate(options: RunGateOptions): Promise<RunningGate> {
  const { listening, policy } = readSettings(options);
  const tls = listening.tls === undefined ? undefined : await readIdentity(listening.tls);
  const clock = systemClock();
  const via = `bw-gate-${randomBytes(6).toString("hex")}`;
  const isTrusted = isFrom(listening.trustedProxies);
  using opened = new DisposableStack();
  const gate = opened.use(
    asGateError(() => new Gate(policy, { clock, random: Math.random, via, isTrusted })),
  );
  const reloads = new Reloads(gate, options, listening);
  const reload = (): void => reloads.run();
  const startedMs = clock.nowMs();
  const status = (): GateStatus =>
    gateStatus(gate, { uptimeMs: clock.nowMs() - startedMs, reload: reloads.status });
  const service = await serve(gate, { ...options, listening, tls, status, reload });
  opened.move();
  const stop = async (how: { readonly graceMs?: number | undefined } = {}): Promise<void> => {
    await service.stop(how);
    gate[Symbol.dispose]();
  };
  return {
    url: service.url,
    sideUrl: service.sideUrl,
    get upstreams() {
      return gate.policy.upstream.urls;
    },
    get limit() {
      return describeLimit(gate.policy.limit, gate.limiter.snapshot().limit);
    },
    reload,
    stop,
    [Symbol.asyncDispose]: () => stop({ graceMs: 0 }),
  };
}

interface ServeParts extends SideParts {
  readonly listening: ListeningSettings;
  readonly tls: TlsIdentity | undefined;
  readonly log?: (line: string) => void;
}

function serve(gate: Gate, parts: ServeParts): Promise<RunningService> {
  const { listening, tls } = parts;
  const { hostname, port, http3, maxClients, maxBodyBytes, idleTimeoutMs } = listening;
  const kit = openKit(gate, parts);
  registerGateMetrics(kit.metrics, gate);
  // Answers are logged by this one, everything else by the kit's.
  const log = listening.accessLog ? kit.log : { ...kit.log, level: "silent" as const };
  return runService(
    { ...kit, log },
    {
      ...{ port, hostname, tls, http3 },
      clientIp: clientIpOf({ trustedProxies: listening.trustedProxies }),
      limits: { maxBodyBytes, idleTimeoutMs, maxConnections: maxClients, maxHeadBytes: 65_536 },
      // Those of the service behind, not the gate's own, which are on the side port.
      routes: Object.fromEntries(
        ["/live", "/health", "/ready"].flatMap((path) =>
          ["GET", "ANY"].map((method) => [`${method} ${path}`, gate.handler]),
        ),
      ),
      fallback: gate.handler,
      checks: [upstreamCheck(gate)],
      side: {
        port: listening.metricsPort,
        hostname: listening.metricsHost,
        routes: sideRoutes(parts),
      },
      drain: { announceMs: listening.drainDelayMs, graceMs: listening.graceMs },
    },
  );
}

/** Its lines are answers, if those are asked for, and what went wrong. */
function openKit(gate: Gate, { listening, log = () => {} }: ServeParts): ServiceKit {
  const sink: LogSink = (chunk, taken) => {
    log(chunk.trimEnd());
    taken();
  };
  const lines = listening.accessLog
    ? ({ level: "info", format: "json" } as const)
    : ({ level: "warn", format: "text" } as const);
  const { routeOf } = gate;
  return serviceKit({ name: "gate", clock: systemClock(), log: { ...lines, sink }, routeOf });
}

function upstreamCheck(gate: Gate): HealthCheck {
  return {
    name: "upstream",
    // The gate is ready without: it tells clients better than a balancer without any gate could.
    isRequired: false,
    check: () => {
      if (!gate.pool.isUp) throw new Error("The upstream is down");
    },
  };
}
