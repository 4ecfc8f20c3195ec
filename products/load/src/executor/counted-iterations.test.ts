import { expect, test } from "bun:test";
import type { PerVuIterations, SharedIterations } from "../plan/scenario.ts";
import { anyScenario, type FakeRunOptions, fakeRun } from "./fake-run.ts";

const shared: SharedIterations = {
  ...anyScenario,
  executor: "shared-iterations",
  vus: 2,
  iterations: 5,
  maxDurationMs: 1000,
};
const perVu: PerVuIterations = {
  ...anyScenario,
  executor: "per-vu-iterations",
  vus: 2,
  iterations: 2,
  maxDurationMs: 1000,
};
const hangs = Number.POSITIVE_INFINITY;

test.each<[string, Partial<SharedIterations>, FakeRunOptions, string]>([
  [
    "the quicker VU does more, and the end is when all are done",
    {},
    { vus: 2, iterationMs: (vu) => vu * vu * 10 },
    "0 1+ 2+ | 10 1- 1+ | 20 1- 1+ | 30 1- 1+ | 40 2- 1- done",
  ],
  [
    "as many iterations as VUs",
    { iterations: 2 },
    { vus: 2, iterationMs: 10 },
    "0 1+ 2+ | 10 1- 2- done",
  ],
  [
    "those that the time left out are dropped, in one piece, when the last has ended",
    { maxDurationMs: 100, iterations: 10, gracefulStopMs: 90 },
    { vus: 2, iterationMs: 60 },
    "0 1+ 2+ | 60 1- 1+ 2- 2+ | 120 1- 2- drop6 done",
  ],
  [
    "an interrupted one was started and so is not dropped",
    { maxDurationMs: 100, iterations: 3, gracefulStopMs: 50 },
    { vus: 2, iterationMs: hangs },
    "0 1+ 2+ | 150 1x 2x drop1 done",
  ],
  [
    "stopped by the user, nothing counts as dropped",
    { gracefulStopMs: 40 },
    { vus: 2, iterationMs: 60, acts: [[70, (run) => run.stop("drain")]] },
    "0 1+ 2+ | 60 1- 1+ 2- 2+ | 110 1x 2x done",
  ],
])("shared-iterations: %s", async (_name, changes, options, want) => {
  const { log } = await fakeRun({ ...shared, ...changes }, options);
  expect(log).toBe(want);
});

test.each<[string, Partial<PerVuIterations>, FakeRunOptions, string]>([
  [
    "each VU does its own, however slow the other is",
    {},
    { vus: 2, iterationMs: (vu) => vu * 10 },
    "0 1+ 2+ | 10 1- 1+ | 20 2- 2+ 1- | 40 2- done",
  ],
  [
    "each VU drops what it has left when the time is up",
    { maxDurationMs: 100, iterations: 4, gracefulStopMs: 80 },
    { vus: 2, iterationMs: (vu) => vu * 40 },
    "0 1+ 2+ | 40 1- 1+ | 80 2- 2+ 1- 1+ | 120 1- drop1 | 160 2- drop2 done",
  ],
  [
    "also when it is interrupted",
    { maxDurationMs: 100, iterations: 4, gracefulStopMs: 10 },
    { vus: 2, iterationMs: hangs },
    "0 1+ 2+ | 110 1x drop3 2x drop3 done",
  ],
  [
    "a VU that comes late does them in the time that is left",
    { maxDurationMs: 100 },
    { vus: 1, iterationMs: 30, lateVuMs: 45 },
    "0 1+ | 30 1- 1+ | 46 2+ | 60 1- | 76 2- 2+ | 100 2x done",
  ],
  [
    "stopped by the user, nothing counts as dropped",
    {},
    { vus: 2, iterationMs: 60, acts: [[70, (run) => run.stop("now")]] },
    "0 1+ 2+ | 60 1- 1+ 2- 2+ | 70 1x 2x done",
  ],
  [
    "a start time shifts it all",
    { startTimeMs: 300, iterations: 1 },
    { vus: 2, iterationMs: 60 },
    "300 1+ 2+ | 360 1- 2- done",
  ],
])("per-vu-iterations: %s", async (_name, changes, options, want) => {
  const { log } = await fakeRun({ ...perVu, ...changes }, options);
  expect(log).toBe(want);
});

test("a VU that never came drops all of its iterations", async () => {
  const { log } = await fakeRun(
    { ...perVu, maxDurationMs: 1000, iterations: 7 },
    { vus: 1, iterationMs: 400 },
  );
  expect(log).toBe("0 1+ | 400 1- 1+ | 800 1- 1+ | 1000 drop7 1x drop4 done");
});

test.each([
  [3, 8, ["0 2 4 6", "1 3 5 7"]],
  [1, 3, ["0 1 2", ""]],
])("two workers with %d VUs share %d iterations without gaps", async (vus, iterations, want) => {
  const runs = [0, 1].map(async (worker) => {
    const run = await fakeRun(
      { ...shared, vus, iterations },
      { vus: 3, iterationMs: 10, part: { worker, workers: 2 } },
    );
    return run.iterations.map(({ indexInTest }) => indexInTest).join(" ");
  });
  expect(await Promise.all(runs)).toEqual(want);
});

test("a worker without a VU is done when the scenario starts", async () => {
  const options = { vus: 0, iterationMs: 10, part: { worker: 2, workers: 3 } };
  const { log, progress } = await fakeRun({ ...perVu, startTimeMs: 50 }, options);
  expect(log).toBe("50 done");
  expect(progress.fraction).toBe(1);
});

test("progress goes with the iterations", async () => {
  const seen: number[] = [];
  const see = (run: { progress(): { fraction: number } }) => seen.push(run.progress().fraction);
  const options = {
    vus: 2,
    iterationMs: 10,
    acts: [
      [5, see],
      [15, see],
      [99, see],
    ],
  } as const;
  await fakeRun(shared, options);
  await fakeRun(perVu, options);
  expect(seen).toEqual([0, 0.4, 1, 0, 0.5, 1]);
});
