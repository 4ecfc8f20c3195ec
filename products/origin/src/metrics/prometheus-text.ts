import type { ServerCounts } from "@breakwater/http-server";
import { boundsMs, type Series, type Snapshot } from "./counts.ts";

export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * What all processes have counted, in Prometheus' text form
 * (prometheus.io/docs/instrumenting/exposition_formats). Durations in seconds, sizes in bytes.
 */
export function toPrometheusText(snapshots: readonly Snapshot[]): string {
  const series = merge(snapshots);
  const sum = (value: (snapshot: Snapshot) => number): number =>
    snapshots.reduce((total, snapshot) => total + value(snapshot), 0);
  const connections = (value: (counts: ServerCounts) => number): string[] => [
    `{port="http"} ${sum((snapshot) => value(snapshot.connections))}`,
    `{port="grpc"} ${sum((snapshot) => value(snapshot.grpcConnections))}`,
  ];
  return [
    ...family("http_requests_total", "counter", "Answers, complete or aborted", [
      ...series.map((each) => `${labels(each)} ${each.count}`),
    ]),
    ...family("http_requests_aborted_total", "counter", "Answers that did not get to their end", [
      ...series.map((each) => `${labels(each)} ${each.aborted}`),
    ]),
    ...family("http_response_body_bytes_total", "counter", "Bytes of answers' bodies", [
      ...series.map((each) => `${labels(each)} ${each.bodyBytes}`),
    ]),
    ...family(
      "http_request_duration_seconds",
      "histogram",
      "From the request's head until the answer was handed over",
      series.flatMap(histogram),
    ),
    ...family("http_requests_in_flight", "gauge", "Requests that await their answer", [
      ...connections(({ requestsInFlight }) => requestsInFlight),
    ]),
    ...family("http_connections_open", "gauge", "Connections that are open", [
      ...connections(({ openConnections }) => openConnections),
    ]),
    ...family("http_connections_total", "counter", "Connections that were accepted", [
      ...connections(({ acceptedConnections }) => acceptedConnections),
    ]),
    ...family("process_resident_memory_bytes", "gauge", "Resident memory of all processes", [
      ` ${sum(({ residentBytes }) => residentBytes)}`,
    ]),
    ...family("process_heap_bytes", "gauge", "JavaScript's heap of all processes", [
      ` ${sum(({ heapBytes }) => heapBytes)}`,
    ]),
    ...family("origin_processes", "gauge", "Processes that answer", [` ${snapshots.length}`]),
    "",
  ].join("\n");
}

function family(name: string, type: string, help: string, samples: readonly string[]): string[] {
  const lines = samples.map((sample) => name + sample);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function labels({ route, status, protocol }: Series, more = ""): string {
  return `{route="${route}",status="${status}",protocol="${protocol}"${more}}`;
}

function histogram(series: Series): string[] {
  let below = 0;
  const buckets = boundsMs.map((bound, index) => {
    below += series.buckets[index]!;
    return `_bucket${labels(series, `,le="${bound / 1000}"`)} ${below}`;
  });
  return [
    ...buckets,
    `_bucket${labels(series, ',le="+Inf"')} ${series.count}`,
    `_sum${labels(series)} ${series.sumMs / 1000}`,
    `_count${labels(series)} ${series.count}`,
  ];
}

function merge(snapshots: readonly Snapshot[]): Series[] {
  const merged = new Map<string, Series>();
  for (const each of snapshots.flatMap(({ series }) => series)) {
    const key = labels(each);
    const into = merged.get(key);
    if (into === undefined) merged.set(key, { ...each, buckets: [...each.buckets] });
    else {
      into.count += each.count;
      into.aborted += each.aborted;
      into.bodyBytes += each.bodyBytes;
      into.sumMs += each.sumMs;
      for (const [index, count] of each.buckets.entries()) into.buckets[index]! += count;
    }
  }
  return [...merged.values()];
}
