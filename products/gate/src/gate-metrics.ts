import type { Reading, ServiceMetrics } from "@breakwater/service";
import type { Gate } from "./gate.ts";

/** What the gate adds to the metrics of every service. */
export function registerGateMetrics(metrics: ServiceMetrics, gate: Gate): void {
  const { counts, limiter } = gate;
  const watch = metrics.watchLimiter({
    limiter,
    // Asked anew at each scrape, as a reload may have changed it.
    get capacity() {
      const { form, queue } = gate.policy.limit;
      return form.kind === "ccu" ? { maxCcu: form.max } : { queueSize: queue.maxSize };
    },
  });
  gate.watch(watch);
  metrics.registerCounter({
    name: "gate_shed_total",
    help: 'Requests that were turned away, or with enforced="false" would have been.',
    read: () =>
      counts.shed.map(({ reason, priority, enforced, count }) => ({
        labels: { reason, priority, enforced: `${enforced}` },
        value: count,
      })),
  });
  metrics.registerCounter({
    name: "gate_upstream_failures_total",
    help: "Requests that the upstream gave no whole answer to, by how it failed.",
    read: () =>
      Object.entries(counts.failures).map(([failure, value]) => ({ labels: { failure }, value })),
  });
  metrics.registerCounter({
    name: "gate_upstream_retries_total",
    help: "Requests that were sent to another address, as the first took no connection.",
    read: () => counts.retried,
  });
  metrics.registerCounter({
    name: "gate_upstream_down_total",
    help: "Requests that were refused at once, as the upstream was known to be down.",
    read: () => counts.down,
  });
  metrics.registerCounter({
    name: "gate_rate_limited_total",
    help: "Requests that were told 429, as their clients had asked too often.",
    read: () => counts.limited,
  });
  metrics.registerHistogram({
    name: "gate_upstream_seconds",
    help: "From when a request was passed on until the upstream's answer began.",
    counts: counts.upstreamSeconds,
  });
  registerAddresses(metrics, gate);
}

function registerAddresses(metrics: ServiceMetrics, gate: Gate): void {
  metrics.registerGauge({
    name: "gate_upstream_up",
    help: "1 for an address that requests go to, 0 for one that is down.",
    read: () =>
      gate.pool.views().map(({ url, state }) => ({
        labels: { upstream: url },
        value: state === "up" ? 1 : 0,
      })),
  });
  metrics.registerGauge({
    name: "gate_upstream_connections",
    help: "Open connections to an address, by what they do.",
    read: () =>
      gate.pool
        .views()
        .flatMap(({ url, connections: { idle, busy, connecting } }) =>
          Object.entries({ idle, busy, connecting }).map(
            ([state, value]): Reading => ({ labels: { upstream: url, state }, value }),
          ),
        ),
  });
}
