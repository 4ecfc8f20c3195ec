import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type FakeExchange, type FakeRequest, fakeExchange } from "@breakwater/http-server/testing";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { testDescriber } from "../testing/test-describer.ts";
import { status } from "./status.ts";

const handler = status({ describe: testDescriber(), clock: new FakeClock() });

test.each([
  ["200", "OK"],
  ["299", "Unknown Status Code"],
  ["302", "Found"],
  ["404", "Not Found"],
  ["500", "Internal Server Error"],
  ["599", "Unknown Status Code"],
])("/status/%s says %s and describes the request", (code, message) => {
  const exchange = get(code, { target: "/a", body: "b" });
  expect(exchange.answer.head?.status).toBe(Number(code));
  const description = JSON.parse(exchange.text());
  expect(description).toMatchObject({ uri: "/a", body: "b", status_code: Number(code) });
  expect(Object.entries(description).at(-1)).toEqual(["status_message", message]);
});

test.each(["204", "205", "304"])("/status/%s has no body, as HTTP has it", (code) => {
  const { answer } = get(code);
  expect(answer).toMatchObject({ state: "complete", parts: [], head: { status: Number(code) } });
});

test.each([
  ["100", []],
  ["102", []],
  ["103", [["link", "</health>; rel=preload; as=fetch"]]],
  ["199", []],
])("/status/%s is sent before a 200", (code, fields) => {
  const exchange = get(code);
  expect(exchange.answer.interims).toEqual([[Number(code), fields as never]]);
  expect(exchange.answer.head?.status).toBe(200);
  expect(jsonOf(exchange)).toMatchObject({
    status_code: 200,
    status_message: "OK",
    interim_status_code: Number(code),
  });
});

test("where there are no interim answers, that is said", () => {
  const exchange = fakeExchange({ protocol: "HTTP/1.0" });
  exchange.interim = () => false;
  void handler(exchange, { code: "103" });
  expect(exchange.answer.head?.status).toBe(501);
  expect(jsonOf(exchange)).toEqual({
    error: "Cannot send the interim status 103 by HTTP/1.0: ask by HTTP/1.1 or HTTP/2",
  });
});

test("fields that go with a status are sent when they are asked for", () => {
  expect(fieldsOf(get("307"))).toEqual({ "content-type": "application/json" });
  const asked = get("307", { target: "/a?location=/b%3Fc&retry-after=5" });
  expect(fieldsOf(asked)).toMatchObject({ location: "/b?c", "retry-after": "5" });
  const bodiless = get("304", { target: "/a?location=/b" });
  expect(fieldsOf(bodiless)).toEqual({ location: "/b" });
});

test.each([
  ...["", "0", "99", "600", "1000", "-200", "2e2", "0xc8", "200.0", " 200", "NaN", "ok", "101"],
])("/status/%s is refused with what would do", (code) => {
  const exchange = get(code);
  expect(exchange.answer.head?.status).toBe(400);
  expect(jsonOf(exchange)).toEqual({
    error: expect.stringMatching(/^Cannot use the status ".*": it must be (a whole|another)/),
  });
});

test.each(["location=%0d%0aSet-Cookie:a", "location=", "retry-after=-1", "retry-after=soon"])(
  "?%s is refused",
  (query) => {
    expect(get("503", { target: `/a?${query}` }).answer.head?.status).toBe(400);
  },
);

function get(code: string, request: FakeRequest = {}): FakeExchange {
  return ask(handler, request, { code });
}
