import type { PressureSignal } from "@breakwater/admission";
import type { Metric } from "prom-client";
import { type Load, loadOf, type WatchedLimiter } from "../admission/load.ts";
import { ServiceError } from "../service-error.ts";
import { BucketCounts, type Reading, readMetric } from "./read-metric.ts";

const waitBuckets: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface AdmissionWatch {
  /** How long what was admitted had waited. */
  onWaited(ms: number): void;
  /** The pressure gate turned one away, or would have if the limiter did not only observe. */
  onPressed(): void;
}

interface Watched extends WatchedLimiter {
  readonly waits: BucketCounts;
  pressed: number;
}

/** What limiters did, read from their own counts, so that admitting costs nothing more. */
export class AdmissionMetrics {
  readonly metrics: readonly Metric[];
  readonly #watched: Watched[] = [];
  readonly #inFlight: () => number;

  /** `inFlight` is what current_ccu tells where there is no limiter. */
  constructor(signals: readonly PressureSignal[], inFlight: () => number) {
    this.#inFlight = inFlight;
    this.metrics = [
      ...this.#loadGauges(),
      readMetric({
        type: "counter",
        name: "admission_requests_total",
        help: 'By outcome; "observed" would have been rejected, were the limits enforced.',
        read: () => this.#watched.flatMap(outcomes),
      }),
      this.#perLimiter(
        "admission_limit",
        "How many may be in flight now.",
        ({ limiter }) => limiter.snapshot().limit,
      ),
      this.#perLimiter(
        "admission_in_flight",
        "How many are.",
        ({ limiter }) => limiter.snapshot().inFlight,
      ),
      readMetric({
        type: "histogram",
        name: "admission_queue_wait_seconds",
        help: "How long admitted requests had waited.",
        read: () =>
          this.#watched.flatMap(({ limiter, waits }) =>
            waits.readings("admission_queue_wait_seconds", { limiter: limiter.name }),
          ),
      }),
      readMetric({
        type: "gauge",
        name: "admission_pressure",
        help: "How hard the process is pressed, 0 to 1, by signal.",
        read: () => signals.map(({ name, value }) => ({ labels: { signal: name }, value })),
      }),
    ];
  }

  /** The first is the service's own, whose queue and CCU the gauges without labels tell. */
  watch(limiter: WatchedLimiter): AdmissionWatch {
    const { name } = limiter.limiter;
    if (this.#watched.some((other) => other.limiter.name === name)) {
      throw new ServiceError("bad_option", `Cannot watch two limiters "${name}": name them apart`);
    }
    const watched = { ...limiter, waits: new BucketCounts(waitBuckets), pressed: 0 };
    this.#watched.push(watched);
    return {
      onWaited: (ms) => watched.waits.add(ms / 1000),
      onPressed: () => {
        watched.pressed += 1;
      },
    };
  }

  /** Of the service's own limiter, if it has one. */
  load(): Load | undefined {
    const [first] = this.#watched;
    return first && loadOf(first);
  }

  /** Of all limiters, since the beginning. */
  rejected(): number {
    return this.#watched
      .flatMap(outcomes)
      .filter(({ labels }) => labels?.["outcome"] === "rejected")
      .reduce((sum, { value }) => sum + value, 0);
  }

  #loadGauges(): Metric[] {
    const gauge = (name: string, help: string, of: (load: Load) => number): Metric =>
      readMetric({
        type: "gauge",
        name,
        help,
        read: () => {
          const load = this.load();
          return load === undefined ? [] : [{ value: of(load) }];
        },
      });
    return [
      gauge("queue_size", "Requests that wait.", (load) => load.queueSize),
      gauge("queue_capacity", "How many may wait under normal load.", (load) => load.queueCapacity),
      readMetric({
        type: "gauge",
        name: "current_ccu",
        help: "Requests that run or wait.",
        read: () => [{ value: this.load()?.currentCcu ?? this.#inFlight() }],
      }),
      gauge("normal_ccu", "How many may run or wait under normal load.", (load) => load.normalCcu),
      gauge("max_ccu", "How many may run or wait at most.", (load) => load.maxCcu),
      gauge("workers", "How many may run at once.", (load) => load.workers),
      gauge("worker_utilization", "Those that run by those that may.", (load) =>
        load.workers === 0 ? 0 : load.busyWorkers / load.workers,
      ),
    ];
  }

  #perLimiter(name: string, help: string, of: (watched: Watched) => number): Metric {
    const read = (): Reading[] =>
      this.#watched.map((watched) => ({
        labels: { limiter: watched.limiter.name },
        value: of(watched),
      }));
    return readMetric({ type: "gauge", name, help, read });
  }
}

function outcomes({ limiter, pressed }: Watched): Reading[] {
  const { name, admitted, rejected, mode } = limiter.snapshot();
  const { aborted = 0, ...refused } = { ...rejected, pressure: pressed };
  const reading = (outcome: string, reason: string, value: number): Reading => ({
    labels: { limiter: name, outcome, reason },
    value,
  });
  return [
    reading("admitted", "", admitted),
    reading("aborted", "", aborted),
    ...Object.entries(refused).map(([reason, count]) => {
      // One that only observes rejects for good what comes after it was closed.
      const isReal = mode === "enforce" || reason === "draining";
      return reading(isReal ? "rejected" : "observed", reason, count);
    }),
  ];
}
