import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { testDescriber } from "../testing/test-describer.ts";
import { echo } from "./echo.ts";

const handler = echo({ describe: testDescriber(), clock: new FakeClock() });

test("a request without a body comes back as JSON within the call", () => {
  const exchange = ask(handler, { target: "/a?b", headers: [["X-Lower", "1"]] });
  expect(exchange.answer).toMatchObject({ state: "complete", head: { status: 200 } });
  expect(fieldsOf(exchange)).toEqual({ "content-type": "application/json" });
  expect(jsonOf(exchange)).toMatchObject({ uri: "/a?b", headers: { "X-Lower": "1" }, body: "" });
});

test("a body is in it, whatever the method", () => {
  const exchange = ask(handler, { method: "PURGE", body: "grüß" });
  expect(jsonOf(exchange)).toMatchObject({ method: "PURGE", body: "grüß", body_size: 6 });
});
