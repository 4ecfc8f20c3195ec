import type { Reading, ServiceMetrics } from "@breakwater/service";
import type { BridgeParts } from "../bridge-parts.ts";

export interface MetricsParts extends Pick<BridgeParts, "kit" | "keeper" | "figures"> {
  readonly connected: () => number;
  readonly startedMs: number;
}

/** The original's four groups, from what is counted and measured, and what the bridge does. */
export function registerBridgeMetrics(parts: MetricsParts): void {
  registerOriginals(parts);
  const { figures, keeper, connected } = parts;
  const { metrics } = parts.kit;
  const gauge = registrar(metrics, "gauge");
  const counter = registrar(metrics, "counter");
  gauge("bridge_clients", "Clients that are registered at this instance.", connected);
  gauge("bridge_queued_messages", "That wait.", () => keeper.figures.queuedMessages);
  gauge("bridge_queued_bytes", "That wait.", () => keeper.figures.queuedBytes);
  gauge("bridge_mailboxes", "Recipients for whom something waits.", () => keeper.figures.mailboxes);
  gauge("bridge_history_size", "Messages in the history.", () => keeper.figures.historySize);
  gauge("bridge_dead_letters", "Messages that were given up.", () => keeper.figures.deadLetters);
  counter("bridge_connections_total", "WebSockets that were opened.", () => figures.connections);
  counter("bridge_messages_total", "Messages that were accepted here, duplicates left out.", () => [
    { labels: { kind: "direct" }, value: figures.direct },
    { labels: { kind: "broadcast" }, value: figures.broadcasts },
  ]);
  counter("bridge_deliveries_total", "Handed to connections.", () => figures.deliveries);
  counter("bridge_redelivered_total", "Of these, again.", () => figures.redelivered);
  counter("bridge_receipts_total", "What senders were told, or would have been.", () =>
    labelled("status", Object.entries(figures.receipts)),
  );
  counter("bridge_dropped_total", "Messages that will not be delivered.", () =>
    labelled("reason", figures.dropped),
  );
  counter("bridge_frames_bad_total", "Frames that were refused.", () =>
    labelled("code", figures.mistakes),
  );
}

function registerOriginals({ kit, startedMs }: MetricsParts): void {
  const { metrics, clock } = kit;
  const gauge = registrar(metrics, "gauge");
  const counter = registrar(metrics, "counter");
  counter("requests_total", "HTTP requests that were answered.", () => metrics.totals().requests);
  counter("errors_total", "Of these, with 500 and above.", () => metrics.totals().errors);
  gauge("uptime_seconds", "Since it started.", () => (clock.nowMs() - startedMs) / 1000);
  const memory = {
    rss: ["rss", "All of the process' memory."],
    heapUsed: ["heap_used", "JavaScript's, used."],
    heapTotal: ["heap_total", "JavaScript's, taken."],
    external: ["external", "Of JavaScript's objects, outside of its heap."],
  } as const;
  for (const [key, [name, help]] of Object.entries(memory)) {
    const read = (): number => process.memoryUsage()[key as keyof typeof memory];
    gauge(`memory_usage_${name}_bytes`, help, read);
  }
}

type Register = (name: string, help: string, read: () => number | readonly Reading[]) => void;

function registrar(metrics: ServiceMetrics, kind: "gauge" | "counter"): Register {
  return (name, help, read) => {
    if (kind === "gauge") metrics.registerGauge({ name, help, read });
    else metrics.registerCounter({ name, help, read });
  };
}

const labelled = (label: string, counts: Iterable<readonly [string, number]>): Reading[] =>
  [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
