import { expect, test } from "bun:test";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { vary } from "./vary.ts";

test("the answer depends on the headers that it says it depends on", () => {
  const exchange = ask(vary(), {
    target: "/vary?on=Accept-Language,Cookie",
    headers: [["accept-language", "de"]],
  });
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "application/json",
    "cache-control": "public, max-age=60",
    vary: "Accept-Language, Cookie",
  });
  expect(jsonOf(exchange)).toEqual({
    vary: ["Accept-Language", "Cookie"],
    values: { "Accept-Language": "de", Cookie: null },
  });
});

test("what caches are to do may be said", () => {
  const exchange = ask(vary(), { target: "/vary?max-age=5" });
  expect(fieldsOf(exchange)).toMatchObject({
    "cache-control": "public, max-age=5",
    vary: "Accept-Language",
  });
});

test("what is no name is refused", () => {
  expect(ask(vary(), { target: "/vary?on=a%20b" }).answer.head?.status).toBe(400);
});
