import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { systemClock } from "@breakwater/system-clock";
import type { ScriptApi } from "../api/api.ts";
import { FairTurn } from "./fair-turn.ts";
import { anyIteration, testUser } from "./testing/test-user.ts";

test("within a turn everything runs at once", () => {
  const turn = new FairTurn(new FakeClock());
  const ran: number[] = [];
  for (const one of [1, 2, 3]) turn.run(() => ran.push(one));
  expect(ran).toEqual([1, 2, 3]);
});

test("after a long turn they wait for the next, and go on in their order", async () => {
  const clock = new FakeClock();
  const turn = new FairTurn(clock);
  const ran: string[] = [];
  await clock.advanceTo(100);
  turn.run(() => {
    ran.push("first");
    turn.run(() => ran.push("third"));
  });
  turn.run(() => ran.push("second"));
  expect(ran).toEqual([]);
  await clock.advanceTo(100);
  expect(ran).toEqual(["first", "second", "third"]);
});

test("many that each take a while are spread over several turns", async () => {
  const { clock, spend } = spendingClock();
  const turn = new FairTurn(clock);
  const ran: string[] = [];
  spend(100);
  for (let one = 0; one < 6; one += 1) {
    turn.run(() => {
      ran.push(String(one));
      spend(3);
    });
  }
  for (let round = 0; round < 3; round += 1) {
    ran.push("|");
    clock.turn();
  }
  expect(ran.join("")).toBe("|01|23|45");
});

/** A clock on which only work takes time, and each turn of the event loop is one call. */
function spendingClock() {
  let nowMs = 0;
  let timers: (() => void)[] = [];
  const clock = {
    nowMs: () => nowMs,
    at: (_dueMs: number, wake: () => void) => {
      timers.push(wake);
      return () => {};
    },
    turn: () => {
      const due = timers;
      timers = [];
      for (const wake of due) wake();
    },
  };
  const spend = (ms: number): void => {
    nowMs += ms;
  };
  return { clock, spend };
}

test.each<[string, (api: ScriptApi) => unknown]>([
  ["do nothing", () => {}],
  ["await what is there", () => Promise.resolve()],
  ["throw", () => Promise.reject(new Error("no"))],
  ["fail before they send", ({ http }) => http.get("/relative")],
  ["cannot be sent", ({ http }) => http.get("http://127.0.0.1:1/", { headers: { "": "" } })],
])("VUs whose iterations %s let timers through", async (_name, run) => {
  const clock = systemClock();
  const turn = new FairTurn(clock);
  const untilMs = clock.nowMs() + 120;
  let iterations = 0;
  let ticks = 0;
  const tick = (): void => {
    ticks += 1;
    if (clock.nowMs() < untilMs) clock.at(clock.nowMs() + 10, tick);
  };
  tick();
  const quiet = { onError: () => {}, onWarning: () => {} };
  const loops = Array.from({ length: 5 }, async () => {
    using vu = testUser({ clock, shared: { turn, ...quiet } });
    vu.totals.registry.listen(undefined);
    vu.user.exports = { default: () => run(vu.api) };
    const { promise, resolve } = Promise.withResolvers<void>();
    const next = (): void => {
      iterations += 1;
      if (clock.nowMs() < untilMs) vu.user.start(anyIteration, next);
      else resolve();
    };
    next();
    await promise;
  });
  await Promise.all(loops);
  // Every 10 ms when nothing is in the way; none at all when timers starve.
  expect(ticks).toBeGreaterThan(2);
  expect(iterations).toBeGreaterThan(500);
});
