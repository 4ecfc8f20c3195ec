/**
 * This process in Prometheus' text format, by the names that its client libraries share:
 * https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 */
export function processMetrics(): string {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const startedAt = (performance.timeOrigin / 1000).toFixed(3);
  return [
    metric("process_cpu_seconds_total", "counter", "Processor time", (user + system) / 1e6),
    metric("process_resident_memory_bytes", "gauge", "Memory", rss),
    metric("process_heap_bytes", "gauge", "Memory of JavaScript's objects", heapUsed),
    metric("process_start_time_seconds", "gauge", "When it started, since the epoch", startedAt),
  ].join("");
}

function metric(name: string, type: string, help: string, value: number | string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}
