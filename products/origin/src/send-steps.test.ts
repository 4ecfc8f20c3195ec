import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type FakeExchange, fakeExchange } from "@breakwater/http-server/testing";
import { bytesInParts, type Step, sendSteps } from "./send-steps.ts";

const a = new Uint8Array([97]);

test("parts are written one by one, then the answer is complete", () => {
  const { exchange } = send([a, a, undefined]);
  expect(exchange.answer.parts).toEqual([a, a]);
  expect(exchange.answer.state).toBe("complete");
});

test("HEAD gets none of them", () => {
  const { exchange } = send([a, undefined], fakeExchange({ method: "HEAD" }));
  expect(exchange.answer).toMatchObject({ state: "complete", parts: [] });
});

test("a client that takes no more holds them up until it does", () => {
  const blocked = fakeExchange();
  blocked.block();
  const { exchange } = send([a, a, undefined], blocked);
  expect(exchange.answer.parts.length).toBe(1);
  exchange.drain();
  expect(exchange.answer).toMatchObject({ state: "complete", parts: [a, a] });
});

test("a wait is as long as was said", async () => {
  const { exchange, clock } = send([a, 20, a, undefined]);
  await clock.advanceTo(19.9);
  expect(exchange.answer.parts.length).toBe(1);
  await clock.advanceTo(20);
  expect(exchange.answer.state).toBe("complete");
});

test("a client that takes all of it leaves turns to others, each after a MiB at most", () => {
  const { exchange, later, nexts } = send([new Uint8Array(2 ** 18)]);
  expect(exchange.answer.parts.length).toBe(4);
  later[0]?.();
  expect(exchange.answer.parts.length).toBe(8);
  expect(nexts()).toBe(8);
});

test("small parts count as what they cost", () => {
  expect(send([a]).exchange.answer.parts.length).toBe(256);
});

test("when the client goes away, nothing more is made", async () => {
  const { exchange, later, nexts } = send([a]);
  exchange.goAway();
  later[0]?.();
  expect(nexts()).toBe(256);
  expect(later.length).toBe(1);
});

test("when the client goes away during a wait, its timer is taken back", async () => {
  const { exchange, clock, nexts } = send([a, 20, a, undefined]);
  exchange.goAway();
  await clock.advanceTo(100);
  expect(nexts()).toBe(2);
});

test("bytes in parts are the bytes", () => {
  const bytes = new Uint8Array(600_000).map((_, index) => index % 251);
  const next = bytesInParts(bytes);
  const parts = [next(), next(), next()] as Uint8Array[];
  expect(next()).toBeUndefined();
  expect(parts.map(({ length }) => length)).toEqual([262_144, 262_144, 75_712]);
  expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  expect(bytesInParts(new Uint8Array(0))()).toBeUndefined();
});

interface Sent {
  readonly exchange: FakeExchange;
  readonly clock: FakeClock;
  /** What is to be run in a later turn. */
  readonly later: (() => void)[];
  readonly nexts: () => number;
}

/** Sends the steps; the last one again and again unless it is the end. */
function send(steps: readonly Step[], exchange: FakeExchange = fakeExchange()): Sent {
  const clock = new FakeClock();
  const later: (() => void)[] = [];
  let nexts = 0;
  sendSteps(exchange, exchange.begin({ status: 200 }), {
    clock,
    soon: (run) => void later.push(run),
    next: () => {
      nexts += 1;
      return steps[Math.min(nexts, steps.length) - 1];
    },
  });
  return { exchange, clock, later, nexts: () => nexts };
}
