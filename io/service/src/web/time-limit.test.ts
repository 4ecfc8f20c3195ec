import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { fakeExchange } from "@breakwater/http-server/testing";
import fc from "fast-check";
import type { Call, CallHandler, Stage } from "../call.ts";
import { serviceOf } from "../testing/index.ts";
import { Deadlines } from "./deadlines.ts";
import { idleLimit, timeLimit } from "./time-limit.ts";

/** A service with that stage whose handler does nothing, and one call of it. */
function stage(make: (clock: FakeClock) => Stage, handler: CallHandler = () => {}) {
  const clock = new FakeClock();
  const calls: Call[] = [];
  const service = serviceOf({
    clock,
    stages: [make(clock)],
    handler: (call) => {
      calls.push(call);
      return handler(call);
    },
  });
  const send = () => {
    const exchange = fakeExchange();
    void service(exchange);
    return { exchange, call: calls.at(-1)! };
  };
  return { clock, send };
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a handler that takes too long", () => {
  const limited = (handler?: CallHandler) =>
    stage((clock) => timeLimit({ clock, ms: 100 }), handler);

  test("is given up: 503, its signal aborted, what it says later ignored", async () => {
    const { clock, send } = limited();
    const { exchange, call } = send();
    const { signal } = call;
    await clock.advanceTo(99);
    expect([exchange.answer.state, signal.aborted]).toEqual(["open", false]);
    await clock.advanceTo(100);
    expect([exchange.answer.head?.status, signal.aborted]).toEqual([503, true]);
    expect(JSON.parse(exchange.text())).toMatchObject({
      code: "timeout",
      detail: "Cannot answer within 100 ms: try again later",
    });
    expect(signal.reason).toEqual(new Error("No answer within 100 ms"));
    call.respond({ status: 200, body: "late" });
    expect(exchange.answer.head?.status).toBe(503);
  });

  test("that has begun to answer is left alone", async () => {
    const { clock, send } = limited((call) => void call.begin({ status: 200 }).write(bytes("a")));
    const { exchange, call } = send();
    await clock.advanceTo(1000);
    expect([exchange.answer.state, call.signal.aborted]).toEqual(["open", false]);
  });

  test("each call has its own time, whatever became of the others", async () => {
    const { clock, send } = limited();
    const first = send();
    await clock.advanceTo(30);
    const second = send();
    await clock.advanceTo(60);
    const third = send();
    first.call.respond({ status: 200 });
    third.exchange.goAway();
    await clock.advanceTo(129);
    expect(second.exchange.answer.state).toBe("open");
    await clock.advanceTo(500);
    const statuses = [first, second, third].map(({ exchange }) => exchange.answer.head?.status);
    expect(statuses).toEqual([200, 503, undefined]);
  });
});

describe("an answer that stands still", () => {
  const limited = (handler?: CallHandler) =>
    stage((clock) => idleLimit({ clock, ms: 100 }), handler);

  test("is cut when nothing was written for too long", async () => {
    const { clock, send } = limited();
    const { exchange, call } = send();
    const body = call.begin({ status: 200 });
    for (const nowMs of [0, 90, 180, 270]) {
      await clock.advanceTo(nowMs);
      body.write(bytes("x"));
    }
    await clock.advanceTo(369);
    expect(exchange.answer.state).toBe("open");
    await clock.advanceTo(370);
    expect([exchange.answer.state, call.signal.aborted]).toEqual(["aborted", true]);
    expect(exchange.text()).toBe("xxxx");
  });

  test("one that ends in time, and one that has not begun, are not", async () => {
    const { clock, send } = limited();
    const [ended, waiting] = [send(), send()];
    ended.call.begin({ status: 200 }).end();
    await clock.advanceTo(1000);
    expect(ended.exchange.answer.state).toBe("complete");
    expect(waiting.exchange.answer.state).toBe("open");
    waiting.call.respond({ status: 200, body: "whole" });
    expect(waiting.exchange.text()).toBe("whole");
  });
});

test("deadlines are late exactly when nobody took them back, at their own time", async () => {
  const step = fc.record({ gapMs: fc.nat(30), removes: fc.option(fc.nat(20)) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new FakeClock();
      const deadlines = new Deadlines(clock, 50);
      const [late, expected]: [string[], string[]] = [[], []];
      const dues: { readonly dueMs: number; takenMs: number }[] = [];
      const made = [];
      for (const { gapMs, removes } of steps) {
        await clock.advanceTo(clock.nowMs() + gapMs);
        const index = made.length;
        made.push(deadlines.add(() => late.push(`${index} at ${clock.nowMs()}`), clock.nowMs()));
        dues.push({ dueMs: clock.nowMs() + 50, takenMs: Infinity });
        const taken = removes === null ? undefined : dues[removes];
        if (taken !== undefined) taken.takenMs = Math.min(taken.takenMs, clock.nowMs());
        if (taken !== undefined) deadlines.remove(made[removes!]!);
      }
      await clock.advanceTo(1e6);
      for (const [index, { dueMs, takenMs }] of dues.entries()) {
        if (takenMs >= dueMs) expected.push(`${index} at ${dueMs}`);
      }
      expect(late).toEqual(expected);
      expect(deadlines.size).toBe(0);
    }),
  );
});

test.each([0, 1.5, Number.NaN, 1e9])("a limit of %p ms is refused", (ms) => {
  const make = () => timeLimit({ clock: new FakeClock(), ms });
  expect(make).toThrow(`Cannot use time limit ${ms}: it takes a whole number from 1`);
});
