import { FakeClock } from "@breakwater/clock/testing";
import { type PortionOptions, portionOf } from "@breakwater/schedule";
import type { Scenario, ScenarioBase } from "../plan/scenario.ts";
import type { Iteration, IterationOutcome, VirtualUser, VuPool } from "../vu/virtual-user.ts";
import type { ScenarioProgress, ScenarioRun } from "./executor.ts";
import type { IdleOrder } from "./idle-queue.ts";
import { runScenario } from "./run-scenario.ts";

/** What a test does not care about. */
export const anyScenario: ScenarioBase = {
  name: "any",
  startTimeMs: 0,
  gracefulStopMs: 0,
  exec: "default",
  env: {},
  tags: {},
};

export interface FakeRunOptions {
  readonly idleOrder?: IdleOrder;
  /** VUs in the pool at the start. */
  readonly vus: number;
  /** How long an iteration takes; infinity hangs until it is interrupted. */
  readonly iterationMs: number | ((vu: number, indexInInstance: number) => number);
  /** How long it takes to make one more VU; undefined fails. */
  readonly growMs?: number | undefined;
  readonly interruptMs?: number;
  readonly part?: PortionOptions;
  /** What is done to the run, and when. */
  readonly acts?: readonly (readonly [atMs: number, act: (run: ScenarioRun) => void])[];
  /** When one more VU comes into the pool, as from a scenario that ends. */
  readonly lateVuMs?: number;
  /** A scenario that shares the pool; its progress and notes are not looked at. */
  readonly beside?: Scenario;
}

export interface FakeRunResult {
  /**
   * What happened at each time: "0 1+ 2+ | 50 1- 1+ | 90 1x 2x drop3 done". VU 1 starts (+), ends
   * (-) or is interrupted (x) an iteration; a number of iterations is dropped.
   */
  readonly log: string;
  readonly iterations: readonly Iteration[];
  readonly notes: readonly string[];
  readonly progress: ScenarioProgress;
}

/** Runs a scenario in virtual time, with VUs that do nothing for as long as they are told. */
export async function fakeRun(scenario: Scenario, options: FakeRunOptions): Promise<FakeRunResult> {
  const clock = new FakeClock();
  const log = new TimedLog(clock);
  const notes: string[] = [];
  const pool = new FakePool(clock, log, options);
  const start = (one: Scenario): ScenarioRun => {
    const run = runScenario(one, {
      clock,
      startMs: one.startTimeMs,
      portion: portionOf(options.part ?? { worker: 0, workers: 1 }),
      pool,
      idleOrder: options.idleOrder ?? "oldest first",
      onDropped: (count) => log.add(`drop${count}`),
      onNote: (message) => {
        log.add("note");
        notes.push(message);
      },
    });
    void run.done.then(() => log.add("done"));
    return run;
  };
  const run = start(scenario);
  if (options.beside) start(options.beside);
  if (options.lateVuMs !== undefined) clock.at(options.lateVuMs, () => pool.add());
  for (const [atMs, act] of options.acts ?? []) clock.at(atMs, () => act(run));
  await clock.advanceTo(1e9);
  if (pool.taken > 0) log.add(`${pool.taken} not given back`);
  return { log: log.text(), iterations: pool.iterations, notes, progress: run.progress() };
}

class TimedLog {
  readonly #clock: FakeClock;
  readonly #lines: string[] = [];
  #lastMs: number | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  add(event: string): void {
    const nowMs = Math.round(this.#clock.nowMs() * 100) / 100;
    if (nowMs === this.#lastMs) this.#lines.push(`${this.#lines.pop()} ${event}`);
    else this.#lines.push(`${nowMs} ${event}`);
    this.#lastMs = nowMs;
  }

  text(): string {
    return this.#lines.join(" | ");
  }
}

class FakePool implements VuPool {
  taken = 0;
  readonly iterations: Iteration[] = [];
  readonly #clock: FakeClock;
  readonly #log: TimedLog;
  readonly #options: FakeRunOptions;
  readonly #free: VirtualUser[] = [];
  #made = 0;

  constructor(clock: FakeClock, log: TimedLog, options: FakeRunOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#options = options;
    while (this.#made < options.vus) this.add();
  }

  add(): void {
    this.#free.push(this.#make());
  }

  tryTake(): VirtualUser | undefined {
    const vu = this.#free.shift();
    if (vu !== undefined) this.taken += 1;
    return vu;
  }

  giveBack(vu: VirtualUser): void {
    this.taken -= 1;
    this.#free.push(vu);
  }

  grow(): Promise<VirtualUser> {
    const { growMs } = this.#options;
    if (growMs === undefined) return Promise.reject(new Error("out of VUs"));
    this.#log.add("grow");
    return new Promise((resolve) => {
      this.#clock.at(this.#clock.nowMs() + growMs, () => {
        this.taken += 1;
        resolve(this.#make());
      });
    });
  }

  #make(): VirtualUser {
    const idInTest = this.#made + 1;
    this.#made = idInTest;
    let end: ((outcome: IterationOutcome) => void) | undefined;
    const endAt = (atMs: number, outcome: IterationOutcome) => {
      const ending = end;
      this.#clock.at(atMs, () => {
        if (end !== ending || end === undefined) return;
        end = undefined;
        this.#log.add(`${idInTest}${outcome === "complete" ? "-" : "x"}`);
        ending?.(outcome);
      });
    };
    return {
      idInTest,
      start: (iteration, onEnd) => {
        if (end !== undefined) throw new Error(`VU ${idInTest} was started while it runs`);
        this.#log.add(`${idInTest}+`);
        this.iterations.push(iteration);
        // A function of its own per iteration, so that a late timer of an earlier one is told
        // apart.
        end = (outcome) => onEnd(outcome);
        const { iterationMs } = this.#options;
        const ms =
          typeof iterationMs === "number"
            ? iterationMs
            : iterationMs(idInTest, iteration.indexInInstance);
        if (ms < Number.POSITIVE_INFINITY) endAt(this.#clock.nowMs() + ms, "complete");
      },
      interrupt: () => {
        if (end === undefined) return;
        endAt(this.#clock.nowMs() + (this.#options.interruptMs ?? 0), "interrupted");
      },
    };
  }
}
