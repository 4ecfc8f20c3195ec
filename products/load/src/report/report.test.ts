import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtinMetrics } from "@breakwater/metrics";
import { fakeIo } from "../coordinator/testing/fake-io.ts";
import { emptyTotals } from "../measure/measure.ts";
import { emptyTags } from "../measure/sample-tags.ts";
import { toPlan } from "../plan/to-plan.ts";
import { type LoadRequest, plainRequest } from "../request.ts";
import { type ReportInput, report } from "./report.ts";

async function reported(
  request: Partial<LoadRequest>,
  handleSummary?: (data: unknown) => unknown,
  more: Partial<ReportInput> = {},
) {
  const totals = emptyTotals();
  builtinMetrics(totals.registry).iterations.add(2, emptyTags, 0);
  const io = fakeIo();
  const lost: string[] = [];
  const target = { kind: "script", path: "-", source: "the script" } as const;
  await report({
    request: { ...plainRequest, target, ...request },
    plan: toPlan({}, { userAgent: "test" }),
    totals,
    verdicts: {},
    elapsedMs: 1000,
    setupData: '{"a":1}',
    handleSummary: handleSummary && (async (data) => handleSummary(data)),
    io,
    onLost: (message) => lost.push(message),
    ...more,
  });
  return { out: io.out.join(""), err: io.err.join(""), lost };
}

const usual = "\n  █ TOTAL RESULTS\n\n    EXECUTION\n    iterations...: 2 2/s\n";

test("without handleSummary() there is the usual text", async () => {
  expect(await reported({})).toEqual({ out: usual, err: "", lost: [] });
});

test("handleSummary() gets k6's data and says what is written where", async () => {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-report-"));
  const path = (name: string) => join(dir, name);
  let data: unknown;
  const { out, err, lost } = await reported({}, (given) => {
    data = given;
    return {
      stdout: "to stdout",
      stderr: "to stderr",
      [path("text")]: "é",
      [path("buffer")]: new Uint8Array([65, 66]).buffer,
      [path("view")]: new Uint8Array([65, 66, 67]).subarray(1),
    };
  });
  expect([out, err, lost]).toEqual(["to stdout", "to stderr", []]);
  expect(["text", "buffer", "view"].map((name) => readFileSync(path(name), "utf8"))).toEqual([
    "é",
    "AB",
    "BC",
  ]);
  expect(data).toMatchObject({
    setup_data: { a: 1 },
    options: { noColor: false },
    metrics: { iterations: { type: "counter", values: { count: 2, rate: 2 } } },
  });
  rmSync(dir, { recursive: true });
});

test.each<[name: string, handle: () => unknown, lost: RegExp]>([
  ["undefined", () => undefined, /^$/],
  ["null", () => null, /^$/],
  ["text", () => "text", /^Cannot use "text", which handleSummary\(\) returned: /],
  ["an array", () => [1], /return an object of names and contents$/],
  ["a number", () => 5, /^Cannot use 5, which/],
])("when handleSummary() returns %s the usual text stands in", async (_name, handle, lost) => {
  const told = await reported({}, handle);
  expect(told).toMatchObject({ out: usual, err: "" });
  expect(told.lost.join("\n")).toMatch(lost);
});

test("when handleSummary() throws it is told, and the usual text stands in", async () => {
  const handle = () => {
    throw new Error("not today");
  };
  expect(await reported({}, handle)).toEqual({ out: usual, err: "", lost: ["not today"] });
});

test("one thing that cannot be written costs no other", async () => {
  const { out, lost } = await reported({}, () => ({
    "/nowhere/at/all": "text",
    number: 5,
    nothing: null,
    stdout: "here",
  }));
  expect(out).toBe("here");
  expect(lost).toEqual([
    'Cannot write handleSummary\'s file to "/nowhere/at/all": there is no such folder',
    'Cannot write "number", which handleSummary() gave number: give text or an ArrayBuffer',
    'Cannot write "nothing", which handleSummary() gave null: give text or an ArrayBuffer',
  ]);
});

test("disabled, nothing is printed and handleSummary() is not called", async () => {
  const handle = () => ({ stdout: "called" });
  expect(await reported({ summaryMode: "disabled" }, handle)).toEqual({
    out: "",
    err: "",
    lost: [],
  });
});

test("the machine-readable summary is what is exported and what handleSummary() gets", async () => {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-report-"));
  const summaryExport = join(dir, "summary.json");
  const request = { summaryExport, hasMachineReadableSummary: true };
  let data: unknown;
  await reported(request, (given) => {
    data = given;
  });
  const exported: unknown = JSON.parse(readFileSync(summaryExport, "utf8"));
  expect(exported).toMatchObject({
    version: "1.0.0",
    config: { script: "the script", duration: 1 },
  });
  expect(JSON.parse(JSON.stringify(data))).toEqual(exported);
  rmSync(dir, { recursive: true });
});

test("the full mode has the blocks of the groups that were folded", async () => {
  const cell = { type: "counter", total: 3 } as const;
  const group = {
    name: "my_counter",
    contains: "default",
    tags: [
      ["scenario", "default"],
      ["group", "::cart"],
    ],
    cell,
    unixMs: 0,
    isChanged: true,
    sentMs: 0,
  } as const;
  const { out } = await reported({ summaryMode: "full" }, undefined, { groups: [group] });
  expect(out).toBe(`${usual}\n\n  █ GROUP: cart\n\n    CUSTOM\n    my_counter...: 3 3/s\n`);
});
