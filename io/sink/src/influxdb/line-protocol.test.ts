import { expect, test } from "bun:test";
import { metricOf, requests, tagged } from "../testing/samples.ts";
import type { InfluxPrecision } from "./influx-output.ts";
import { lineWriter } from "./line-protocol.ts";

const unixMs = Date.UTC(2026, 0, 1) + 0.5;

test.each<[name: string, tags: Record<string, string>, want: string]>([
  ["no tags", {}, "http_reqs value=1 "],
  ["tags by name", { b: "2", a: "1" }, "http_reqs,a=1,b=2 value=1 "],
  ["what is special", { "a b": "c,d=e f" }, "http_reqs,a\\ b=c\\,d\\=e\\ f value=1 "],
  ["what cannot be written", { a: "x\ny\\", b: "" }, "http_reqs,a=x\\ y value=1 "],
  ["text fields", { url: 'a "b" \\ c' }, 'http_reqs value=1,url="a \\"b\\" \\\\ c" '],
  ["int fields", { count: "-12" }, "http_reqs value=1,count=-12i "],
  ["float fields", { size: "1e3" }, "http_reqs value=1,size=1000 "],
  ["bool fields", { ok: "T" }, "http_reqs value=1,ok=true "],
  ["fields of another kind", { count: "1.5", size: "", ok: "no" }, 'value=1,count="1.5",ok="no" '],
])("%s", (_name, tags, want) => {
  const fields = { url: "string", count: "int", size: "float", ok: "bool" } as const;
  const write = lineWriter({ fields, precision: "n" });
  expect(write(requests, 1, tagged(tags), unixMs)).toContain(want);
});

test.each<[InfluxPrecision, string]>([
  ["n", "1767225600000500001"],
  ["u", "1767225600000500"],
  ["ms", "1767225600000"],
  ["s", "1767225600"],
  ["m", "29453760"],
  ["h", "490896"],
])("precision %s", (precision, time) => {
  const write = lineWriter({ fields: {}, precision });
  expect(write(requests, 0.25, tagged({}), unixMs)).toBe(`http_reqs value=0.25 ${time}\n`);
});

test("points of one moment are told apart", () => {
  const write = lineWriter({ fields: {}, precision: "n" });
  const gauge = metricOf("my_gauge", "gauge");
  const lines = Array.from({ length: 1000 }, () => write(gauge, 1, tagged({}), unixMs));
  expect(new Set(lines).size).toBe(1000);
});
