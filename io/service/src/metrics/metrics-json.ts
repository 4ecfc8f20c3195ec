import type { Call, CallHandler } from "../call.ts";
import type { ServiceMetrics } from "./service-metrics.ts";

/**
 * Answers with the service's figures as JSON, by the keys of Fluxor's /api/metrics, and `max_ccu`,
 * which its documents promise. Shares are of the normal capacity, so above 100 % in the headroom.
 */
export function metricsJson(metrics: ServiceMetrics): CallHandler {
  return (call) =>
    call.respond({
      status: 200,
      fields: jsonFields,
      body: JSON.stringify(figuresOf(metrics, call)),
    });
}

/** The same, for an answer that has more in it: Fluxor's /api/admin/metrics. */
export function figuresOf(metrics: ServiceMetrics, call: Call): Readonly<Record<string, unknown>> {
  const { requests, successful, errors, inFlight } = metrics.totals();
  const load = metrics.load();
  const { queueSize, queueCapacity, currentCcu, normalCcu } = load ?? {
    queueSize: 0,
    queueCapacity: 0,
    currentCcu: inFlight,
    normalCcu: 0,
  };
  return {
    queued_requests: queueSize,
    rejected_requests: metrics.rejected(),
    queue_capacity: queueCapacity,
    queue_utilization: percent(queueSize, queueCapacity),
    workers: load?.workers ?? 0,
    normal_ccu: normalCcu,
    current_ccu: currentCcu,
    max_ccu: load?.maxCcu ?? 0,
    ccu_utilization: percent(currentCcu, normalCcu),
    backpressure_active: load !== undefined && currentCcu >= normalCcu,
    total_requests: requests,
    successful_requests: successful,
    error_requests: errors,
    request_id: call.id,
  };
}

const jsonFields = [
  ["content-type", "application/json"],
  ["cache-control", "no-store"],
] as const;

function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (part / whole) * 100).toFixed(2)}%`;
}
