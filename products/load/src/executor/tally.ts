import type { Portion } from "@breakwater/schedule";
import type { Scenario } from "../plan/scenario.ts";
import type { Iteration, IterationOutcome } from "../vu/virtual-user.ts";
import type { ExecutorContext, ScenarioProgress } from "./executor.ts";

/** Numbers the iterations of one scenario in one worker and counts what became of them. */
export class Tally {
  /** Which iterations are this worker's: they are shared by those that have a VU to run them. */
  readonly portion: Portion;
  /** VUs that run an iteration. */
  vusActive = 0;
  #started = 0;
  #complete = 0;
  #interrupted = 0;
  #dropped = 0;
  readonly #scenario: Scenario;
  readonly #context: ExecutorContext;

  constructor(scenario: Scenario, mostVus: number, context: ExecutorContext) {
    this.#scenario = scenario;
    this.#context = context;
    this.portion = context.portion.amongVus(mostVus);
  }

  get started(): number {
    return this.#started;
  }

  /** Iterations that ended, either way. */
  get ended(): number {
    return this.#complete + this.#interrupted;
  }

  /** The next iteration of a VU that starts one whenever it has ended one. */
  next(): Iteration {
    const indexInInstance = this.#started;
    this.#started += 1;
    const indexInTest = this.portion.at(indexInInstance);
    return { scenario: this.#scenario, indexInTest, indexInInstance, dueMs: undefined };
  }

  /** The iteration with a number and a time of its own. */
  nextDue(indexInTest: number, dueMs: number): Iteration {
    const indexInInstance = this.#started;
    this.#started += 1;
    return { scenario: this.#scenario, indexInTest, indexInInstance, dueMs };
  }

  end(outcome: IterationOutcome): void {
    if (outcome === "complete") this.#complete += 1;
    else this.#interrupted += 1;
  }

  drop(count: number): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#context.onDropped(count, this.#context.clock.nowMs());
  }

  progress(fraction: number): ScenarioProgress {
    return {
      fraction,
      vusActive: this.vusActive,
      complete: this.#complete,
      interrupted: this.#interrupted,
      dropped: this.#dropped,
    };
  }
}
