import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { router } from "@breakwater/http-server";
import { fakeExchange } from "@breakwater/http-server/testing";
import fc from "fast-check";
import { contentDocs, contentRoutes } from "./content-routes.ts";

const clock = new FakeClock();
const routes = contentRoutes({
  clock,
  soon: () => {},
  myHostname: "here",
  bufferBytes: 2 ** 16,
  isDraining: () => false,
});
const handler = router({ routes, fallback: (exchange) => routes["/"](exchange, {}) });

test("every route has its doc", () => {
  const documented = new Set(contentDocs.map(({ path }) => path));
  expect(documented).toEqual(new Set(Object.keys(routes)));
  expect(contentDocs.length).toBe(documented.size);
});

test.each(contentDocs.flatMap(({ examples }) => examples))(
  "the example %s works",
  async (target) => {
    const exchange = fakeExchange({ target });
    const begun = Promise.withResolvers<number>();
    const begin = exchange.begin.bind(exchange);
    exchange.begin = (head) => {
      begun.resolve(head.status);
      return begin(head);
    };
    void handler(exchange);
    await clock.advanceTo(clock.nowMs() + 1000);
    const status = await begun.promise;
    // Who sends no credentials is not let in, and a status is as it was asked for.
    const refusals = [401, Number(/^\/status\/(\d+)/.exec(target)?.[1])];
    expect(status < 400 || refusals.includes(status)).toBe(true);
  },
);

test("whatever is asked for, the answer is never a failure of ours", () => {
  const part = fc.oneof(
    fc.constantFrom(...Object.keys(routes).flatMap((path) => path.split("/"))),
    fc.constantFrom("-1", "NaN", "0", "1", "99999999999999999999", "1e9", "10K", "%", "%00", "%2F"),
    fc.webPath({ size: "small" }),
  );
  const query = fc.array(
    fc.tuple(
      fc.constantFrom("size", "delay", "count", "chunked", "max-age", "vary", "on", "status"),
      fc.oneof(fc.string(), fc.constantFrom("-1", "9".repeat(99), "1", "true", "64M")),
    ),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), query, (parts, pairs) => {
      const target = `/${parts.join("/")}?${new URLSearchParams(pairs)}`;
      const exchange = fakeExchange({ target });
      void handler(exchange);
      exchange.goAway();
      expect(exchange.answer.head?.status ?? 200).not.toBe(500);
    }),
  );
});
