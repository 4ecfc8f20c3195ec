import { expect, test } from "bun:test";
import { apiNames, type ScriptApi } from "@breakwater/load";
import type * as published from "breakwater";

/** Compiles only while each side has what the other promises. */
type Same<A extends B, B> = A;
type ApiIsPublished = Same<ScriptApi, typeof published>;

test("what a script can import is what its types say", () => {
  const names: Record<keyof ApiIsPublished & keyof typeof published, true> = {
    http: true,
    check: true,
    group: true,
    sleep: true,
    Counter: true,
    Gauge: true,
    Rate: true,
    Trend: true,
  };
  expect(Object.keys(names)).toEqual([...apiNames]);
});
