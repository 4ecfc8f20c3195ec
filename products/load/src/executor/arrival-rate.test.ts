import { expect, test } from "bun:test";
import type { ConstantArrivalRate, RampingArrivalRate } from "../plan/scenario.ts";
import { anyScenario, type FakeRunOptions, fakeRun } from "./fake-run.ts";

const constant: ConstantArrivalRate = {
  ...anyScenario,
  executor: "constant-arrival-rate",
  rate: 10,
  timeUnitMs: 1000,
  durationMs: 500,
  preAllocatedVus: 2,
  maxVus: 2,
};
const ramping: RampingArrivalRate = {
  ...anyScenario,
  executor: "ramping-arrival-rate",
  startRate: 2,
  timeUnitMs: 1000,
  stages: [{ durationMs: 2000, target: 2 }],
  preAllocatedVus: 2,
  maxVus: 2,
};
const hangs = Number.POSITIVE_INFINITY;

test.each<[string, Partial<ConstantArrivalRate>, FakeRunOptions, string]>([
  [
    "iterations start on time, the VU that waited longest first",
    {},
    { vus: 2, iterationMs: 30 },
    "0 1+ | 30 1- | 100 2+ | 130 2- | 200 1+ | 230 1- | 300 2+ | 330 2- | 400 1+ | 430 1- | 500 done",
  ],
  [
    "the rate holds when iterations take longer than the period",
    {},
    { vus: 2, iterationMs: 150 },
    "0 1+ | 100 2+ | 150 1- | 200 1+ | 250 2- | 300 2+ | 350 1- | 400 1+ | 450 2- | 500 1x done",
  ],
  [
    "without an idle VU iterations are dropped, never made up for; the cap is noted once",
    { preAllocatedVus: 1, maxVus: 1 },
    { vus: 1, iterationMs: 250 },
    "0 1+ | 100 drop1 note | 200 drop1 | 250 1- | 300 1+ | 400 drop1 | 500 1x done",
  ],
  [
    "drops ask for one more VU at a time, up to the most allowed",
    { preAllocatedVus: 1, maxVus: 3 },
    { vus: 1, iterationMs: hangs, growMs: 150 },
    "0 1+ | 100 drop1 grow | 200 drop1 | 300 2+ | 400 drop1 grow | 500 1x 2x | 550 done",
  ],
  [
    "a new VU takes the next tick, not the one that was dropped",
    { preAllocatedVus: 1, maxVus: 2 },
    { vus: 1, iterationMs: hangs, growMs: 50 },
    "0 1+ | 100 drop1 grow | 200 2+ | 300 drop1 note | 400 drop1 | 500 1x 2x done",
  ],
  [
    "nothing planned at all",
    { preAllocatedVus: 0, maxVus: 1 },
    { vus: 0, iterationMs: 10, growMs: 10 },
    "0 drop1 grow | 100 1+ | 110 1- | 200 1+ | 210 1- | 300 1+ | 310 1- | 400 1+ | 410 1- | 500 done",
  ],
  [
    "one that cannot be made is noted and costs its place",
    { preAllocatedVus: 1, maxVus: 2 },
    { vus: 1, iterationMs: hangs },
    "0 1+ | 100 drop1 note | 200 drop1 note | 300 drop1 | 400 drop1 | 500 1x done",
  ],
  [
    "the graceful stop lets the last ones finish",
    { gracefulStopMs: 100 },
    { vus: 2, iterationMs: 180 },
    "0 1+ | 100 2+ | 180 1- | 200 1+ | 280 2- | 300 2+ | 380 1- | 400 1+ | 480 2- | 580 1- done",
  ],
  [
    "and interrupts them when it is over",
    { gracefulStopMs: 70, rate: 2 },
    { vus: 2, iterationMs: 999 },
    "0 1+ | 570 1x done",
  ],
  [
    "a start time shifts it all",
    { startTimeMs: 7000, durationMs: 200 },
    { vus: 2, iterationMs: 30 },
    "7000 1+ | 7030 1- | 7100 2+ | 7130 2- | 7200 done",
  ],
  [
    "a planned VU that another scenario still holds is waited for",
    { durationMs: 300 },
    { vus: 1, iterationMs: hangs, lateVuMs: 150 },
    "0 1+ | 100 drop1 note | 200 2+ | 300 1x 2x done",
  ],
  [
    "a drain starts nothing more",
    { gracefulStopMs: 1000 },
    { vus: 2, iterationMs: 80, acts: [[150, (run) => run.stop("drain")]] },
    "0 1+ | 80 1- | 100 2+ | 180 2- done",
  ],
  [
    "a stop interrupts",
    { gracefulStopMs: 1000 },
    { vus: 2, iterationMs: 80, acts: [[150, (run) => run.stop("now")]] },
    "0 1+ | 80 1- | 100 2+ | 150 2x done",
  ],
])("constant-arrival-rate: %s", async (_name, changes, options, want) => {
  const { log } = await fakeRun({ ...constant, ...changes }, options);
  expect(log).toBe(want);
});

test.each<[string, Partial<RampingArrivalRate>, FakeRunOptions, string]>([
  [
    "the first is due when the area under the rate is one, the last at the very end",
    { gracefulStopMs: 50 },
    { vus: 2, iterationMs: 50 },
    "500 1+ | 550 1- | 1000 2+ | 1050 2- | 1500 1+ | 1550 1- | 2000 2+ | 2050 2- done",
  ],
  [
    "up from nothing",
    { startRate: 0, stages: [{ durationMs: 4000, target: 2 }] },
    { vus: 2, iterationMs: 10 },
    "2000 1+ | 2010 1- | 2828.43 2+ | 2838.43 2- | 3464.1 1+ | 3474.1 1- | 4000 2+ 2x done",
  ],
  [
    "a stage of no length jumps, a quiet one at the end is sat out",
    {
      startRate: 0,
      stages: [
        { durationMs: 0, target: 2 },
        { durationMs: 1000, target: 2 },
        { durationMs: 0, target: 0 },
        { durationMs: 3000, target: 0 },
      ],
    },
    { vus: 2, iterationMs: 10 },
    "500 1+ | 510 1- | 1000 2+ | 1010 2- | 4000 done",
  ],
])("ramping-arrival-rate: %s", async (_name, changes, options, want) => {
  const { log } = await fakeRun({ ...ramping, ...changes }, options);
  expect(log).toBe(want);
});

test("a planned VU that never comes is not waited for beyond the end", async () => {
  const { log } = await fakeRun({ ...constant, durationMs: 200 }, { vus: 1, iterationMs: 20 });
  expect(log).toBe("0 1+ | 20 1- | 100 1+ | 120 1- | 200 done");
});

test("at its end it interrupts its own iterations, not those of whoever has its VUs now", async () => {
  const first = { ...constant, gracefulStopMs: 100, rate: 2, durationMs: 100 };
  const next = { ...constant, startTimeMs: 150, durationMs: 50, gracefulStopMs: 100, rate: 5 };
  const beside = { ...next, preAllocatedVus: 1, maxVus: 1 };
  const { log } = await fakeRun(first, { vus: 2, iterationMs: hangs, beside });
  expect(log).toBe("0 1+ | 150 2+ | 200 1x done | 300 2x done");
});

test("an iteration knows its number in the test and when it was due", async () => {
  const { iterations } = await fakeRun(
    { ...constant, startTimeMs: 1000, preAllocatedVus: 1, maxVus: 1 },
    { vus: 1, iterationMs: 150 },
  );
  expect(iterations.map((it) => [it.indexInTest, it.indexInInstance, it.dueMs])).toEqual([
    [0, 0, 1000],
    [2, 1, 1200],
    [4, 2, 1400],
  ]);
});

test("the note says how many VUs there are", async () => {
  const { notes } = await fakeRun(constant, { vus: 2, iterationMs: hangs });
  expect(notes).toEqual(["Insufficient VUs, reached 2 active VUs and cannot initialize more"]);
});

test("what could not be made is noted with its reason", async () => {
  const { notes } = await fakeRun({ ...constant, maxVus: 3 }, { vus: 2, iterationMs: hangs });
  expect(notes[0]).toBe("Cannot initialize another VU: out of VUs");
});

test("a worker without a VU leaves all iterations to the others", async () => {
  const one = { ...constant, preAllocatedVus: 1, maxVus: 1, durationMs: 300 };
  const logs = [0, 1].map(async (worker) => {
    const run = await fakeRun(one, {
      vus: 1 - worker,
      iterationMs: 10,
      part: { worker, workers: 2 },
    });
    return run.log;
  });
  expect(await Promise.all(logs)).toEqual([
    "0 1+ | 10 1- | 100 1+ | 110 1- | 200 1+ | 210 1- | 300 done",
    "300 done",
  ]);
});

test("progress counts the VUs that run an iteration, not those that wait", async () => {
  const seen: unknown[] = [];
  const see = (run: { progress(): unknown }) => seen.push(run.progress());
  await fakeRun(constant, {
    vus: 2,
    iterationMs: 150,
    acts: [
      [125, see],
      [260, see],
      [9000, see],
    ],
  });
  expect(seen).toEqual([
    { fraction: 0.25, vusActive: 2, complete: 0, interrupted: 0, dropped: 0 },
    { fraction: 0.52, vusActive: 1, complete: 2, interrupted: 0, dropped: 0 },
    { fraction: 1, vusActive: 0, complete: 4, interrupted: 1, dropped: 0 },
  ]);
});
