import type { Database } from "@breakwater/database";
import { type CallHandler, figuresOf, type ServiceMetrics } from "@breakwater/service";
import { respondJson } from "../json.ts";
import type { UserCache } from "../user-cache.ts";

export interface AdminMetricsParts {
  readonly metrics: ServiceMetrics;
  readonly database: Database;
  readonly cache: UserCache;
}

/** All figures at a glance, for people; /metrics on the side port is for Prometheus. */
export function adminMetrics({ metrics, database, cache }: AdminMetricsParts): CallHandler {
  return (call) => {
    call.setField("cache-control", "no-store");
    respondJson(call, {
      server: figuresOf(metrics, call),
      database: { kind: database.kind, ...database.snapshot() },
      cache: cache.counts(),
    });
  };
}
