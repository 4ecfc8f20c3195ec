import type { Clock } from "@breakwater/clock";
import type { ProcessPressure } from "@breakwater/pressure";
import { type Metric, Registry } from "prom-client";
import type { Load, WatchedLimiter } from "../admission/load.ts";
import type { Call, CallHandler, Stage } from "../call.ts";
import { ServiceError } from "../service-error.ts";
import { ActiveUsers } from "./active-users.ts";
import { AdmissionMetrics, type AdmissionWatch } from "./admission-metrics.ts";
import { ProcessMetrics } from "./process-metrics.ts";
import {
  type BucketCounts,
  type Reading,
  type ReadMetricOptions,
  readMetric,
} from "./read-metric.ts";
import { RequestSeries, type RequestTotals } from "./request-series.ts";

export interface ServiceMetricsOptions {
  readonly clock: Clock;
  /** What the process is measured by; its signals are told as well. */
  readonly pressure: ProcessPressure;
  /** Who asked within that time is an active user. */
  readonly activeWindowMs: number;
  /** Up to so many active users are counted exactly. */
  readonly maxActiveUsers: number;
  /** What requests' label `route` says, of few; the pattern of the matched route if left out. */
  readonly routeOf?: ((call: Call) => string) | undefined;
}

export interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  /** Called at each scrape: a number, or one for each set of labels, which must be few. */
  readonly read: () => number | readonly Reading[];
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Whoever made them adds to them. */
  readonly counts: BucketCounts;
}

export interface ServiceMetrics {
  /** Prometheus' metrics of this service alone; others may be added. */
  readonly registry: Registry;
  /** Counts every call. */
  readonly stage: Stage;
  /** Answers with all of them in Prometheus' text format. */
  readonly handler: CallHandler;
  registerGauge(options: GaugeOptions): void;
  /** What only grows; its name ends in "_total". */
  registerCounter(options: GaugeOptions): void;
  registerHistogram(options: HistogramOptions): void;
  /** The first one is the service's own, whose queue and CCU are told without a label. */
  watchLimiter(limiter: WatchedLimiter): AdmissionWatch;
  totals(): RequestTotals;
  /** Of the service's own limiter, if one is watched. */
  load(): Load | undefined;
  /** Requests that limiters have rejected. */
  rejected(): number;
  /** Ends its sampling. */
  stop(): void;
}

/** What a service counts of itself, and how it tells that. */
export function serviceMetrics(options: ServiceMetricsOptions): ServiceMetrics {
  const { clock, pressure, activeWindowMs: windowMs, maxActiveUsers: maxUsers } = options;
  const registry = new Registry();
  const { routeOf = ({ route }) => route.pattern } = options;
  const requests = new RequestSeries(routeOf);
  const users = new ActiveUsers({ clock, windowMs, maxUsers });
  const limiters = new AdmissionMetrics(pressure.signals, () => requests.totals().inFlight);
  const ofProcess = new ProcessMetrics({ clock, pressure });
  const register = (metric: Metric): void => registry.registerMetric(metric);
  for (const { metrics } of [requests, users, limiters, ofProcess]) metrics.forEach(register);
  const registerRead = ({ type, name, help, read }: ReadMetricOptions): void => {
    if (!/^[a-zA-Z_:][\w:]*$/.test(name) || registry.getSingleMetric(name)) {
      const hint = "use letters, digits and underscores, and each name once";
      throw new ServiceError("bad_option", `Cannot call a metric "${name}": ${hint}`);
    }
    register(readMetric({ type, name, help, read }));
  };
  return {
    registry,
    stage: (next) => (call) => {
      requests.onBegin(call);
      call.onEnd((end) => {
        requests.onEnd(call, end);
        users.onEnd(call, end);
      });
      return next(call);
    },
    handler: async (call) => {
      const body = await registry.metrics();
      call.respond({ status: 200, fields: [["content-type", registry.contentType]], body });
    },
    registerGauge: ({ read, ...named }) =>
      registerRead({ type: "gauge", ...named, read: () => readingsOf(read) }),
    registerCounter: ({ read, ...named }) =>
      registerRead({ type: "counter", ...named, read: () => readingsOf(read) }),
    registerHistogram: ({ counts, name, help }) =>
      registerRead({ type: "histogram", name, help, read: () => counts.readings(name) }),
    watchLimiter: (limiter) => limiters.watch(limiter),
    totals: () => requests.totals(),
    load: () => limiters.load(),
    rejected: () => limiters.rejected(),
    stop: () => ofProcess.stop(),
  };
}

/** None of what cannot be read: a pool that is closed must not hide all other metrics. */
function readingsOf(read: GaugeOptions["read"]): readonly Reading[] {
  try {
    const value = read();
    return typeof value === "number" ? [{ value }] : value;
  } catch {
    return [];
  }
}
