import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { CircuitBreaker, type CircuitState, type Verdict } from "./circuit-breaker.ts";
import { OutboundError } from "./outbound-error.ts";

const options = { failureShare: 0.5, windowMs: 1000, minRequests: 4, openMs: 500 };

function stage() {
  const clock = new FakeClock();
  const states: CircuitState[] = [];
  const breaker = new CircuitBreaker(options, clock, (state) => states.push(state));
  const runAll = async (verdicts: readonly Verdict[]) => {
    for (const verdict of verdicts) await breaker.run(async () => ({ verdict }));
  };
  /** One that ends when it is told. */
  const start = () => {
    const ended = Promise.withResolvers<{ verdict: Verdict }>();
    const result = breaker.run(() => ended.promise);
    return async (verdict: Verdict) => {
      ended.resolve({ verdict });
      await result;
    };
  };
  return { clock, states, breaker, runAll, start };
}

const [ok, bad, gone]: readonly Verdict[] = ["success", "failure", "void"] as const;

test.each<[what: string, verdicts: readonly Verdict[], state: CircuitState]>([
  ["fewer than count", [bad, bad, bad], "closed"],
  ["as many failures as successes", [ok, ok, bad, bad], "closed"],
  ["more failures than successes", [ok, bad, bad, bad], "open"],
  ["calls that nobody waited for", [gone, gone, gone, gone, gone, bad, bad], "closed"],
])("%s: it is %s", async (_what, verdicts, state) => {
  const { breaker, runAll } = stage();
  await runAll(verdicts);
  expect(breaker.state).toBe(state);
});

test("failures that are older than the window count no more, though nothing came since", async () => {
  const { clock, breaker, runAll } = stage();
  await runAll([bad, bad, bad]);
  await clock.advanceTo(1000);
  await runAll([bad]);
  expect(breaker.state).toBe("closed");
});

test("when it was open for its time one is let through, and its success closes it", async () => {
  const { clock, states, breaker, runAll, start } = stage();
  await runAll([bad, bad, bad, bad]);
  expect(breaker.refusedForMs()).toBe(500);
  await clock.advanceTo(499);
  expect(breaker.refusedForMs()).toBe(1);
  await clock.advanceTo(500);
  expect(breaker.refusedForMs()).toBe(0);
  const end = start();
  expect([breaker.state, breaker.refusedForMs() > 0]).toEqual(["half_open", true]);
  await end("success");
  expect([breaker.state, breaker.refusedForMs()]).toEqual(["closed", 0]);
  expect(states).toEqual(["open", "half_open", "closed"]);
  await runAll([bad, bad, bad]);
  expect(breaker.state).toBe("closed");
});

test("a probe that fails opens it for another time", async () => {
  const { clock, breaker, runAll, start } = stage();
  await runAll([bad, bad, bad, bad]);
  await clock.advanceTo(500);
  await start()("failure");
  expect([breaker.state, breaker.refusedForMs()]).toEqual(["open", 500]);
});

test("a probe that nobody waits for decides nothing: the next one probes", async () => {
  const { clock, breaker, runAll, start } = stage();
  await runAll([bad, bad, bad, bad]);
  await clock.advanceTo(500);
  await start()("void");
  expect([breaker.state, breaker.refusedForMs()]).toEqual(["open", 0]);
  await start()("success");
  expect(breaker.state).toBe("closed");
});

test("what began before it opened has no say afterwards", async () => {
  const { clock, states, breaker, runAll, start } = stage();
  const late = [start(), start(), start(), start(), start()];
  await runAll([bad, bad, bad, bad]);
  await late[0]?.("success");
  expect(breaker.state).toBe("open");
  await clock.advanceTo(500);
  const probe = start();
  await late[1]?.("failure");
  expect(breaker.state).toBe("half_open");
  await probe("success");
  for (const end of late.slice(2)) await end("failure");
  await runAll([bad]);
  expect([breaker.state, states]).toEqual(["closed", ["open", "half_open", "closed"]]);
});

test.each([
  [{ failureShare: 0 }, "breaker.failureShare 0"],
  [{ failureShare: 1 }, "breaker.failureShare 1"],
  [{ failureShare: Number.NaN }, "breaker.failureShare NaN"],
  [{ windowMs: 0 }, "breaker.windowMs 0"],
  [{ openMs: Number.POSITIVE_INFINITY }, "breaker.openMs Infinity"],
  [{ minRequests: 0.5 }, "breaker.minRequests 0.5"],
])("%j is refused by name", (option, what) => {
  const make = () => new CircuitBreaker({ ...options, ...option }, new FakeClock(), () => {});
  expect(make).toThrow(OutboundError);
  expect(make).toThrow(`Cannot use ${what}: it takes `);
});
