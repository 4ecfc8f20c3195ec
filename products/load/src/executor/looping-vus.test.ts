import { expect, test } from "bun:test";
import type { ConstantVus, RampingVus } from "../plan/scenario.ts";
import { anyScenario, type FakeRunOptions, fakeRun } from "./fake-run.ts";

const constant: ConstantVus = {
  ...anyScenario,
  executor: "constant-vus",
  vus: 2,
  durationMs: 100,
};
const ramping: RampingVus = {
  ...anyScenario,
  executor: "ramping-vus",
  startVus: 1,
  stages: [],
  gracefulRampDownMs: 0,
};
const hangs = Number.POSITIVE_INFINITY;

test.each<[string, Partial<ConstantVus>, FakeRunOptions, string]>([
  [
    "each VU starts again as soon as it has ended",
    {},
    { vus: 2, iterationMs: (vu) => vu * 30 },
    "0 1+ 2+ | 30 1- 1+ | 60 2- 2+ 1- 1+ | 90 1- 1+ | 100 1x 2x done",
  ],
  [
    "the graceful stop lets the last ones finish",
    { gracefulStopMs: 50 },
    { vus: 2, iterationMs: (vu) => vu * 60 },
    "0 1+ 2+ | 60 1- 1+ | 120 2- 1- done",
  ],
  [
    "and interrupts them when it is over",
    { gracefulStopMs: 50 },
    { vus: 2, iterationMs: (vu) => (vu === 1 ? 40 : hangs) },
    "0 1+ 2+ | 40 1- 1+ | 80 1- 1+ | 120 1- | 150 2x done",
  ],
  [
    "a VU that takes its time to stop is waited for",
    {},
    { vus: 2, iterationMs: hangs, interruptMs: 33 },
    "0 1+ 2+ | 133 1x 2x done",
  ],
  [
    "a start time shifts it all",
    { startTimeMs: 5000, vus: 1 },
    { vus: 1, iterationMs: 70 },
    "5000 1+ | 5070 1- 1+ | 5100 1x done",
  ],
  [
    "a drain gives what runs the graceful stop from then on",
    { gracefulStopMs: 30 },
    {
      vus: 2,
      iterationMs: (vu) => (vu === 1 ? 40 : hangs),
      acts: [[50, (run) => run.stop("drain")]],
    },
    "0 1+ 2+ | 40 1- 1+ | 80 1- 2x done",
  ],
  [
    "a drain after the end changes nothing",
    { gracefulStopMs: 30 },
    { vus: 1, iterationMs: hangs, acts: [[110, (run) => run.stop("drain")]] },
    "0 1+ | 130 1x done",
  ],
  [
    "a stop now does not wait, also when it drains already",
    { gracefulStopMs: 999 },
    {
      vus: 2,
      iterationMs: hangs,
      acts: [
        [50, (run) => run.stop("drain")],
        [60, (run) => run.stop("now")],
        [61, (run) => run.stop("now")],
      ],
    },
    "0 1+ 2+ | 60 1x 2x done",
  ],
  [
    "stopped before its start it does nothing",
    { startTimeMs: 5000 },
    { vus: 2, iterationMs: 10, acts: [[20, (run) => run.stop("drain")]] },
    "20 done",
  ],
  [
    "stopped when it was done already",
    {},
    { vus: 2, iterationMs: 60, acts: [[500, (run) => run.stop("now")]] },
    "0 1+ 2+ | 60 1- 1+ 2- 2+ | 100 1x 2x done",
  ],
])("constant-vus: %s", async (_name, changes, options, want) => {
  const { log } = await fakeRun({ ...constant, vus: options.vus, ...changes }, options);
  expect(log).toBe(want);
});

test.each<[string, Partial<RampingVus>, FakeRunOptions, string]>([
  [
    "a VU starts when the line reaches it, and not at the very end",
    { startVus: 0, stages: [{ durationMs: 300, target: 3 }] },
    { vus: 3, iterationMs: 150 },
    "100 1+ | 200 2+ | 250 1- 1+ | 300 1x 2x done",
  ],
  [
    "going down, an iteration may end within the graceful ramp-down",
    {
      startVus: 2,
      stages: [
        { durationMs: 100, target: 0 },
        { durationMs: 200, target: 0 },
      ],
      gracefulRampDownMs: 60,
    },
    { vus: 2, iterationMs: (vu) => (vu === 1 ? 130 : hangs) },
    "0 1+ 2+ | 110 2x | 130 1- | 300 done",
  ],
  [
    "without one it is interrupted at once",
    {
      startVus: 2,
      stages: [
        { durationMs: 100, target: 0 },
        { durationMs: 50, target: 0 },
      ],
    },
    { vus: 2, iterationMs: hangs },
    "0 1+ 2+ | 50 2x | 100 1x | 150 done",
  ],
  [
    "raised again within its grace, a VU was never stopped",
    {
      startVus: 2,
      stages: [
        { durationMs: 100, target: 2 },
        { durationMs: 0, target: 1 },
        { durationMs: 50, target: 1 },
        { durationMs: 0, target: 2 },
        { durationMs: 350, target: 2 },
      ],
      gracefulRampDownMs: 60,
    },
    { vus: 2, iterationMs: 200 },
    "0 1+ 2+ | 200 1- 1+ 2- 2+ | 400 1- 1+ 2- 2+ | 500 1x 2x done",
  ],
  [
    "raised again while it stops, a VU starts anew as soon as it can",
    {
      startVus: 1,
      stages: [
        { durationMs: 100, target: 1 },
        { durationMs: 0, target: 0 },
        { durationMs: 50, target: 0 },
        { durationMs: 0, target: 1 },
        { durationMs: 100, target: 1 },
      ],
    },
    { vus: 1, iterationMs: hangs, interruptMs: 70 },
    "0 1+ | 170 1x 1+ | 320 1x done",
  ],
  [
    "raised again after it ended, it takes a VU from the pool",
    {
      startVus: 1,
      stages: [
        { durationMs: 100, target: 1 },
        { durationMs: 0, target: 0 },
        { durationMs: 50, target: 0 },
        { durationMs: 0, target: 1 },
        { durationMs: 50, target: 1 },
      ],
      gracefulRampDownMs: 30,
    },
    { vus: 2, iterationMs: 60 },
    "0 1+ | 60 1- 1+ | 120 1- | 150 2+ | 200 2x done",
  ],
  [
    "the graceful stop ends a longer graceful ramp-down",
    {
      startVus: 2,
      stages: [{ durationMs: 100, target: 0 }],
      gracefulRampDownMs: 1000,
      gracefulStopMs: 20,
    },
    { vus: 2, iterationMs: hangs },
    "0 1+ 2+ | 120 1x 2x done",
  ],
  [
    "a graceful ramp-down that is over before the graceful stop is not prolonged by it",
    {
      startVus: 2,
      stages: [{ durationMs: 100, target: 1 }],
      gracefulRampDownMs: 30,
      gracefulStopMs: 500,
    },
    { vus: 2, iterationMs: hangs },
    "0 1+ 2+ | 130 2x | 600 1x done",
  ],
  [
    "VUs that are there at the end have the graceful stop, not the ramp-down",
    { startVus: 1, stages: [{ durationMs: 100, target: 1 }], gracefulStopMs: 50 },
    { vus: 1, iterationMs: 140 },
    "0 1+ | 140 1- done",
  ],
  [
    "a stage of no length jumps",
    {
      startVus: 1,
      stages: [
        { durationMs: 50, target: 1 },
        { durationMs: 0, target: 3 },
        { durationMs: 50, target: 3 },
      ],
    },
    { vus: 3, iterationMs: 80 },
    "0 1+ | 50 2+ 3+ | 80 1- 1+ | 100 1x 2x 3x done",
  ],
  [
    "after a drain the stages have no more to say",
    {
      startVus: 2,
      stages: [
        { durationMs: 100, target: 2 },
        { durationMs: 100, target: 0 },
      ],
      gracefulStopMs: 300,
    },
    { vus: 2, iterationMs: 250, acts: [[90, (run) => run.stop("drain")]] },
    "0 1+ 2+ | 250 1- 2- done",
  ],
  [
    "only stages of no length are no time to run in",
    { startVus: 2, stages: [{ durationMs: 0, target: 5 }] },
    { vus: 5, iterationMs: 10 },
    "0 done",
  ],
])("ramping-vus: %s", async (_name, changes, options, want) => {
  const { log } = await fakeRun({ ...ramping, ...changes }, options);
  expect(log).toBe(want);
});

test("a planned VU that another scenario still holds is waited for", async () => {
  const { log } = await fakeRun(constant, { vus: 1, iterationMs: 40, lateVuMs: 25 });
  expect(log).toBe("0 1+ | 26 2+ | 40 1- 1+ | 66 2- 2+ | 80 1- 1+ | 100 1x 2x done");
});

test("a VU that is not wanted any more is not waited for either", async () => {
  const stages = [
    { durationMs: 30, target: 2 },
    { durationMs: 0, target: 1 },
    { durationMs: 4970, target: 1 },
  ];
  const options = { vus: 1, iterationMs: 4000 };
  const { log } = await fakeRun({ ...ramping, startVus: 2, stages }, options);
  expect(log).toBe("0 1+ | 4000 1- 1+ | 5000 1x done");
});

test("a scenario that starts when another is cut off gets its VUs as soon as they have stopped", async () => {
  const next = { ...constant, startTimeMs: 100, durationMs: 50 };
  const options = { vus: 2, iterationMs: hangs, interruptMs: 5, beside: next };
  const { log } = await fakeRun(constant, options);
  expect(log).toBe("0 1+ 2+ | 105 1x 2x done | 106 1+ 2+ | 155 1x 2x done");
});

test("a plan with more VUs than there are fails loudly", async () => {
  const error = await fakeRun(
    { ...constant, vus: 2, durationMs: 5000 },
    { vus: 1, iterationMs: 10 },
  ).catch((cause: unknown) => cause);
  expect(error).toEqual(new Error("Cannot take a planned VU: none came back in 2000 ms"));
});

test("iterations are numbered in the order they start, each worker its own", async () => {
  const run = await fakeRun(
    { ...constant, vus: 4 },
    { vus: 2, iterationMs: 60, part: { worker: 1, workers: 2 } },
  );
  expect(run.iterations.map((it) => [it.indexInTest, it.indexInInstance, it.dueMs])).toEqual([
    [1, 0, undefined],
    [3, 1, undefined],
    [5, 2, undefined],
    [7, 3, undefined],
  ]);
});

test("progress goes with the time, stands still once stopped, and counts VUs that still finish", async () => {
  const seen: unknown[] = [];
  const see = (run: { progress(): unknown }) => seen.push(run.progress());
  await fakeRun(
    { ...constant, startTimeMs: 100, gracefulStopMs: 500 },
    {
      vus: 2,
      iterationMs: 40,
      acts: [
        [50, see],
        [125, see],
        [150, (run) => run.stop("drain")],
        [170, see],
        [400, see],
      ],
    },
  );
  expect(seen).toEqual([
    { fraction: 0, vusActive: 0, complete: 0, interrupted: 0, dropped: 0 },
    { fraction: 0.25, vusActive: 2, complete: 0, interrupted: 0, dropped: 0 },
    { fraction: 0.5, vusActive: 2, complete: 2, interrupted: 0, dropped: 0 },
    { fraction: 0.5, vusActive: 0, complete: 4, interrupted: 0, dropped: 0 },
  ]);
});
