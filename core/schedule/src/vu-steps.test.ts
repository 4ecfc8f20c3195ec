import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Stage } from "./schedule.ts";
import { reservedVus, type VuStep, vuSteps } from "./vu-steps.ts";

test.each([
  ["up by one VU at a time", 1, "9000:4", "0:1 3000:2 6000:3 9000:4"],
  [
    "down: a VU stays until the line has reached the next one",
    4,
    "9000:1",
    "0:4 3000:3 6000:2 9000:1",
  ],
  ["from nothing to nothing", 0, "2000:2 2000:0", "0:0 1000:1 2000:2 3000:1 4000:0"],
  ["a flat stage has no steps", 3, "5000:3 2000:4", "0:3 7000:4"],
  [
    "a stage of no length jumps",
    1,
    "1000:1 0:7 1000:7 0:2 2000:4",
    "0:1 1000:7 2000:2 3000:3 4000:4",
  ],
  ["a jump at the start replaces the start", 0, "0:5 1000:5", "0:5"],
  ["a jump there and back is none", 5, "1000:5 0:9 0:5 1000:5", "0:5"],
  ["times that are no whole ms", 0, "1000:3", "0:0 333.33:1 666.67:2 1000:3"],
  ["no stages", 2, "", "0:2"],
])("%s", (_name, startVus, stages, want) => {
  expect(toText(vuSteps({ startVus, stages: toStages(stages) }))).toBe(want);
});

const BACK_AND_FORTH = "0:4 1000:2 2000:1 4000:3 5000:2";

test.each([
  ["without grace, those that iterate", "0:4 3000:2", 0, 9000, "0:4 3000:2 9000:0"],
  ["a VU stays for its grace", "0:4 3000:2", 2000, 9000, "0:4 5000:2 9000:0"],
  [
    "each VU has a grace of its own",
    "0:3 1000:2 2000:1 3000:0",
    5000,
    99_000,
    "0:3 6000:2 7000:1 8000:0",
  ],
  ["back within its grace, it was never gone", "0:4 1000:1 2000:4", 1000, 9000, "0:4 9000:0"],
  ["back after its grace, it was", "0:4 1000:1 2001:4", 1000, 9000, "0:4 2000:1 2001:4 9000:0"],
  [
    "fewer that come back do not shorten the grace of the rest",
    BACK_AND_FORTH,
    4000,
    20_000,
    "0:4 5000:3 9000:2 20000:0",
  ],
  ["the end cuts the grace short", "0:4 3000:0", 30_000, 5000, "0:4 5000:0"],
  ["the end cuts steps off", "0:1 3000:2", 0, 3000, "0:1 3000:0"],
  ["up and up", "0:1 10:2 20:3", 30_000, 100, "0:1 10:2 20:3 100:0"],
  ["none at first", "0:0 10:1 20:0", 5, 100, "0:0 10:1 25:0"],
])("reserved: %s", (_name, steps, gracefulRampDownMs, endMs, want) => {
  expect(toText(reservedVus(toSteps(steps), { gracefulRampDownMs, endMs }))).toBe(want);
});

const ramp = fc.record({
  startVus: fc.nat(12),
  stages: fc.array(
    fc.record({ durationMs: fc.constantFrom(0, 100, 1000, 1001), target: fc.nat(12) }),
    { maxLength: 6 },
  ),
});

test("the steps follow the line: floor on the way up, ceiling on the way down", () => {
  fc.assert(
    fc.property(ramp, fc.nat(6100), ({ startVus, stages }, whenMs) => {
      const atMs = whenMs + 0.5; // between two steps, where rounding cannot matter
      const { vus, rising } = lineAt(atMs, startVus, stages);
      const want = rising ? Math.floor(vus + 1e-9) : Math.max(0, Math.ceil(vus - 1e-9));
      expect(vusAt(atMs, vuSteps({ startVus, stages }))).toBe(want);
    }),
  );
});

test("reserved is the most that iterated within the last grace, until the end", () => {
  const graceful = fc.constantFrom(0, 1, 99, 100, 500, 30_000);
  fc.assert(
    fc.property(ramp, graceful, fc.nat(9000), (options, gracefulRampDownMs, endMs) => {
      const steps = vuSteps(options);
      const reserved = reservedVus(steps, { gracefulRampDownMs, endMs });
      const moments = [...steps, ...reserved].flatMap(({ atMs }) => [
        Math.max(0, atMs - 0.01),
        atMs + 0.01,
      ]);
      for (const atMs of moments) {
        const recent = steps.filter(
          (step) => step.atMs <= atMs && step.atMs > atMs - gracefulRampDownMs,
        );
        const before = vusAt(atMs - gracefulRampDownMs, steps);
        const want = Math.max(before, ...recent.map(({ vus }) => vus));
        expect(vusAt(atMs, reserved)).toBe(atMs >= endMs ? 0 : want);
      }
    }),
  );
});

test("steps rise in time and each changes something", () => {
  fc.assert(
    fc.property(ramp, fc.nat(2000), (options, gracefulRampDownMs) => {
      const steps = vuSteps(options);
      for (const list of [steps, reservedVus(steps, { gracefulRampDownMs, endMs: 9000 })]) {
        for (const [place, step] of list.slice(1).entries()) {
          expect(step.atMs).toBeGreaterThan(list[place]!.atMs);
          expect(step.vus).not.toBe(list[place]!.vus);
        }
      }
    }),
  );
});

/** "2000:5 0:1": in 2 s to 5, then at once to 1. */
function toStages(text: string): Stage[] {
  return toPairs(text).map(([durationMs, target]) => ({ durationMs, target }));
}

function toSteps(text: string): VuStep[] {
  return toPairs(text).map(([atMs, vus]) => ({ atMs, vus }));
}

function toPairs(text: string): [number, number][] {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => part.split(":").map(Number))
    .map(([first = 0, second = 0]) => [first, second]);
}

function toText(steps: readonly VuStep[]): string {
  return steps.map(({ atMs, vus }) => `${Math.round(atMs * 100) / 100}:${vus}`).join(" ");
}

function vusAt(atMs: number, steps: readonly VuStep[]): number {
  return steps.findLast((step) => step.atMs <= atMs)?.vus ?? steps[0]!.vus;
}

function lineAt(atMs: number, startVus: number, stages: readonly Stage[]) {
  let startMs = 0;
  let vus = startVus;
  for (const { durationMs, target } of stages) {
    if (atMs < startMs + durationMs) {
      const done = (atMs - startMs) / durationMs;
      return { vus: vus + (target - vus) * done, rising: target > vus };
    }
    startMs += durationMs;
    vus = target;
  }
  return { vus, rising: false };
}
