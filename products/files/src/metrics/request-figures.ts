import type { Clock } from "@breakwater/clock";
import { Histogram } from "@breakwater/metrics";
import type { Stage } from "@breakwater/service";

/** What `GET /metrics/requests` shows. */
export interface RequestFigures {
  /** Counts every call; the outermost stage. */
  readonly stage: Stage;
  /** Calls under way. */
  readonly active: number;
  /** As the original showed it, and what it could not tell. */
  show(): object;
  /** What is under way stays counted. */
  reset(): void;
}

/** Counts calls by route: what fits none is one entry, however many paths it has. */
export function requestFigures(clock: Clock): RequestFigures {
  let active = 0;
  let sinceMs = clock.nowMs();
  let all = new Histogram();
  let endpoints = new Map<string, Histogram>();
  let statuses = new Map<number, number>();
  const count = (name: string, status: number, tookMs: number): void => {
    all.add(tookMs);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    let endpoint = endpoints.get(name);
    if (endpoint === undefined) {
      endpoint = new Histogram();
      endpoints.set(name, endpoint);
    }
    endpoint.add(tookMs);
  };
  return {
    get active() {
      return active;
    },
    stage: (next) => (call) => {
      active += 1;
      call.onEnd(({ status, tookMs }) => {
        active -= 1;
        const { pattern } = call.route;
        const name = pattern === "unmatched" ? pattern : `${call.request.method} ${pattern}`;
        count(methods.has(call.request.method) ? name : "other", status, tookMs);
      });
      return next(call);
    },
    show: () => {
      const seconds = (clock.nowMs() - sinceMs) / 1000;
      const errors = sum([...statuses].filter(([status]) => isError(status)));
      const by = <Value>(read: (times: Histogram) => Value): Record<string, Value> =>
        Object.fromEntries([...endpoints].map(([name, endpoint]) => [name, read(endpoint)]));
      return {
        total_requests: all.count,
        active_requests: active,
        total_errors: errors,
        error_rate_pct: all.count === 0 ? 0 : (errors / all.count) * 100,
        avg_latency_ms: meanOf(all),
        max_latency_ms: all.isEmpty ? 0 : all.max,
        p50_latency_ms: quantile(all, 0.5),
        p95_latency_ms: quantile(all, 0.95),
        p99_latency_ms: quantile(all, 0.99),
        requests_per_sec: seconds === 0 ? 0 : all.count / seconds,
        uptime_seconds: seconds,
        endpoint_counts: by(({ count }) => count),
        endpoint_avg_latency_ms: by(meanOf),
        endpoint_p95_latency_ms: by((times) => quantile(times, 0.95)),
        status_codes: Object.fromEntries(statuses),
      };
    },
    reset: () => {
      sinceMs = clock.nowMs();
      all = new Histogram();
      endpoints = new Map();
      statuses = new Map();
    },
  };
}

const meanOf = (times: Histogram): number => (times.isEmpty ? 0 : times.mean);

const quantile = (times: Histogram, share: number): number =>
  times.isEmpty ? 0 : times.quantile(share);

/** Of others there may be any number. */
const methods: ReadonlySet<string> = new Set([
  ...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
]);

/** 0: cut off before there was an answer. */
const isError = (status: number): boolean => status >= 400 || status === 0;

const sum = (entries: readonly (readonly [number, number])[]): number =>
  entries.reduce((total, [, count]) => total + count, 0);
