import type { Clock } from "@breakwater/clock";
import { type ProcessPressure, processPressure } from "@breakwater/pressure";
import type { Call } from "../call.ts";
import type { LogSink } from "../log/log-output.ts";
import { type LogLevel, type ServiceLog, serviceLog } from "../log/service-log.ts";
import { type ServiceMetrics, serviceMetrics } from "../metrics/service-metrics.ts";
import { checkWhole } from "../service-error.ts";

export interface ServiceKitOptions {
  /** As /health and its profiles call it. */
  readonly name: string;
  readonly clock: Clock;
  readonly log?: {
    /** "info" if left out. */
    readonly level?: LogLevel | undefined;
    /** "json" if left out; "text" is for people's terminals. */
    readonly format?: "json" | "text" | undefined;
    /** Standard output if left out. */
    readonly sink?: LogSink;
  };
  /** Who asked within that time is an active user; five minutes if left out. */
  readonly activeWindowMs?: number;
  /** Up to so many active users are counted exactly; 10,000 if left out. */
  readonly maxActiveUsers?: number;
  /** What requests' label `route` says, of few; the pattern of the matched route if left out. */
  readonly routeOf?: (call: Call) => string;
}

/** What the parts of a service have in common, made before them. */
export interface ServiceKit {
  readonly name: string;
  readonly clock: Clock;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly pressure: ProcessPressure;
}

const DAY_MS = 86_400_000;
const PRESSURE_INTERVAL_MS = 500;
/** Such a delay in each turn leaves no service within its time. */
const LOOP_DELAY_FULL_MS = 200;

/**
 * Logs, counts and measures from now on; runService() ends that when it stops. Throws ServiceError.
 */
export function serviceKit(options: ServiceKitOptions): ServiceKit {
  const { name, clock, activeWindowMs = 300_000, maxActiveUsers = 10_000, routeOf } = options;
  checkWhole("activeWindowMs", activeWindowMs, 1, DAY_MS);
  checkWhole("maxActiveUsers", maxActiveUsers, 1, 1_000_000);
  const { level = "info", format = "json", sink } = options.log ?? {};
  const log = serviceLog({ clock, level, format, ...(sink && { sink }) });
  const pressure = processPressure({
    clock,
    intervalMs: PRESSURE_INTERVAL_MS,
    loopDelayFullMs: LOOP_DELAY_FULL_MS,
  });
  const metrics = serviceMetrics({ clock, pressure, activeWindowMs, maxActiveUsers, routeOf });
  metrics.registerCounter({
    name: "log_lines_dropped_total",
    help: "Lines that were lost because who reads the log was slow or gone.",
    read: () => log.droppedLines,
  });
  return { name, clock, log, metrics, pressure };
}
