import { expect, test } from "bun:test";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { manyHeaders } from "./many-headers.ts";

test("the answer has so many fields of that size", () => {
  const exchange = ask(manyHeaders(), { target: "/headers?count=2&size=3" });
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "application/json",
    "x-filler-1": "xxx",
    "x-filler-2": "xxx",
  });
  expect(jsonOf(exchange)).toEqual({ count: 2, size: 3 });
});

test.each(["count=-1", "count=10001", "size=2M", "size=x", "count=2&size=1M"])(
  "?%s is refused",
  (query) => {
    expect(ask(manyHeaders(), { target: `/headers?${query}` }).answer.head?.status).toBe(400);
  },
);
