import { expect, test } from "bun:test";
import type { FakeExchange } from "@breakwater/http-server/testing";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { etag } from "./etag.ts";

test("it has the ETag that was asked for, and what caches are to do", () => {
  const exchange = get("v1", {}, "?max-age=5");
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "application/json",
    etag: '"v1"',
    "cache-control": "public, max-age=5",
  });
  expect(jsonOf(exchange)).toEqual({ etag: "v1" });
});

test.each([
  [{}, 200],
  [{ "If-None-Match": '"v1"' }, 304],
  [{ "If-None-Match": '"v2"' }, 200],
  [{ "If-Match": '"v1"' }, 200],
  [{ "If-Match": '"v2"' }, 412],
  [{ "If-Modified-Since": "Fri, 02 Jan 2026 00:00:00 GMT" }, 200],
])("with %j it is %d", (headers, status) => {
  expect(get("v1", headers).answer.head?.status).toBe(status);
});

test.each(["", 'a"b', "a b", "a\nb", "ü", "x".repeat(257)])("%j is no ETag", (bad) => {
  expect(get(bad).answer.head?.status).toBe(400);
});

function get(value: string, headers: object = {}, query = ""): FakeExchange {
  const request = { target: `/etag/x${query}`, headers: Object.entries(headers) };
  return ask(etag(), request, { etag: value });
}
