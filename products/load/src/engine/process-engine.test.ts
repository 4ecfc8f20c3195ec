import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { exitCode, RunError } from "../exit-code.ts";
import { caught, messageOf } from "../vu/testing/test-user.ts";
import { type EngineJob, EngineLost, type EngineReport } from "./engine.ts";
import type { FromWorker } from "./messages.ts";
import { ProcessEngine } from "./process-engine.ts";
import { countingClock, jobFor, seenEvents, total } from "./testing/engine-run.ts";
import { type MemoryWorkersOptions, memoryWorkers } from "./testing/memory-workers.ts";
import { runWorker } from "./worker-main.ts";

describe("with a worker that runs", () => {
  test("it goes from ready to done, with the worker's reports and lines", async () => {
    const clock = new FakeClock();
    const script = `
      import { sleep } from "breakwater";
      export default async (data) => { await sleep(0.25); throw new Error(data.text); };`;
    const { engine, seen, workers } = start(await jobFor({ iterations: 6, vus: 2 }, script), {
      clock,
    });
    await engine.ready;
    expect(workers[0]?.args).toEqual(["worker"]);
    engine.go(JSON.stringify({ text: "from setup" }));
    const ends: number[] = [];
    void engine.done.then(() => ends.push(clock.nowMs()));
    await clock.advanceTo(5000);
    expect(ends).toEqual([750]);
    expect(total(seen.reports, "iterations")).toBe(6);
    expect(seen.log.map((line) => line.split("\n")[0])).toEqual([
      "error Error: from setup",
      "error Error: from setup",
    ]);
    expect(workers[0]?.wasKilled).toBe(true); // a script's own timers would keep it alive
  });

  test("draining lets an iteration end; the worker has heard", async () => {
    const clock = new FakeClock();
    const script = `import { sleep } from "breakwater"; export default () => sleep(1)`;
    const { engine, seen } = start(await jobFor({ duration: 60_000 }, script), { clock });
    await engine.ready;
    engine.go(undefined);
    await clock.advanceTo(1500);
    engine.stop("drain");
    await clock.advanceTo(5000);
    await engine.done;
    expect(seen.reports.at(-1)?.scenarios.default).toMatchObject({ complete: 2, interrupted: 0 });
  });

  test("a script that throws as it is loaded is the user's to put right", async () => {
    const job = await jobFor({ iterations: 1 }, `throw new Error("only here"); export default 1`);
    const { engine } = start(job, { clock: new FakeClock() });
    const error = (await caught(engine.ready)) as RunError;
    expect(error).toBeInstanceOf(RunError);
    expect([error.exitCode, error.message.split("\n")[0]]).toEqual([
      exitCode.scriptException,
      "Error: only here",
    ]);
  });

  test("a job that it cannot make sense of loses it", async () => {
    const job = await jobFor({ iterations: 1 });
    const broken = { ...job, plan: { ...job.plan, http: undefined } } as unknown as EngineJob;
    const { engine } = start(broken, { clock: new FakeClock() });
    const error = await caught(engine.ready);
    expect(error).toBeInstanceOf(EngineLost);
    expect(messageOf(error)).toStartWith("worker 1 ended before its work did: ");
  });
});

describe("a worker that is lost", () => {
  test.each([
    ["with an exit code", { code: 3 }, "exit code 3"],
    ["without one", { code: undefined }, "exit code unknown"],
    ["by a signal", { code: undefined, signal: "SIGSEGV" }, "killed by SIGSEGV"],
    ["with a problem", { problem: "Cannot start bw" }, "Cannot start bw"],
  ])("%s ends the engine with that reason", async (_name, end, why) => {
    const { engine, workers } = start(await jobFor({ iterations: 1 }));
    workers[0]?.ends(end);
    const wanted = new EngineLost(`worker 1 ended before its work did: ${why}`);
    expect([await caught(engine.ready), await caught(engine.done)]).toEqual([wanted, wanted]);
  });

  test("keeps what it reported", async () => {
    const { engine, seen, workers } = start(await jobFor({ iterations: 1 }));
    workers[0]?.says({ kind: "ready" });
    await engine.ready;
    engine.go(undefined);
    workers[0]?.says({ kind: "report", report: anyReport });
    await Promise.resolve();
    workers[0]?.ends({ code: 1 });
    expect(await caught(engine.done)).toBeInstanceOf(EngineLost);
    expect(seen.reports).toEqual([anyReport]);
  });

  test("is told nothing more", async () => {
    const { engine, workers } = start(await jobFor({ iterations: 1 }));
    workers[0]?.ends({ code: 1 });
    await caught(engine.done);
    engine.go(undefined);
    engine.stop("now");
    expect(workers[0]?.told.map(({ kind }) => kind)).toEqual(["job"]);
  });

  test("after it was done is no loss", async () => {
    const { engine, workers } = start(await jobFor({ iterations: 1 }));
    for (const kind of ["ready", "done"] as const) workers[0]?.says({ kind });
    await engine.done;
    workers[0]?.ends({ code: 1 });
    expect(await caught(engine.done)).toBeUndefined();
  });

  test("that does not read what it is told is given up", async () => {
    const { engine, workers } = start(await jobFor({ iterations: 1 }), { onSend: () => false });
    expect(messageOf(await caught(engine.ready))).toEndWith("it does not read what it is told");
    expect(workers[0]?.wasKilled).toBe(true);
  });

  test("because its job is too long to tell is given up", async () => {
    const onSend = (): boolean => {
      throw new Error("Cannot send a message of 9 characters");
    };
    const { engine } = start(await jobFor({ iterations: 1 }), { onSend });
    expect(messageOf(await caught(engine.ready))).toEndWith("a message of 9 characters");
  });
});

describe("told to stop now", () => {
  test("a worker that does not is killed", async () => {
    const clock = new FakeClock();
    const { engine, workers } = start(await jobFor({ iterations: 1 }), {}, clock);
    workers[0]?.says({ kind: "ready" });
    await engine.ready;
    engine.stop("now");
    await clock.advanceTo(1999);
    expect(workers[0]?.wasKilled).toBe(false);
    await clock.advanceTo(2000);
    expect(workers[0]?.wasKilled).toBe(true);
    expect(messageOf(await caught(engine.done))).toEndWith("it did not stop and was killed");
  });

  test("a worker that does leaves no timer behind", async () => {
    const clock = countingClock(new FakeClock());
    const { engine, workers } = start(await jobFor({ iterations: 1 }), {}, clock);
    engine.stop("now");
    workers[0]?.says({ kind: "done" });
    await engine.done;
    await Promise.resolve();
    expect(clock.pending()).toBe(0);
  });
});

test("lost samples, lines and what scripts ask for are handed on", async () => {
  const { engine, seen, workers } = start(await jobFor({ iterations: 1 }));
  const messages: FromWorker[] = [
    { kind: "log", level: "warn", line: "slow", source: undefined },
    { kind: "verdict", verdict: { kind: "fail", message: "no" } },
    { kind: "samples-lost", message: "disk full" },
    { kind: "done" },
  ];
  for (const message of messages) workers[0]?.says(message);
  await engine.done;
  expect(seen.log).toEqual(["warn slow", "fail no", "lost disk full"]);
});

test("a process that nobody started as a worker is none", () => {
  expect(runWorker(() => undefined, new FakeClock())).toBe(false);
});

const anyReport: EngineReport = {
  metrics: [],
  checks: [],
  scenarios: {},
  vusActive: 1,
  vusInitialized: 1,
  answered: 0,
  cpu: 0,
};

function start(job: EngineJob, options: MemoryWorkersOptions = {}, clock = options.clock) {
  const { spawn, workers } = memoryWorkers(options);
  const seen = seenEvents();
  return { engine: new ProcessEngine(job, seen, spawn, clock ?? new FakeClock()), seen, workers };
}
