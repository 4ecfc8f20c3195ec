import type { CancelTimer } from "@breakwater/clock";
import type { ExecutorContext } from "./executor.ts";
import type { ScenarioTimes } from "./scenario-times.ts";

/** What an executor does at the turns of its scenario: each at most once, in this order. */
export interface Work {
  begin(): void;
  /** Nothing new from now on; what runs may end. */
  end(): void;
  /** The graceful stop is over: what still runs is cut short. */
  interrupt(): void;
  /** Nothing runs and nothing is waited for: after `end`, the scenario is done. */
  isIdle(): boolean;
}

/**
 * The course of a scenario, the same for every executor: it waits for its start, runs for its
 * regular time, then drains for no longer than its graceful stop.
 */
export class Phases {
  readonly done: Promise<void>;
  readonly #settle: () => void;
  readonly #context: ExecutorContext;
  readonly #times: ScenarioTimes;
  readonly #work: Work;
  #phase: "waiting" | "running" | "draining" | "interrupting" | "done" = "waiting";
  #cancelTimer: CancelTimer;
  #endedMs: number | undefined;
  #wasStopped = false;

  constructor(context: ExecutorContext, times: ScenarioTimes, work: Work) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#settle = resolve;
    this.#context = context;
    this.#times = times;
    this.#work = work;
    this.#cancelTimer = context.clock.at(context.startMs, () => this.#begin());
  }

  get isRunning(): boolean {
    return this.#phase === "running";
  }

  /** The user ended it, so what was not started is not the target's or the scenario's doing. */
  get wasStopped(): boolean {
    return this.#wasStopped;
  }

  /**
   * How much of the regular time has passed, from 0 to 1; it stands still once nothing starts any
   * more.
   */
  fraction(): number {
    if (this.#phase === "waiting") return 0;
    const elapsedMs = (this.#endedMs ?? this.#context.clock.nowMs()) - this.#context.startMs;
    return elapsedMs >= this.#times.regularMs ? 1 : Math.max(0, elapsedMs / this.#times.regularMs);
  }

  stop(how: "drain" | "now"): void {
    if (this.#phase === "done") return;
    this.#wasStopped = true;
    if (this.#phase === "waiting") {
      this.#endedMs = this.#context.startMs;
      this.#finish();
      return;
    }
    const { regularMs, endMs } = this.#times;
    this.#end(this.#context.clock.nowMs() + endMs - regularMs);
    if (how === "now") this.#interrupt();
  }

  /** Nothing is left to start: the rest of the regular time is not needed. */
  endEarly(): void {
    this.#end(this.#context.clock.nowMs());
  }

  /** Nothing new from now on; what runs has until `interruptMs`. */
  #end(interruptMs: number): void {
    if (this.#phase !== "running") return;
    this.#cancelTimer();
    this.#phase = "draining";
    this.#endedMs = this.#context.clock.nowMs();
    this.#cancelTimer = this.#context.clock.at(interruptMs, () => this.#interrupt());
    this.#work.end();
    this.checkIdle();
  }

  /** Call it when an iteration has ended or a wait is over: perhaps it was the last. */
  checkIdle(): void {
    const isEnding = this.#phase === "draining" || this.#phase === "interrupting";
    if (isEnding && this.#work.isIdle()) this.#finish();
  }

  #begin(): void {
    this.#phase = "running";
    const { clock, startMs } = this.#context;
    const { regularMs, endMs } = this.#times;
    this.#cancelTimer = clock.at(startMs + regularMs, () => this.#end(startMs + endMs));
    this.#work.begin();
  }

  #interrupt(): void {
    if (this.#phase !== "draining") return;
    this.#cancelTimer();
    this.#phase = "interrupting";
    this.#work.interrupt();
    this.checkIdle();
  }

  #finish(): void {
    this.#cancelTimer();
    this.#phase = "done";
    this.#settle();
  }
}
