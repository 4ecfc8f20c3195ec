import type { RouteHandler } from "@breakwater/http-server";
import { type FakeExchange, type FakeRequest, fakeExchange } from "@breakwater/http-server/testing";

/** Calls a handler as the router would, and gives what it did. */
export function ask<Param extends string = never>(
  handler: RouteHandler<Param>,
  request: FakeRequest = {},
  ...params: [Param] extends [never] ? [] : [params: Readonly<Record<Param, string>>]
): FakeExchange {
  const exchange = fakeExchange(request);
  void handler(exchange, (params[0] ?? {}) as Readonly<Record<Param, string>>);
  return exchange;
}

/** The answer's fields, each once. */
export function fieldsOf({ answer }: FakeExchange): Readonly<Record<string, string>> {
  return Object.fromEntries(answer.head?.fields ?? []);
}

/** The answer's JSON. */
export function jsonOf(exchange: FakeExchange): unknown {
  return JSON.parse(exchange.text());
}
