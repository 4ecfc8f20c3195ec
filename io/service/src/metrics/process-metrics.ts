import { readdirSync, readFileSync } from "node:fs";
import type { CancelTimer, Clock } from "@breakwater/clock";
import type { PressureReadings, ProcessPressure } from "@breakwater/pressure";
import type { Metric } from "prom-client";
import { BucketCounts, type Reading, readMetric } from "./read-metric.ts";

export interface ProcessMetricsOptions {
  readonly clock: Clock;
  readonly pressure: ProcessPressure;
}

const SAMPLE_MS = 100;
const delayBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];

/**
 * What the process takes: CPU, memory, the event loop's delay, disk, network, open files. What the
 * system does not tell (elsewhere than on Linux) is left out rather than told as zero. Samples
 * until it is stopped.
 */
export class ProcessMetrics {
  readonly metrics: readonly Metric[];
  readonly #clock: Clock;
  readonly #delay: BucketCounts = new BucketCounts(delayBuckets);
  readonly #startedSeconds: number = Date.now() / 1000 - process.uptime();
  #cancel: CancelTimer = () => {};

  constructor({ clock, pressure }: ProcessMetricsOptions) {
    this.#clock = clock;
    const readings = (): PressureReadings => pressure.readings();
    const gauge = (name: string, help: string, read: () => number | undefined): Metric =>
      readMetric({ type: "gauge", name, help, read: () => present(read()) });
    const counter = (name: string, help: string, read: () => readonly Reading[]): Metric =>
      readMetric({ type: "counter", name, help, read });
    this.metrics = [
      counter("process_cpu_seconds_total", "User and system time.", () => present(cpuSeconds())),
      gauge("process_cpu_percent", "Of one core, lately.", () => readings().cpuCores * 100),
      gauge("process_cpu_cores", "Cores that this process may use.", () => readings().cores),
      gauge("process_start_time_seconds", "Since 1970.", () => this.#startedSeconds),
      gauge("process_resident_memory_bytes", "RSS.", () => process.memoryUsage.rss()),
      gauge(
        "process_memory_limit_bytes",
        "The container's, or all.",
        () => readings().memoryLimitBytes,
      ),
      gauge("process_heap_bytes", "JavaScript's heap.", () => process.memoryUsage().heapTotal),
      gauge("process_heap_used_bytes", "Used of it.", () => process.memoryUsage().heapUsed),
      gauge("process_open_fds", "Open files and sockets.", openFiles),
      readMetric({
        type: "histogram",
        name: "event_loop_delay_seconds",
        help: `How late a timer was that is set every ${SAMPLE_MS} ms.`,
        read: () => this.#delay.readings("event_loop_delay_seconds"),
      }),
      counter("process_disk_read_bytes_total", "Read from disks.", () => disk("read_bytes")),
      counter("process_disk_written_bytes_total", "Written to disks.", () => disk("write_bytes")),
      counter("network_receive_bytes_total", networkHelp, () => network("received")),
      counter("network_transmit_bytes_total", networkHelp, () => network("sent")),
    ];
    this.#sampleLater();
  }

  stop(): void {
    this.#cancel();
  }

  #sampleLater(): void {
    const dueMs = this.#clock.nowMs() + SAMPLE_MS;
    this.#cancel = this.#clock.at(dueMs, () => {
      const nowMs = this.#clock.nowMs();
      this.#delay.add(Math.max(0, nowMs - dueMs) / 1000);
      this.#sampleLater();
    });
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function present(value: number | undefined): readonly Reading[] {
  return value === undefined ? [] : [{ value }];
}

function openFiles(): number | undefined {
  try {
    // One of them is the folder itself.
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}

/** By the kernel's count of this process: what its page cache answered is not in it. */
function disk(name: "read_bytes" | "write_bytes"): readonly Reading[] {
  const found = new RegExp(`^${name}: (\\d+)$`, "m").exec(tryRead("/proc/self/io") ?? "");
  return present(found?.[1] === undefined ? undefined : Number(found[1]));
}

const networkHelp =
  "Of this network namespace: the container's, or the machine's; by loopback and not.";

/** Lines are "eth0: received-bytes 7-more-numbers sent-bytes …". */
function network(direction: "received" | "sent"): readonly Reading[] {
  const text = tryRead("/proc/self/net/dev");
  if (text === undefined) return [];
  const column = direction === "received" ? 0 : 8;
  const sums = { loopback: 0, network: 0 };
  for (const [, device = "", numbers = ""] of text.matchAll(/^\s*([^\s:]+):\s*(.+)$/gm)) {
    const bytes = Number(numbers.split(/\s+/)[column]);
    if (Number.isFinite(bytes)) sums[device === "lo" ? "loopback" : "network"] += bytes;
  }
  return Object.entries(sums).map(([over, value]) => ({ labels: { over }, value }));
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
