import type { PerVuIterations, SharedIterations } from "../plan/scenario.ts";
import type { Iteration } from "../vu/virtual-user.ts";
import type { ExecutorContext, ScenarioProgress, ScenarioRun } from "./executor.ts";
import { Phases, type Work } from "./phases.ts";
import { scenarioTimes } from "./scenario-times.ts";
import { Tally } from "./tally.ts";
import { type LoopOwner, VuLoop } from "./vu-loop.ts";

/** Does a number of iterations, then is done: in common to all VUs, or to each its own. */
export class CountedIterations implements ScenarioRun, Work, LoopOwner {
  readonly context: ExecutorContext;
  readonly tally: Tally;
  readonly #phases: Phases;
  readonly #loops: readonly VuLoop[];
  readonly #isShared: boolean;
  readonly #total: number;
  /** Iterations still to start: one number for all loops, or one for each. */
  readonly #left: number[];
  #active = 0;

  constructor(scenario: SharedIterations | PerVuIterations, context: ExecutorContext) {
    const { vus, iterations } = scenario;
    const ownVus = context.portion.count(vus);
    this.context = context;
    this.tally = new Tally(scenario, vus, context);
    this.#loops = Array.from({ length: ownVus }, (_, index) => new VuLoop(index, this));
    this.#isShared = scenario.executor === "shared-iterations";
    this.#left = this.#isShared
      ? [this.tally.portion.count(iterations)]
      : new Array<number>(ownVus).fill(iterations);
    this.#total = this.#isShared ? this.#left[0]! : ownVus * iterations;
    this.#phases = new Phases(context, scenarioTimes(scenario), this);
  }

  get done(): Promise<void> {
    return this.#phases.done;
  }

  stop(how: "drain" | "now"): void {
    this.#phases.stop(how);
  }

  progress(): ScenarioProgress {
    const timeIsUp = !this.#isShared && this.#phases.fraction() === 1;
    const fraction = this.#total === 0 || timeIsUp ? 1 : this.tally.ended / this.#total;
    return this.tally.progress(fraction);
  }

  begin(): void {
    this.#active = this.#loops.length;
    for (const loop of this.#loops) loop.start();
    if (this.#active === 0) this.#phases.endEarly();
  }

  end(): void {
    for (const loop of this.#loops) loop.stopWaiting();
  }

  interrupt(): void {
    for (const loop of this.#loops) loop.interrupt();
  }

  isIdle(): boolean {
    return this.#active === 0;
  }

  nextIteration(loop: VuLoop): Iteration | undefined {
    const place = this.#isShared ? 0 : loop.index;
    if (this.#left[place] === 0 || !this.#phases.isRunning) return undefined;
    this.#left[place]! -= 1;
    return this.tally.next();
  }

  onEnded(loop: VuLoop): void {
    this.#active -= 1;
    if (!this.#isShared) this.#drop(loop.index);
    else if (this.#active === 0) this.#drop(0);
    if (this.#active === 0) this.#phases.endEarly();
    this.#phases.checkIdle();
  }

  /** The time ran out before these began. After a stop they are not dropped but not wanted. */
  #drop(place: number): void {
    if (!this.#phases.wasStopped) this.tally.drop(this.#left[place]!);
  }
}
