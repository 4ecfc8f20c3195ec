import { expect, test } from "bun:test";
import fc from "fast-check";
import { constantRate, rampingRate, type Schedule, type Stage } from "./schedule.ts";

test.each([
  ["one a second", { rate: 1, timeUnitMs: 1000, durationMs: 3000 }, "0 1000 2000"],
  [
    "a period of whole nanoseconds",
    { rate: 3, timeUnitMs: 1000, durationMs: 700 },
    "0 333.333333 666.666666",
  ],
  ["90 a minute", { rate: 90, timeUnitMs: 60_000, durationMs: 1999 }, "0 666.666666 1333.333332"],
  ["none at the very end", { rate: 10, timeUnitMs: 1000, durationMs: 200 }, "0 100"],
  [
    "one more than the rate says, where whole nanoseconds leave room, as k6",
    { rate: 3, timeUnitMs: 1000, durationMs: 1000 },
    "0 333.333333 666.666666 999.999999",
  ],
  ["a period longer than the time", { rate: 1, timeUnitMs: 60_000, durationMs: 5000 }, "0"],
  ["no time at all", { rate: 50, timeUnitMs: 1000, durationMs: 0 }, ""],
  ["no rate at all", { rate: 0, timeUnitMs: 1000, durationMs: 1000 }, ""],
])("constant rate: %s", (_name, options, want) => {
  expect(allDue(constantRate(options)).join(" ")).toBe(want);
});

test.each([
  ["a flat line starts one period late", 2, "2000:2", "500 1000 1500 2000"],
  ["up from nothing", 0, "4000:2", "2000 2828 3464 4000"],
  ["down to nothing", 2, "4000:0", "536 1172 2000 4000"],
  ["a stage of no length jumps", 0, "0:1 2000:1", "1000 2000"],
  ["a jump down in the middle", 4, "1000:4 0:1 2000:1", "250 500 750 1000 2000 3000"],
  [
    "a quiet stage passes without any",
    0,
    "0:2 1000:2 5000:0 3000:0 0:1 1000:1",
    "500 1000 1528 2127 2838 3764 6000 10000",
  ],
  ["a fraction carries over to the next stage", 1, "1500:1 0:2 1000:2", "1000 1750 2250"],
  ["never any", 0, "9000:0", ""],
  ["no stages", 5, "", ""],
])("ramping rate: %s", (_name, startRate, stages, want) => {
  const schedule = rampingRate({ startRate, timeUnitMs: 1000, stages: toStages(stages) });
  expect(allDue(schedule).map(Math.round).join(" ")).toBe(want);
});

test("the time unit scales a ramping rate", () => {
  const schedule = rampingRate({
    startRate: 60,
    timeUnitMs: 60_000,
    stages: toStages("3000:60"),
  });
  expect(allDue(schedule)).toEqual([1000, 2000, 3000]);
});

const stage: fc.Arbitrary<Stage> = fc.record({
  durationMs: fc.oneof(fc.constant(0), fc.nat(20_000)),
  target: fc.nat(300),
});
const ramp = fc.record({
  startRate: fc.nat(300),
  timeUnitMs: fc.constantFrom(500, 1000, 7000),
  stages: fc.array(stage, { maxLength: 5 }),
});

test("a ramp starts exactly the whole iterations under it, in order, within its time", () => {
  fc.assert(
    fc.property(ramp, ({ startRate, timeUnitMs, stages }) => {
      const due = allDue(rampingRate({ startRate, timeUnitMs, stages }));
      let doubleArea = 0;
      let rate = startRate;
      for (const { durationMs, target } of stages) {
        doubleArea += (rate + target) * durationMs;
        rate = target;
      }
      const lengthMs = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
      expect(due.length).toBe(Math.floor(doubleArea / (2 * timeUnitMs)));
      expect(due).toEqual(due.toSorted((a, b) => a - b));
      expect(due.at(-1) ?? 0).toBeLessThanOrEqual(lengthMs);
    }),
    { numRuns: 50 },
  );
});

test("the area under a ramp when an iteration is due is its number, counted from 1", () => {
  fc.assert(
    fc.property(ramp, fc.nat(5000), ({ startRate, timeUnitMs, stages }, index) => {
      const dueMs = rampingRate({ startRate, timeUnitMs, stages })(index);
      fc.pre(dueMs !== undefined);
      const area = areaUntil(dueMs ?? 0, startRate, stages) / timeUnitMs;
      expect(Math.abs(area - (index + 1))).toBeLessThan(1e-3);
    }),
  );
});

test("the order in which indexes are asked for makes no difference", () => {
  fc.assert(
    fc.property(ramp, fc.array(fc.nat(3000)), (options, indexes) => {
      const used = rampingRate(options);
      for (const index of indexes) expect(used(index)).toBe(rampingRate(options)(index));
    }),
  );
});

test("a constant rate starts as many as fit, evenly", () => {
  const options = fc.record({
    rate: fc.integer({ min: 1, max: 1000 }),
    timeUnitMs: fc.constant(1000),
    durationMs: fc.nat(5000),
  });
  fc.assert(
    fc.property(options, ({ rate, timeUnitMs, durationMs }) => {
      const due = allDue(constantRate({ rate, timeUnitMs, durationMs }));
      expect(Math.abs(due.length - (rate * durationMs) / 1000)).toBeLessThanOrEqual(1);
      expect(due.at(-1) ?? -1).toBeLessThan(durationMs);
    }),
    { numRuns: 30 },
  );
});

/** "2000:5 0:1": in 2 s to 5, then at once to 1. */
function toStages(text: string): Stage[] {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => part.split(":").map(Number))
    .map(([durationMs = 0, target = 0]) => ({ durationMs, target }));
}

function areaUntil(untilMs: number, startRate: number, stages: readonly Stage[]): number {
  let area = 0;
  let startMs = 0;
  let rate = startRate;
  for (const { durationMs, target } of stages) {
    const ms = Math.min(Math.max(untilMs - startMs, 0), durationMs);
    area += durationMs === 0 ? 0 : rate * ms + ((target - rate) * ms ** 2) / (2 * durationMs);
    startMs += durationMs;
    rate = target;
  }
  return area;
}

function allDue(schedule: Schedule): number[] {
  const due: number[] = [];
  for (let dueMs = schedule(0); dueMs !== undefined; dueMs = schedule(due.length)) due.push(dueMs);
  return due;
}
