import { expect, test } from "bun:test";
import { waitMsBefore } from "./retry-rules.ts";

const backoff = { baseMs: 100, maxMs: 1000, maxRetryAfterMs: 5000 };
const always = (value: number) => () => value;

test.each([
  [1, 100],
  [2, 200],
  [3, 400],
  [4, 800],
  [5, 1000],
  [1000, 1000],
])("after %d attempts the wait is anything up to %d ms", (attempts, mostMs) => {
  expect(waitMsBefore(attempts, undefined, backoff, always(0))).toBe(0);
  expect(waitMsBefore(attempts, undefined, backoff, always(0.5))).toBe(mostMs / 2);
});

test.each([
  [{ "retry-after": "2" }, 2050],
  [{ "retry-after": "5" }, 5050],
  [{ "retry-after": "6" }, undefined],
  [{ "retry-after": "99999999999999999999" }, undefined],
  [{ "retry-after": "soon" }, 50],
  [{ "retry-after": "-3" }, 50],
  [{ "retry-after": "" }, 50],
  [{ "retry-after": "Sat, 21 Nov 2026 10:00:03 GMT", date: "Sat, 21 Nov 2026 10:00:00 GMT" }, 3050],
  [{ "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT", date: "Sat, 21 Nov 2026 10:00:00 GMT" }, 50],
  [{ "retry-after": "Sat, 21 Nov 2026 10:00:03 GMT" }, 50],
])("a response with %j is waited for %p ms", (headers, waitMs) => {
  expect(waitMsBefore(1, new Headers(headers), backoff, always(0.5))).toBe(waitMs);
});
