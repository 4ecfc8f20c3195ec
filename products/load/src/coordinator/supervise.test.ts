import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { jobFor } from "../engine/testing/engine-run.ts";
import { memoryWorkers } from "../engine/testing/memory-workers.ts";
import { exitCode } from "../exit-code.ts";
import { emptyTotals, Measure } from "../measure/measure.ts";
import type { Options } from "../plan/options.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { Crew } from "./crew.ts";
import { logger } from "./logger.ts";
import { ProgressLine } from "./progress-line.ts";
import { ScriptVerdicts } from "./script-verdicts.ts";
import { StopRequests } from "./stop-requests.ts";
import { supervise } from "./supervise.ts";
import { fakeIo } from "./testing/fake-io.ts";

const script = `import { sleep } from "breakwater"; export default () => sleep(0.4)`;

/** A run under supervision, in virtual time. */
async function run(options: Options, { workers = 1 }: { readonly workers?: number } = {}) {
  const clock = new FakeClock();
  const memory = memoryWorkers({ clock });
  const io = fakeIo({ clock, spawnWorker: memory.spawn, isTerminal: () => false });
  const totals = emptyTotals();
  new Measure(totals);
  const log = logger(io);
  const job = await jobFor(options, script);
  const verdicts = new ScriptVerdicts(() => {});
  const quiet = { onLog: log.write, onVerdict: verdicts.tell, onSamplesLost: () => {} };
  const crew = new Crew({ job, workers, totals, io, ...quiet });
  const { registry } = totals;
  const progress = new ProgressLine({ io, registry, totalMs: 60_000, isQuiet: false });
  const { bound } = checkThresholds(job.plan.thresholds, registry);
  await crew.ready();
  const common = { thresholds: bound, totals, io, stop: new StopRequests(io), verdicts };
  const done = supervise({ ...common, crew, progress, log }, undefined);
  return { clock, io, totals, done, verdicts, children: memory.workers };
}

test("a script's abort cuts what runs, and is the exit code", async () => {
  const { clock, done, verdicts } = await run({ vus: 3, duration: 12_000 });
  await clock.advanceTo(5000);
  verdicts.tell({ kind: "abort", message: "test aborted: enough" });
  await clock.advanceTo(6000);
  const { elapsedMs, early } = await done;
  expect(early).toEqual({ exitCode: exitCode.scriptAborted, reason: "test aborted: enough" });
  expect(elapsedMs).toBeLessThan(5100);
});

test("a run that nobody ends goes on to its end", async () => {
  const { clock, done, io, totals } = await run({ vus: 3, duration: 12_000 });
  await clock.advanceTo(60_000);
  const { elapsedMs, early, state } = await done;
  expect([elapsedMs, early, state.complete]).toEqual([12_000, undefined, 90]);
  expect(io.err).toEqual(["running 10.1s/60.0s  3/3 VUs  72 iterations  7/s\n"]);
  for (const name of ["vus", "vus_max"]) {
    const counted = totals.registry.tryGet(name)?.sink.snapshot();
    expect(counted).toMatchObject({ value: 3, min: 3, max: 3 });
  }
});

test.each([1, 2])("the first signal drains, the second cuts (%p workers)", async (workers) => {
  const { clock, done, io } = await run({ vus: 2, duration: 60_000 }, { workers });
  await clock.advanceTo(1050);
  io.signal("first");
  await clock.advanceTo(1100);
  io.signal("second");
  await clock.advanceTo(20_000);
  const { elapsedMs, early, state } = await done;
  expect(elapsedMs).toBe(1100);
  expect(early?.exitCode).toBe(exitCode.externalAbort);
  expect(state).toMatchObject({ complete: 4, interrupted: 2 });
  expect(io.err).toEqual([
    "warn: SIGINT: waiting for running iterations to end; once more ends them at once\n",
  ]);
});

test("after one signal iterations that run end by themselves", async () => {
  const { clock, done, io } = await run({ vus: 2, duration: 60_000 });
  await clock.advanceTo(1050);
  io.signal("first");
  await clock.advanceTo(20_000);
  const { elapsedMs, state } = await done;
  expect([elapsedMs, state.complete, state.interrupted]).toEqual([1200, 6, 0]);
});

const failing = { expression: "count<5", abortOnFail: true, delayAbortEvalMs: 0 };

test.each([
  ["at the next look", {}, 2400, 12],
  ["not before its delay", { delayAbortEvalMs: 4000 }, 4400, 22],
])("a threshold that fails with abortOnFail ends the run %s", async (_name, more, endMs, count) => {
  const thresholds = { iterations: [{ ...failing, expression: "count<8", ...more }] };
  const { clock, done, io } = await run({ vus: 2, duration: 60_000, thresholds });
  await clock.advanceTo(60_000);
  const { elapsedMs, early, state } = await done;
  expect([elapsedMs, state.complete, state.interrupted]).toEqual([endMs, count, 0]);
  const reason = 'the threshold "count<8" on iterations failed: ending the run';
  expect(early).toEqual({ exitCode: exitCode.thresholdsFailed, reason });
  expect(io.err).toEqual([`error: ${reason}\n`]);
});

test("without abortOnFail a failed threshold ends nothing", async () => {
  const thresholds = { iterations: [{ ...failing, abortOnFail: false }] };
  const { clock, done } = await run({ vus: 2, duration: 4000, thresholds });
  await clock.advanceTo(60_000);
  expect((await done).early).toBeUndefined();
});

test("a lost worker ends the run, which says so", async () => {
  const { clock, done, io, children } = await run({ vus: 2, duration: 60_000 }, { workers: 2 });
  await clock.advanceTo(1250);
  children[0]?.ends({ code: 134 });
  await clock.advanceTo(20_000);
  const { early, elapsedMs } = await done;
  expect(early?.exitCode).toBe(exitCode.workerLost);
  expect(elapsedMs).toBe(1250);
  const reason = "worker 1 ended before its work did: exit code 134";
  expect(io.err).toEqual([`error: ${reason}; what was measured until then is kept\n`]);
});

test("what ended the run first counts", async () => {
  const { clock, done, io, children } = await run({ vus: 2, duration: 60_000 }, { workers: 2 });
  await clock.advanceTo(1050);
  io.signal("first");
  children[0]?.ends({ code: 1 });
  await clock.advanceTo(20_000);
  expect((await done).early?.exitCode).toBe(exitCode.externalAbort);
});

test("VUs are not counted before every worker has said how many it has", async () => {
  const clock = new FakeClock();
  const memory = memoryWorkers();
  const io = fakeIo({ clock, spawnWorker: memory.spawn });
  const totals = emptyTotals();
  new Measure(totals);
  const { registry } = totals;
  const log = logger(io);
  const verdicts = new ScriptVerdicts(() => {});
  const quiet = { onLog: log.write, onVerdict: verdicts.tell, onSamplesLost: () => {} };
  const job = await jobFor({ duration: 60_000 }, script);
  const crew = new Crew({ job, workers: 2, totals, io, ...quiet });
  const progress = new ProgressLine({ io, registry, totalMs: 60_000, isQuiet: true });
  const common = { thresholds: [], totals, io, verdicts, progress, log };
  const done = supervise({ ...common, crew, stop: new StopRequests(io) }, undefined);
  const report = { metrics: [], checks: [], scenarios: {}, vusInitialized: 4, answered: 0, cpu: 0 };
  const [one, two] = memory.workers;
  one?.says({ kind: "report", report: { ...report, vusActive: 4 } });
  await clock.advanceTo(3500);
  expect(registry.tryGet("vus")?.sink.isEmpty).toBe(true);
  two?.says({ kind: "report", report: { ...report, vusActive: 3 } });
  await clock.advanceTo(4500);
  expect(registry.tryGet("vus")?.sink.snapshot()).toMatchObject({ value: 7, min: 7, max: 7 });
  for (const worker of memory.workers) worker.says({ kind: "done" });
  await done;
});
