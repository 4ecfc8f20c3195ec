import { expect, test } from "bun:test";
import type { FakeExchange } from "@breakwater/http-server/testing";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { cache } from "./cache.ts";

test("it says how long it may be cached, and how it can be told", () => {
  const exchange = get("60");
  expect(exchange.answer.head?.status).toBe(200);
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "application/json",
    etag: '"cache-60"',
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "cache-control": "public, max-age=60",
  });
  expect(jsonOf(exchange)).toEqual({ max_age_seconds: 60 });
});

test("the query may say otherwise", () => {
  const exchange = get("60", "?cache-control=private&vary=Cookie&max-age=5");
  expect(fieldsOf(exchange)).toMatchObject({ "cache-control": "private", vary: "Cookie" });
});

test.each([
  ["If-None-Match", '"cache-60"', 304],
  ["If-Modified-Since", "Fri, 02 Jan 2026 00:00:00 GMT", 304],
  ["If-Match", '"cache-5"', 412],
])("%s: %s is %d", (name, value, status) => {
  expect(get("60", "", [[name, value]]).answer).toMatchObject({ parts: [], head: { status } });
});

test("304 says again how long it may be cached", () => {
  const exchange = get("60", "", [["If-None-Match", "*"]]);
  expect(fieldsOf(exchange)).toMatchObject({ "cache-control": "public, max-age=60" });
});

test.each(["-1", "1.5", "2147483649", "NaN", ""])("/cache/%s is refused", (seconds) => {
  const exchange = get(seconds);
  expect(exchange.answer.head?.status).toBe(400);
  expect(jsonOf(exchange)).toEqual({ error: expect.stringContaining("from 0 to 2147483648") });
});

function get(
  seconds: string,
  query = "",
  headers: readonly (readonly [string, string])[] = [],
): FakeExchange {
  return ask(cache(), { target: `/cache/x${query}`, headers }, { seconds });
}
