import { describe, expect, test } from "bun:test";
import { bothWays } from "../testing/both-ways.ts";
import { calls, classes, functions, iterations, modules, values } from "./testing/corpus.ts";

describe.each([
  ["functions", functions],
  ["calls and operators", calls],
  ["classes", classes],
  ["arrays and generators", iterations],
  ["what functions return and keep", values],
])("%s", (_kind, corpus) => {
  test.each(Object.entries(corpus))("%s", async (_name, body) => {
    const { held, awaited } =
      await bothWays(`import { call, check, Client, eventually, group, later, log } from "host";
      const keep = [call, check, Client, eventually, group, later, log];
      ${body.includes("export default") ? body : `export default function () { ${body} }`}`);
    expect(awaited).toEqual(held);
    expect(held.trace.length).toBeGreaterThan(0);
  });
});

describe("files", () => {
  test.each(Object.entries(modules))("%s", async (_name, { script, ...files }) => {
    const { held, awaited } = await bothWays(script, files);
    expect(awaited).toEqual(held);
    expect(held.trace.length).toBeGreaterThan(0);
  });
});
