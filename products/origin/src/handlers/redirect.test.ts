import { expect, test } from "bun:test";
import { ask, fieldsOf } from "../testing/ask.ts";
import { redirect } from "./redirect.ts";

test.each([
  ["3", "", 302, "/redirect/2"],
  ["1", "", 302, "/"],
  ["100", "?status=308", 308, "/redirect/99?status=308"],
  ["1", "?status=303", 303, "/"],
])("/redirect/%s%s is %d to %s", (n, query, status, location) => {
  const exchange = ask(redirect(), { target: `/redirect/x${query}` }, { n });
  expect(exchange.answer.head?.status).toBe(status);
  expect(fieldsOf(exchange)).toEqual({ location });
});

test.each([
  ["0", ""],
  ["101", ""],
  ["-1", ""],
  ["x", ""],
  ["1", "?status=304"],
  ["1", "?status="],
])("/redirect/%s%s is refused", (n, query) => {
  const exchange = ask(redirect(), { target: `/redirect/x${query}` }, { n });
  expect(exchange.answer.head?.status).toBe(400);
});
