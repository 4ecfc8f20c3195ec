import { expect, test } from "bun:test";
import type { CallHandler } from "../call.ts";
import { ask } from "../testing/index.ts";
import { readJson } from "./read-body.ts";

const readsIt: CallHandler = async (call) => {
  const read = await readJson(call, { maxBytes: 1_000_000 });
  if (read.ok) call.respond({ status: 200 });
};

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

test.each([
  ["1000 arrays", nested(1000), 200],
  ["1001 arrays", nested(1001), 400],
  ["1001 objects", `${'{"a":'.repeat(1001)}1${"}".repeat(1001)}`, 400],
  ["100,000 arrays that do not end", "[".repeat(100_000), 400],
  ["2000 arrays beside each other", `[${"[],".repeat(2000)}1]`, 200],
  ["2000 brackets in a text", `["${"[".repeat(2000)}"]`, 200],
  ["2000 brackets behind an escaped quote", `["\\"${"[".repeat(2000)}"]`, 200],
  ["1001 arrays behind an escaped backslash", `["\\\\",${nested(1001)}]`, 400],
])("JSON of %s", async (_what, body, wanted) => {
  const headers = [["content-type", "application/json"]] as const;
  const { status, text } = await ask(
    { method: "POST", headers, body },
    { stages: [], handler: readsIt },
  );
  expect(status).toBe(wanted);
  expect(text.includes("nested_too_deep")).toBe(wanted === 400);
});
