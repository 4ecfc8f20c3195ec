import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type EngineJob, EngineLost } from "../engine/engine.ts";
import { jobFor } from "../engine/testing/engine-run.ts";
import { type MemoryWorkersOptions, memoryWorkers } from "../engine/testing/memory-workers.ts";
import { emptyTotals, Measure } from "../measure/measure.ts";
import { caught } from "../vu/testing/test-user.ts";
import { Crew } from "./crew.ts";
import { fakeIo } from "./testing/fake-io.ts";

const sleeping = (seconds: number): string => `
  import { check, sleep, Trend } from "breakwater";
  const size = new Trend("size");
  export default async () => {
    await sleep(${seconds});
    check(1, { one: true });
    size.add(7);
  };`;

interface CrewRun extends MemoryWorkersOptions {
  readonly job: EngineJob;
  readonly workers: number;
  readonly clock: FakeClock;
  /** Workers that a test speaks for, instead of real ones. */
  readonly isScripted?: boolean;
}

function gather({ job, workers, clock, isScripted = false, ...options }: CrewRun) {
  const totals = emptyTotals();
  new Measure(totals);
  const memory = memoryWorkers(isScripted ? options : { clock, ...options });
  const io = fakeIo({ clock, spawnWorker: memory.spawn });
  const log: string[] = [];
  const crew = new Crew({
    job,
    workers,
    totals,
    io,
    onLog: (level, line) => log.push(`${level} ${line}`),
    onVerdict: () => {},
    onSamplesLost: (message) => log.push(`lost ${message}`),
  });
  return { crew, totals, log, children: memory.workers };
}

test.each([
  [1, 0],
  [3, 3],
])("%p workers make one run of it, in %p processes", async (workers, processes) => {
  const clock = new FakeClock();
  const job = await jobFor({ vus: 4, iterations: 11 }, sleeping(0.2));
  const { crew, totals, children } = gather({ job, workers, clock });
  expect(children).toHaveLength(processes);
  await crew.ready();
  expect(crew.hasReported).toBe(false);
  const run = crew.run(undefined);
  await clock.advanceTo(5000);
  await run;
  expect(crew.hasReported).toBe(true);
  expect(crew.state()).toMatchObject({
    vusActive: 0,
    vusInitialized: 4,
    complete: 11,
    interrupted: 0,
    dropped: 0,
  });
  const { registry, checkTree } = totals;
  expect(registry.tryGet("iterations")?.sink.snapshot()).toEqual({ type: "counter", total: 11 });
  expect(registry.tryGet("size")?.sink.snapshot()).toMatchObject({ min: 7, max: 7, sum: 77 });
  expect(checkTree.drain()).toEqual([{ path: "", checks: [["one", 11, 0]] }]);
});

test("while it runs the state is what the workers said last, together", async () => {
  const clock = new FakeClock();
  const job = await jobFor({ vus: 5, duration: 10_000 }, sleeping(0.3));
  const { crew } = gather({ job, workers: 2, clock });
  await crew.ready();
  const run = crew.run(undefined);
  await clock.advanceTo(1500);
  expect(crew.state()).toMatchObject({ vusActive: 5, vusInitialized: 5, complete: 15 });
  crew.stop("now");
  await clock.advanceTo(3000);
  await run;
  expect(crew.state()).toMatchObject({ vusActive: 0, interrupted: 5 });
});

test("when a worker is lost the others are stopped, and what all measured is kept", async () => {
  const clock = new FakeClock();
  const job = await jobFor({ vus: 2, duration: 60_000 }, sleeping(0.4));
  const { crew, totals, children } = gather({ job, workers: 2, clock });
  await crew.ready();
  const failed = caught(crew.run(undefined));
  await clock.advanceTo(1250);
  children[1]?.ends({ code: undefined, signal: "SIGKILL" });
  await clock.advanceTo(10_000);
  expect(await failed).toEqual(
    new EngineLost("worker 2 ended before its work did: killed by SIGKILL"),
  );
  expect(children[0]?.told.at(-1)).toEqual({ kind: "stop", how: "now" });
  // Two that the lost one reported, and three by the one that lived until it was stopped.
  expect(totals.registry.tryGet("iterations")?.sink.snapshot()).toMatchObject({ total: 5 });
});

test("a worker that cannot begin fails the crew, whose end kills the others", async () => {
  const clock = new FakeClock();
  const job = await jobFor({ vus: 2, iterations: 2 });
  const { crew, children } = gather({ job, workers: 2, clock, isScripted: true });
  children[0]?.says({ kind: "ready" });
  children[1]?.says({ kind: "failed", message: "no memory", exitCode: undefined });
  expect(await caught(crew.ready())).toEqual(
    new EngineLost("worker 2 ended before its work did: no memory"),
  );
  crew[Symbol.dispose]();
  await clock.advanceTo(5000);
  expect(children.map(({ wasKilled }) => wasKilled)).toEqual([true, true]);
});

test("disposed of after its end it does nothing", async () => {
  const clock = new FakeClock();
  const { crew, children } = gather({ job: await jobFor({}), workers: 2, clock });
  await crew.ready();
  const run = crew.run(undefined);
  await clock.advanceTo(1000);
  await run;
  const told = children.map((child) => child.told.length);
  crew[Symbol.dispose]();
  expect(children.map((child) => child.told.length)).toEqual(told);
});
