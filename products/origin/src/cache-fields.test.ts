import { expect, test } from "bun:test";
import { cacheFieldsOf } from "./cache-fields.ts";

test.each([
  ["", []],
  ["max-age=60", [["cache-control", "public, max-age=60"]]],
  ["max-age=60&max-age=5", [["cache-control", "public, max-age=60"]]],
  ["cache-control=private,%20no-store&max-age=60", [["cache-control", "private, no-store"]]],
  ["vary=Accept-Language,Cookie", [["vary", "Accept-Language, Cookie"]]],
])("?%s", (query, fields) => {
  expect(cacheFieldsOf(new URLSearchParams(query))).toEqual(fields as never);
});

test.each(["max-age=-1", "max-age=2147483649", "max-age=", "cache-control=a%0d%0ab", "vary=a%20b"])(
  "?%s is refused",
  (query) => {
    expect(() => cacheFieldsOf(new URLSearchParams(query))).toThrow("it must be");
  },
);
