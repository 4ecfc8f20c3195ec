import { expect, test } from "bun:test";
import type { FakeExchange } from "@breakwater/http-server/testing";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { basicAuth } from "./basic-auth.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

test.each(["Basic", "basic"])("the right credentials are let in (%s)", (scheme) => {
  const exchange = get(`${scheme} ${base64("änn:se:cret")}`);
  expect(exchange.answer.head?.status).toBe(200);
  expect(jsonOf(exchange)).toEqual({ authenticated: true, user: "änn" });
});

test.each([
  undefined,
  "",
  "Basic",
  `Basic ${base64("änn:wrong")}`,
  `Bearer ${base64("änn:se:cret")}`,
])("%s is asked for others", (field) => {
  const exchange = get(field);
  expect(exchange.answer.head?.status).toBe(401);
  expect(fieldsOf(exchange)["www-authenticate"]).toStartWith("Basic realm=");
});

function get(field: string | undefined): FakeExchange {
  const headers = field === undefined ? [] : ([["Authorization", field]] as const);
  return ask(basicAuth(), { headers }, { user: "änn", password: "se:cret" });
}
