import { expect, test } from "bun:test";
import { type PlateauOptions, plateau } from "./plateau.ts";

type Window = readonly [inFlight: number, rttMs: number, limit: number, dropped?: "dropped"];

interface Case {
  readonly what: string;
  readonly options?: PlateauOptions;
  readonly windows: readonly Window[];
}

const light: Window = [8, 10, 20];

/** One window each 250 ms; the limits by hand. */
const cases: readonly Case[] = [
  {
    what: "begun in an overload, it probes: less goes through, so the work takes that long",
    windows: [
      [20, 40, 20],
      [20, 40, 20],
      [20, 40, 20],
      [20, 40, 8], // 40 %
      [20, 30, 8], // some began before the fall
      [8, 20, 8], // not the baseline: another window
      [8, 20, 17.662], // 0.5 per ms × 20 at work
    ],
  },
  {
    what: "as much goes through: there was a queue, and it probes again",
    windows: [
      [20, 100, 20],
      [20, 100, 20],
      [20, 100, 20],
      [20, 100, 8],
      [8, 40, 3.2],
      [3, 20, 3.2],
      [3, 20, 9.6], // 0.2 per ms × 20 at work
    ],
  },
  {
    what: "drops in slow windows take more than a tenth: down to what goes through",
    windows: [
      ...Array<Window>(8).fill(light),
      [20, 200, 15.028, "dropped"], // 0.8 per ms (the middle one) × 10 at work
      [15, 200, 5.15, "dropped"], // 0.1 × 10
    ],
  },
  {
    what: "work that became slow is not taken for a queue",
    windows: [
      ...Array<Window>(8).fill(light),
      [20, 50, 15.028], // 0.8 per ms (the middle one) × 10 at work
      [15, 50, 6.75], // half of what went through: a probe, to 45 %
      [6, 50, 6.75], // not the baseline: another window
      [6, 50, 30.472], // nothing became quicker: 0.4 × 50 at work
    ],
  },
  {
    what: "a limit that was not reached does not shrink, however slow it is",
    windows: [...Array<Window>(8).fill(light), [19, 500, 20], [19, 500, 20], [19, 500, 20]],
  },
  {
    what: "while it is quick, it grows before it is reached",
    windows: [
      ...Array<Window>(8).fill(light),
      [19, 10, 20], // at first the number may only have risen during the window
      [19, 10, 31], // by half and 1
      [28, 10, 34.2], // 1.9 per ms: 19 at work, and what 8 ms bring
      [28, 10, 50.4],
    ],
  },
  {
    what: "but to no more than 3 times what was used",
    options: { initial: 2 },
    windows: [
      [1, 10, 2],
      [1, 10, 2],
      [1, 10, 2],
      [1, 10, 3], // else 1.15 × 1 + 2 + 1
    ],
  },
  {
    what: "a drop takes a tenth, where it may be for the number in flight",
    windows: [
      [10, 1, 18, "dropped"],
      [8, 1, 18, "dropped"],
      [9, 1, 16.2, "dropped"],
    ],
  },
];

test.each(cases)("$what", ({ options, windows }) => {
  const algorithm = plateau({ initial: 20, ...options });
  const limits = windows.map(([inFlight, rttMs, , dropped], index) => {
    const outcome = dropped ?? "success";
    algorithm.onSample({ inFlight, rttMs, outcome, nowMs: 1000 + index * 250, count: 100 });
    return Number(algorithm.limit.toFixed(2));
  });
  expect(limits).toEqual(windows.map(([, , limit]) => Number(limit.toFixed(2))));
});

test("what nobody has used for a minute is given back, down to where it began", () => {
  const algorithm = plateau({ initial: 20 });
  const tell = (inFlight: number, nowMs: number) =>
    algorithm.onSample({ inFlight, rttMs: 10, outcome: "success", nowMs, count: 100 });
  for (let index = 0; index < 20; index += 1) tell(Math.floor(algorithm.limit), index * 250);
  expect(algorithm.limit).toBeGreaterThan(100);
  for (const nowMs of [31_000, 62_000, 93_000]) tell(12, nowMs);
  expect(algorithm.limit).toBe(36);
  tell(5, 124_000);
  expect(algorithm.limit).toBe(36);
  tell(5, 155_000);
  expect(algorithm.limit).toBe(20);
});

test("what was used before a clock jumped back is given back as well", () => {
  const algorithm = plateau({ initial: 20 });
  const tell = (inFlight: number, nowMs: number) =>
    algorithm.onSample({ inFlight, rttMs: 10, outcome: "success", nowMs, count: 100 });
  for (let index = 0; index < 20; index += 1) tell(Math.floor(algorithm.limit), 1e9 + index * 250);
  for (const nowMs of [0, 31_000, 62_000]) tell(5, nowMs);
  expect(algorithm.limit).toBe(20);
});

/** In this table: after the second probe, 11.25 s at the most. */
test.each([
  ["in the middle when nothing is drawn", undefined, 13],
  ["early", () => 0, 9.25],
  ["late", () => 0.999, 16.5],
])("probes come at a time that is drawn: %s", (_when, random, atS) => {
  const algorithm = plateau({ initial: 20, random });
  const probesS: number[] = [];
  let before = 20;
  for (let index = 0; index < 80; index += 1) {
    const inFlight = Math.floor(algorithm.limit);
    // Ten workers of 20 ms.
    const rttMs = Math.max(20, inFlight * 2);
    const nowMs = index * 250;
    algorithm.onSample({ inFlight, rttMs, outcome: "success", nowMs, count: 100 });
    if (algorithm.limit < before * 0.6) probesS.push(nowMs / 1000);
    before = algorithm.limit;
  }
  expect(probesS).toContain(atS);
});
