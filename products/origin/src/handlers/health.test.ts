import { expect, test } from "bun:test";
import { ask, jsonOf } from "../testing/ask.ts";
import { health } from "./health.ts";

test("it is well, until the server drains", () => {
  let isDraining = false;
  const handler = health({ isDraining: () => isDraining });
  const before = ask(handler);
  isDraining = true;
  const after = ask(handler);
  expect(before.answer.head?.status).toBe(200);
  expect(jsonOf(before)).toEqual({ status: "ok" });
  expect(after.answer.head?.status).toBe(503);
  expect(jsonOf(after)).toEqual({ status: "draining" });
});
