import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { FakeExchange } from "@breakwater/http-server/testing";
import { pattern } from "../pattern.ts";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { chunked } from "./chunked.ts";

test("each chunk is a write, and begins anew", () => {
  const exchange = get("3", "?size=5");
  expect(exchange.answer).toMatchObject({ state: "complete", head: { status: 200 } });
  expect(exchange.answer.head?.contentLength).toBeUndefined();
  expect(fieldsOf(exchange)).toEqual({ "content-type": "text/plain; charset=utf-8" });
  expect(texts(exchange)).toEqual(["ABCDE", "ABCDE", "ABCDE"]);
});

test("a chunk has 1024 bytes where none are asked for", () => {
  expect(get("2").answer.parts.map(({ length }) => length)).toEqual([1024, 1024]);
});

test("a chunk beyond a MiB comes as several", () => {
  const lengths = get("1", "?size=2500K").answer.parts.map(({ length }) => length);
  expect(lengths).toEqual([2 ** 20, 2 ** 20, 462_848]);
});

test("between chunks it waits, but not before the first nor after the last", async () => {
  const clock = new FakeClock();
  const exchange = get("3", "?size=1&delay=20", clock);
  const counts = [];
  for (const ms of [0, 19, 20, 39, 40]) {
    await clock.advanceTo(ms);
    counts.push(exchange.answer.parts.length);
  }
  expect(counts).toEqual([1, 1, 2, 2, 3]);
  expect(exchange.answer.state).toBe("complete");
});

test("the pieces of a large chunk come without a wait", () => {
  expect(get("2", "?size=2M&delay=20").answer.parts.length).toBe(2);
});

test("when the client goes away during a wait, no more is sent", async () => {
  const clock = new FakeClock();
  const exchange = get("3", "?delay=20", clock);
  exchange.goAway();
  await clock.advanceTo(100);
  expect(exchange.answer.parts.length).toBe(1);
});

test.each([
  ["0", "", "count"],
  ["-1", "", "count"],
  ["NaN", "", "count"],
  ["1000000001", "", "count"],
  ["9".repeat(400), "", "count"],
  ["1", "?size=0", "size"],
  ["1", "?size=65M", "size"],
  ["1", "?size=-5", "size"],
  ["1", "?size=abc", "size"],
  ["1", "?delay=-1", "delay"],
  ["1", "?delay=3600001", "delay"],
  ["1", "?delay=1e3", "delay"],
])("/chunked/%s%s is refused for its %s", (count, query, name) => {
  const exchange = get(count, query);
  expect(exchange.answer.head?.status).toBe(400);
  expect(jsonOf(exchange)).toEqual({ error: expect.stringContaining(`Cannot use ${name} "`) });
});

function get(count: string, query = "", clock: FakeClock = new FakeClock()): FakeExchange {
  const handler = chunked({ pattern: pattern(2 ** 20), clock, soon: (run) => run() });
  return ask(handler, { target: `/chunked/x${query}` }, { count });
}

function texts({ answer }: FakeExchange): string[] {
  return answer.parts.map((part) => new TextDecoder().decode(part));
}
