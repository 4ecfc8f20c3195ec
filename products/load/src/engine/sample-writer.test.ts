import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { TagSource } from "@breakwater/metrics";
import { type SampleWriter, sampleWriter } from "./sample-writer.ts";

const tags: TagSource = { tag: () => undefined, all: () => ({ scenario: "s" }) };
const duration = { name: "http_req_duration", type: "trend", contains: "time" } as const;

/** A folder of its own, gone afterwards. */
function folder() {
  const path = mkdtempSync(join(tmpdir(), "breakwater-samples-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

interface Writing {
  readonly writer: SampleWriter;
  readonly errors: string[];
}

function open(path: string): Writing {
  const errors: string[] = [];
  const originMs = Date.UTC(2026, 0, 1);
  return { writer: sampleWriter({ path, originMs, onError: (line) => errors.push(line) }), errors };
}

test("the lines are k6's", () => {
  using dir = folder();
  const path = join(dir.path, "out.json");
  const { writer } = open(path);
  writer.announce([{ ...duration, thresholds: ["p(95)<200"] }]);
  writer.onSample(duration, 12.5, tags, 1500);
  writer.flush();
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      type: "Metric",
      data: { ...duration, thresholds: ["p(95)<200"], submetrics: null },
      metric: "http_req_duration",
    },
    {
      metric: "http_req_duration",
      type: "Point",
      data: { time: "2026-01-01T00:00:01.500Z", value: 12.5, tags: { scenario: "s" } },
    },
  ]);
});

test("several writers append to one file, whole lines each", () => {
  using dir = folder();
  const path = join(dir.path, "out.json");
  const writers = [open(path).writer, open(path).writer];
  for (let round = 0; round < 3; round += 1) {
    for (const writer of writers) writer.onSample(duration, round, tags, 0);
    for (const writer of writers) writer.flush();
  }
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).data.value)).toEqual([0, 0, 1, 1, 2, 2]);
});

test("a .gz has a member for each flush, which are read as one", () => {
  using dir = folder();
  const path = join(dir.path, "out.json.gz");
  const { writer } = open(path);
  for (const value of [1, 2]) {
    writer.onSample(duration, value, tags, 0);
    writer.flush();
    writer.flush();
  }
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).data.value)).toEqual([1, 2]);
});

test("much is written before anybody flushes", () => {
  using dir = folder();
  const path = join(dir.path, "out.json");
  const { writer } = open(path);
  for (let index = 0; index < 20_000; index += 1) writer.onSample(duration, index, tags, 0);
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
  const { writer, errors } = open(path);
  for (let round = 0; round < 3; round += 1) {
    writer.onSample(duration, round, tags, 0);
    writer.flush();
  }
  expect(errors).toEqual([expect.stringContaining(`Cannot write samples to "${path}": ${why}`)]);
  expect(errors[0]).toEndWith("; no more are written");
});
