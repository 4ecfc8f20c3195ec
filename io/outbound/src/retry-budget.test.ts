import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import fc from "fast-check";
import { OutboundError } from "./outbound-error.ts";
import { RetryBudget, type RetryBudgetOptions } from "./retry-budget.ts";

const steps = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })),
    requests: fc.nat(30),
    wanted: fc.nat(30),
  }),
  { maxLength: 40 },
);
const budgets: fc.Arbitrary<RetryBudgetOptions> = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  minPerSecond: fc.double({ min: 0, max: 5, noNaN: true }),
  windowMs: fc.integer({ min: 10, max: 5000 }),
});

test("retries are never more than their share of the requests and the minimum", async () => {
  await fc.assert(
    fc.asyncProperty(budgets, steps, async (options, all) => {
      const clock = new FakeClock();
      const budget = new RetryBudget(options, clock);
      const minimum = (options.minPerSecond * options.windowMs) / 1000;
      let requests = 0;
      let retries = 0;
      for (const { waitMs, requests: more, wanted } of all) {
        await clock.advanceTo(clock.nowMs() + waitMs);
        for (let n = 0; n < more; n += 1) budget.onRequest();
        requests += more;
        for (let n = 0; n < wanted; n += 1) if (budget.tryRetry()) retries += 1;
        // Windows that do not overlap each have the minimum once.
        const windows = 1 + clock.nowMs() / (options.windowMs * 0.9);
        expect(retries).toBeLessThanOrEqual(options.share * requests + minimum * windows + 1e-6);
      }
    }),
  );
});

test("a tenth of thirty is three, and what was asked before the window counts no more", async () => {
  const clock = new FakeClock();
  const budget = new RetryBudget({ share: 0.1, minPerSecond: 0, windowMs: 1000 }, clock);
  for (let n = 0; n < 30; n += 1) budget.onRequest();
  expect([1, 2, 3, 4].map(() => budget.tryRetry())).toEqual([true, true, true, false]);
  await clock.advanceTo(1000);
  for (let n = 0; n < 9; n += 1) budget.onRequest();
  expect(budget.tryRetry()).toBe(false);
  budget.onRequest();
  expect(budget.tryRetry()).toBe(true);
});

test("who is hardly called may be tried again as often as the minimum says", async () => {
  const clock = new FakeClock();
  const budget = new RetryBudget({ share: 0, minPerSecond: 2, windowMs: 1000 }, clock);
  expect([1, 2, 3].map(() => budget.tryRetry())).toEqual([true, true, false]);
  await clock.advanceTo(1000);
  expect([1, 2, 3].map(() => budget.tryRetry())).toEqual([true, true, false]);
});

test.each([
  [{ share: -0.1 }, "budget.share -0.1"],
  [{ share: Number.NaN }, "budget.share NaN"],
  [{ share: 1.5 }, "budget.share 1.5"],
  [{ minPerSecond: -1 }, "budget.minPerSecond -1"],
  [{ windowMs: 0 }, "budget.windowMs 0"],
])("%j is refused by name", (option, what) => {
  const options = { share: 0.1, minPerSecond: 1, windowMs: 1000, ...option };
  const make = () => new RetryBudget(options, new FakeClock());
  expect(make).toThrow(OutboundError);
  expect(make).toThrow(`Cannot use ${what}: it takes `);
});
