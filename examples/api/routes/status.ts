import type { CallHandler, ServiceKit } from "@breakwater/service";
import { respondJson } from "../json.ts";

/** Who answers, and since when. */
export function status({ name, clock, metrics }: ServiceKit): CallHandler {
  const startedMs = clock.nowMs();
  // Behind a balancer it tells the instances apart.
  const instance = crypto.randomUUID().slice(0, 8);
  return (call) => {
    respondJson(call, {
      status: "running",
      service: name,
      instance,
      uptime_seconds: Math.floor((clock.nowMs() - startedMs) / 1000),
      requests_in_flight: metrics.totals().inFlight,
      timestamp: new Date().toISOString(),
    });
  };
}
