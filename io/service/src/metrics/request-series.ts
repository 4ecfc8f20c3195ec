import type { Metric } from "prom-client";
import type { Call, CallEnd } from "../call.ts";
import { BucketCounts, readMetric } from "./read-metric.ts";

/** Of how long requests take, in seconds; 0.2 and 1 are the seed's thresholds. */
export const durationBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10,
];
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly seconds: BucketCounts;
  count: number;
}

export interface RequestTotals {
  readonly requests: number;
  readonly successful: number;
  readonly errors: number;
  readonly inFlight: number;
}

/**
 * Requests by method, route and status. Labels are few: routes are patterns, unusual methods are
 * "other", and a status is its code ("0": none was sent).
 *
 * Hot path: plain counts, which prom-client reads when it is scraped (its own histogram makes a key
 * of all labels for each value, 1 µs).
 */
export class RequestSeries {
  readonly metrics: readonly Metric[];
  readonly #routeOf: (call: Call) => string;
  /** By route, method and status. */
  readonly #series: Map<string, Map<string, Map<number, Series>>> = new Map();
  #inFlight = 0;
  #receivedBytes = 0;
  #sentBytes = 0;
  #requests = 0;
  #successful = 0;
  #errors = 0;

  constructor(routeOf: (call: Call) => string) {
    this.#routeOf = routeOf;
    const count = (name: string, help: string, read: () => number): Metric =>
      readMetric({ type: "counter", name, help, read: () => [{ value: read() }] });
    this.metrics = [
      readMetric({
        type: "counter",
        name: "http_requests_total",
        help: "Answered requests, refused ones too; status 0 is none sent.",
        read: () => this.#all().map(({ labels, count: value }) => ({ labels, value })),
      }),
      readMetric({
        type: "histogram",
        name: "http_request_duration_seconds",
        help: "From a request's head to the end of its answer; upgraded connections are left out.",
        read: () =>
          this.#all().flatMap(({ labels, seconds }) =>
            seconds.readings("http_request_duration_seconds", labels),
          ),
      }),
      readMetric({
        type: "gauge",
        name: "http_requests_in_flight",
        help: "Requests whose answers are not complete.",
        read: () => [{ value: this.#inFlight }],
      }),
      count(
        "http_request_bytes_total",
        "Bodies received, of a declared length.",
        () => this.#receivedBytes,
      ),
      count("http_response_bytes_total", "Bodies sent, before compression.", () => this.#sentBytes),
    ];
  }

  onBegin(call: Call): void {
    this.#inFlight += 1;
    const { contentLength } = call.request;
    if (contentLength !== undefined) this.#receivedBytes += contentLength;
  }

  onEnd(call: Call, { status, bodyBytes, tookMs }: CallEnd): void {
    this.#inFlight -= 1;
    this.#sentBytes += bodyBytes;
    this.#requests += 1;
    if (status >= 500) this.#errors += 1;
    else if (status >= 200 && status < 300) this.#successful += 1;
    const series = this.#seriesOf(this.#routeOf(call), call.request.method, status);
    series.count += 1;
    if (status !== 101) series.seconds.add(tookMs / 1000);
  }

  totals(): RequestTotals {
    return {
      requests: this.#requests,
      successful: this.#successful,
      errors: this.#errors,
      inFlight: this.#inFlight,
    };
  }

  #seriesOf(route: string, sent: string, status: number): Series {
    const method = methods.has(sent) ? sent : "other";
    let byMethod = this.#series.get(route);
    if (byMethod === undefined) {
      byMethod = new Map();
      this.#series.set(route, byMethod);
    }
    let byStatus = byMethod.get(method);
    if (byStatus === undefined) {
      byStatus = new Map();
      byMethod.set(method, byStatus);
    }
    let series = byStatus.get(status);
    if (series === undefined) {
      const labels = { method, route, status: `${status}` };
      series = { labels, seconds: new BucketCounts(durationBuckets), count: 0 };
      byStatus.set(status, series);
    }
    return series;
  }

  #all(): Series[] {
    return [...this.#series.values()].flatMap((byMethod) =>
      [...byMethod.values()].flatMap((byStatus) => [...byStatus.values()]),
    );
  }
}
