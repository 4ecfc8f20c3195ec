import { expect, test } from "bun:test";
import type { AnswerRecord } from "@breakwater/http-server";
import { AnswerCounts, type Snapshot } from "./counts.ts";
import { toPrometheusText } from "./prometheus-text.ts";

const nobody = { openConnections: 0, acceptedConnections: 0, requestsInFlight: 0 };

function record(target: string, more: Partial<AnswerRecord> = {}): AnswerRecord {
  const sent = { status: 200, bodyBytes: 10, tookMs: 0.2, isAborted: false };
  return { protocol: "HTTP/1.1", method: "GET", target, source: "", ...sent, ...more };
}

function snapshotOf(records: readonly AnswerRecord[]): Snapshot {
  const counts = new AnswerCounts(["/bin", "/health"]);
  for (const each of records) counts.add(each);
  const memory = { residentBytes: 5, heapBytes: 3 };
  return { series: counts.all(), connections: nobody, grpcConnections: nobody, ...memory };
}

test.each([
  ["/bin/1K", "/bin"],
  ["/bin?x", "/bin"],
  ["/health", "/health"],
  ["/", "other"],
  ["/binary", "other"],
  ["*", "other"],
])("an answer to %s counts for the route %s", (target, route) => {
  expect(snapshotOf([record(target)]).series).toMatchObject([{ route, count: 1 }]);
});

test("processes are added up, series by series", () => {
  const text = toPrometheusText([
    snapshotOf([record("/bin/1"), record("/bin/2", { tookMs: 20 })]),
    snapshotOf([record("/bin/3"), record("/bin/3", { status: 404, isAborted: true })]),
  ]);
  const labels = 'route="/bin",status="200",protocol="HTTP/1.1"';
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      `http_requests_total{${labels}} 3`,
      `http_requests_aborted_total{${labels}} 0`,
      'http_requests_aborted_total{route="/bin",status="404",protocol="HTTP/1.1"} 1',
      `http_response_body_bytes_total{${labels}} 30`,
      `http_request_duration_seconds_bucket{${labels},le="0.0001"} 0`,
      `http_request_duration_seconds_bucket{${labels},le="0.00025"} 2`,
      `http_request_duration_seconds_bucket{${labels},le="0.025"} 3`,
      `http_request_duration_seconds_bucket{${labels},le="+Inf"} 3`,
      `http_request_duration_seconds_count{${labels}} 3`,
      "process_resident_memory_bytes 10",
      "origin_processes 2",
    ]),
  );
});

test("every line is a comment or a sample with a number", () => {
  const lines = toPrometheusText([snapshotOf([record("/bin/1")])]).split("\n");
  const odd = lines.filter(
    (line) => !/^(# (HELP|TYPE) \w+ .+|\w+(\{[^{}]*\})? [\d.e+-]+|)$/.test(line),
  );
  expect(odd).toEqual([]);
});
