import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { TagSource } from "@breakwater/metrics";
import { duration, requests, tagged } from "../testing/samples.ts";
import { seenIo } from "../testing/sink-io.ts";
import { jsonSink } from "./json-sink.ts";

/** A folder of its own, gone afterwards. */
function folder() {
  const path = mkdtempSync(join(tmpdir(), "breakwater-samples-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const open = (path: string, io = seenIo()) => jsonSink({ kind: "json", path }, io);

const readLines = (path: string) => {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
};

const tags = tagged({ scenario: "s" });

test("the lines are k6's", () => {
  using dir = folder();
  const path = join(dir.path, "out.json");
  const sink = open(path);
  sink.announce([{ ...duration, thresholds: ["p(95)<200"] }]);
  sink.add(duration, 12.5, tagged({ vu: "7", url: "a", iter: "0", group: "::g" }), 1500.25);
  sink.add(requests, 1e21, tags, 59_999.75);
  sink.flush();
  expect(readLines(path)).toEqual([
    {
      type: "Metric",
      data: { ...duration, thresholds: ["p(95)<200"], submetrics: null },
      metric: "http_req_duration",
    },
    {
      metric: "http_req_duration",
      type: "Point",
      data: {
        time: "2026-01-01T00:00:01.500250Z",
        value: 12.5,
        tags: { group: "::g", url: "a" },
        metadata: { iter: "0", vu: "7" },
      },
    },
    {
      metric: "http_reqs",
      type: "Point",
      data: { time: "2026-01-01T00:00:59.999750Z", value: 1e21, tags: { scenario: "s" } },
    },
  ]);
});

test("what a script sets as a VU's metadata is metadata", () => {
  using dir = folder();
  const path = join(dir.path, "out.json");
  const sink = open(path);
  const source: TagSource & { metadata: Record<string, string> } = {
    ...tagged({ scenario: "s" }),
    metadata: { trace: '"1"' },
  };
  sink.add(duration, 1, source, 0);
  sink.flush();
  expect(readLines(path)[0].data).toMatchObject({
    tags: { scenario: "s" },
    metadata: { trace: '"1"' },
  });
});

test("several sinks append to one file, whole lines each", () => {
  using dir = folder();
  const path = join(dir.path, "out.json");
  const sinks = [open(path), open(path)];
  for (let round = 0; round < 3; round += 1) {
    for (const sink of sinks) sink.add(duration, round, tags, 0);
    for (const sink of sinks) sink.flush();
  }
  expect(readLines(path).map(({ data }) => data.value)).toEqual([0, 0, 1, 1, 2, 2]);
});

test("a .gz has a member for each flush, which are read as one", async () => {
  using dir = folder();
  const path = join(dir.path, "out.json.gz");
  const sink = open(path);
  sink.add(duration, 1, tags, 0);
  sink.flush();
  sink.flush();
  sink.add(duration, 2, tags, 0);
  await sink.close();
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).data.value)).toEqual([1, 2]);
});

test("much is written before anybody flushes", () => {
  using dir = folder();
  const path = join(dir.path, "out.json");
  const sink = open(path);
  for (let index = 0; index < 20_000; index += 1) sink.add(duration, index, tags, 0);
  expect(readFileSync(path).length).toBeGreaterThan(1_000_000);
});

test.each([
  ["a full disk", () => "/dev/full", "the disk is full"],
  [
    "a folder that is gone",
    (dir: string) => join(dir, "gone", "out.json"),
    "there is no such folder",
  ],
])("%s is told once, and nothing more is written", (_name, pathIn, why) => {
  using dir = folder();
  const path = pathIn(dir.path);
  const io = seenIo();
  const sink = open(path, io);
  for (let round = 0; round < 3; round += 1) {
    sink.add(duration, round, tags, 0);
    sink.flush();
  }
  expect(io.lost).toEqual([expect.stringContaining(`Cannot write samples to "${path}": ${why}`)]);
  expect(io.lost[0]).toEndWith("; no more are written");
});
