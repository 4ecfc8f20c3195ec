import { expect, test } from "bun:test";
import { fakeExchange } from "@breakwater/http-server/testing";
import { jsonOf } from "../testing/ask.ts";
import { ip } from "./ip.ts";

test.each([
  ["192.0.2.7:40312", "192.0.2.7"],
  ["[2001:db8::1]:40312", "2001:db8::1"],
  ["unknown", "unknown"],
])("of %s it is %s", (source, origin) => {
  const exchange = fakeExchange();
  void ip()(Object.assign(exchange, { connection: { ...exchange.connection, source } }));
  expect(jsonOf(exchange)).toEqual({ origin });
});
