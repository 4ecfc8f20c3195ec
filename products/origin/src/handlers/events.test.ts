import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import type { FakeExchange } from "@breakwater/http-server/testing";
import { pattern } from "../pattern.ts";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { events } from "./events.ts";

test("events come with id, name and data, the first at once, then one per interval", async () => {
  const { exchange, clock } = get("?count=3&interval=100");
  expect(exchange.answer.head).toMatchObject({ status: 200 });
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "text/event-stream",
    "cache-control": "no-store",
  });
  expect(exchange.text()).toBe('id: 1\nevent: message\ndata: {"id":1,"elapsed_ms":0}\n\n');
  await clock.advanceTo(199);
  expect(exchange.answer.parts.length).toBe(2);
  await clock.advanceTo(200);
  expect(exchange.text()).toEndWith('id: 3\nevent: message\ndata: {"id":3,"elapsed_ms":200}\n\n');
  expect(exchange.answer.state).toBe("complete");
});

test("size, name and retry are as asked for", () => {
  const { exchange } = get("?count=2&interval=0&size=4&event=tick&retry=500");
  expect(exchange.text()).toBe(
    "retry: 500\nid: 1\nevent: tick\ndata: ABCD\n\nid: 2\nevent: tick\ndata: ABCD\n\n",
  );
});

test("who says which event was the last gets those after it, or 204 when there are none", () => {
  const { exchange } = get("?count=5&interval=0&size=1", [["Last-Event-ID", "3"]]);
  expect(exchange.text()).toBe(
    "id: 4\nevent: message\ndata: A\n\nid: 5\nevent: message\ndata: A\n\n",
  );
  const after = get("?count=5", [["Last-Event-ID", "5"]]).exchange;
  expect(after.answer).toMatchObject({ state: "complete", parts: [], head: { status: 204 } });
});

test.each(["x", "-1", "", "9".repeat(30)])("a last id of %j is none of ours", (id) => {
  const { exchange } = get("?count=1&size=1", [["Last-Event-ID", id]]);
  expect(exchange.text()).toStartWith("id: 1\n");
});

test("a long wait has a comment every 15 s", async () => {
  const { exchange, clock } = get("?count=2&interval=40000&size=1");
  await clock.advanceTo(39_999);
  expect(exchange.text()).toBe(`id: 1\nevent: message\ndata: A\n\n${": heartbeat\n\n".repeat(2)}`);
  await clock.advanceTo(40_000);
  expect(exchange.answer.state).toBe("complete");
  expect(exchange.answer.parts.length).toBe(4);
});

test("without a count they go on until the client goes", async () => {
  const { exchange, clock } = get("");
  await clock.advanceTo(99_500);
  expect(exchange.answer).toMatchObject({ state: "open", parts: { length: 100 } });
  exchange.goAway();
  await clock.advanceTo(200_000);
  expect(exchange.answer.parts.length).toBe(100);
});

test("when the server drains, endless ones end and others come to their end", async () => {
  const endless = get("");
  const counted = get("?count=3");
  endless.drain();
  counted.drain();
  await endless.clock.advanceTo(1000);
  await counted.clock.advanceTo(2000);
  expect(endless.exchange.answer).toMatchObject({ state: "complete", parts: { length: 1 } });
  expect(counted.exchange.answer).toMatchObject({ state: "complete", parts: { length: 3 } });
});

test.each([
  "count=0",
  "count=-1",
  "count=1000000001",
  "interval=NaN",
  "interval=3600001",
  "size=0",
  "size=2M",
  "event=",
  "event=a%0adata:b",
  "retry=-1",
])("?%s is refused with what would do", (query) => {
  const { exchange } = get(`?${query}`);
  expect(exchange.answer.head?.status).toBe(400);
  expect(jsonOf(exchange)).toEqual({ error: expect.stringContaining("it must be") });
});

interface Got {
  readonly exchange: FakeExchange;
  readonly clock: FakeClock;
  /** The server begins to stop. */
  readonly drain: () => void;
}

function get(query: string, headers: readonly (readonly [string, string])[] = []): Got {
  const clock = new FakeClock();
  let isDraining = false;
  const handler = events({
    pattern: pattern(2 ** 20),
    clock,
    soon: (run) => run(),
    isDraining: () => isDraining,
  });
  const exchange = ask(handler, { target: `/events${query}`, headers });
  const drain = (): void => {
    isDraining = true;
  };
  return { exchange, clock, drain };
}
