import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { FakeClock } from "@breakwater/clock/testing";
import { duration, requests, tagged } from "../testing/samples.ts";
import { seenIo } from "../testing/sink-io.ts";
import { parseCsvOutput } from "./csv-output.ts";
import { csvSink } from "./csv-sink.ts";
import { type CsvTimeFormat, timeFormats } from "./time-formats.ts";

function folder() {
  const path = mkdtempSync(join(tmpdir(), "breakwater-csv-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const open = (path: string, io = seenIo(), argument = `fileName=${path},timeFormat=rfc3339_nano`) =>
  csvSink(parseCsvOutput(argument, { env: {} }, ["url", "status", "name", "group", "vu"]), io);

// What k6 2.2.0 wrote with K6_CSV_TIME_FORMAT=rfc3339_nano, --tag 'foo=b,a"r' and the system tags
// url, name, vu, iter, status and group.
const likeK6 = `metric_name,timestamp,metric_value,group,name,status,url,extra_tags,metadata
http_reqs,2026-01-01T00:00:01.626875Z,1.000000,::g,"http://h/x?a=1,2",0,"http://h/x?a=1,2","foo=b,a""r",iter=0&vu=1
http_req_duration,2026-01-01T00:00:01.5Z,0.123457,,,,,,
`;

test("the lines are k6's", async () => {
  using dir = folder();
  const path = join(dir.path, "out.csv");
  const sink = open(path);
  sink.writeHeader();
  const name = "http://h/x?a=1,2";
  const tags = { foo: 'b,a"r', group: "::g", name, status: "0", url: name, vu: "1", iter: "0" };
  sink.add(requests, 1, tagged(tags), 1626.875);
  // A system tag that is switched off is in no column.
  sink.add(duration, 0.123456789, tagged({ method: "GET" }), 1500);
  await sink.close();
  expect(readFileSync(path, "utf8")).toBe(likeK6);
});

test.each<[CsvTimeFormat, string]>([
  ["unix", "1767225601"],
  ["unix_milli", "1767225601626"],
  ["unix_micro", "1767225601626500"],
  ["unix_nano", "1767225601626500000"],
  ["rfc3339", "2026-01-01T00:00:01Z"],
  ["rfc3339_nano", "2026-01-01T00:00:01.6265Z"],
])("times are written as %s", (format, want) => {
  expect(timeFormats[format](Date.UTC(2026, 0, 1, 0, 0, 1, 626) + 0.5)).toBe(want);
});

test("rows wait for their interval, and a .gz is readable between", async () => {
  using dir = folder();
  const path = join(dir.path, "out.csv.gz");
  const clock = new FakeClock();
  const sink = open(path, seenIo(clock), `fileName=${path},saveInterval=2s`);
  sink.writeHeader();
  sink.add(requests, 1, tagged({}), 0);
  const rows = () => gunzipSync(readFileSync(path)).toString().split("\n").length - 2;
  await clock.advanceTo(1000);
  sink.flush();
  expect(rows()).toBe(0);
  await clock.advanceTo(1999);
  sink.flush();
  expect(rows()).toBe(1);
});

test("a full disk is told once", () => {
  const io = seenIo();
  const sink = open("/dev/full", io);
  sink.writeHeader();
  sink.add(requests, 1, tagged({}), 0);
  sink.writeHeader();
  expect(io.lost).toEqual([
    'Cannot write samples to "/dev/full": the disk is full; no more are written',
  ]);
});
