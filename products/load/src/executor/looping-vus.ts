import type { CancelTimer } from "@breakwater/clock";
import type { ConstantVus, RampingVus } from "../plan/scenario.ts";
import type { Iteration } from "../vu/virtual-user.ts";
import type { ExecutorContext, ScenarioProgress, ScenarioRun } from "./executor.ts";
import { type LoopPlan, loopPlan } from "./loop-plan.ts";
import { Phases, type Work } from "./phases.ts";
import { scenarioTimes } from "./scenario-times.ts";
import { Tally } from "./tally.ts";
import { type LoopOwner, VuLoop } from "./vu-loop.ts";

/** Keeps as many VUs iterating as are wanted at each moment (a closed model). */
export class LoopingVus implements ScenarioRun, Work, LoopOwner {
  readonly context: ExecutorContext;
  readonly tally: Tally;
  readonly #phases: Phases;
  readonly #changes: readonly Change[];
  #changesDone = 0;
  #cancelChange: CancelTimer | undefined;
  readonly #loops: VuLoop[] = [];
  /** The loops below this index go on. */
  #wanted = 0;
  /** The loops from this index on must not run any more. */
  #reserved = 0;
  #active = 0;

  constructor(scenario: ConstantVus | RampingVus, context: ExecutorContext) {
    const plan = loopPlan(scenario);
    const times = scenarioTimes(scenario);
    this.context = context;
    this.tally = new Tally(scenario, mostWanted(plan), context);
    this.#changes = toChanges(plan, times.regularMs);
    this.#phases = new Phases(context, times, this);
    // A timer left behind would keep the process alive until the graceful stop's end.
    void this.done.then(() => this.#cancelChange?.());
  }

  get done(): Promise<void> {
    return this.#phases.done;
  }

  stop(how: "drain" | "now"): void {
    this.#phases.stop(how);
  }

  progress(): ScenarioProgress {
    return this.tally.progress(this.#phases.fraction());
  }

  begin(): void {
    this.#applyChanges();
  }

  end(): void {
    // VUs that were taken away before the regular end have only what is left of their ramp-down;
    // after a stop all that run have the same time, whatever the stages had in mind.
    if (this.#phases.wasStopped) this.#cancelChange?.();
    for (const loop of this.#loops) loop.stopWaiting();
  }

  interrupt(): void {
    this.#cancelChange?.();
    for (const loop of this.#loops) loop.interrupt();
  }

  isIdle(): boolean {
    return this.#active === 0;
  }

  nextIteration(loop: VuLoop): Iteration | undefined {
    const goesOn = loop.index < this.#wanted && this.#phases.isRunning;
    return goesOn ? this.tally.next() : undefined;
  }

  onEnded(): void {
    this.#active -= 1;
    this.#phases.checkIdle();
  }

  /** Does what is due by now, then sets the timer for the next change. */
  readonly #applyChanges = (): void => {
    const { clock, startMs, portion } = this.context;
    const nowMs = clock.nowMs();
    for (;;) {
      const change = this.#changes[this.#changesDone];
      if (change === undefined) return;
      const dueMs = startMs + change.atMs;
      if (dueMs > nowMs) {
        this.#cancelChange = clock.at(dueMs, this.#applyChanges);
        return;
      }
      this.#changesDone += 1;
      const vus = portion.count(change.vus);
      if (change.of === "wanted") this.#setWanted(vus);
      else this.#setReserved(vus);
    }
  };

  #setWanted(vus: number): void {
    const before = this.#wanted;
    this.#wanted = vus;
    for (let index = before; index < vus; index += 1) this.#startLoop(index);
    for (let index = vus; index < before; index += 1) this.#loops[index]!.stopWaiting();
  }

  #setReserved(vus: number): void {
    for (let index = vus; index < this.#reserved; index += 1) this.#loops[index]?.interrupt();
    this.#reserved = vus;
  }

  /**
   * A loop that is still finishing its iteration goes on with the same VU, as if nothing had been.
   */
  #startLoop(index: number): void {
    this.#loops[index] ??= new VuLoop(index, this);
    const loop = this.#loops[index];
    if (loop.isActive) return;
    this.#active += 1;
    loop.start();
  }
}

interface Change {
  readonly atMs: number;
  readonly of: "wanted" | "reserved";
  /** Over all workers. */
  readonly vus: number;
}

/** In the order of their times; at the same time VUs are first asked to stop, then made to. */
function toChanges({ wanted, reserved }: LoopPlan, regularMs: number): readonly Change[] {
  const changes: Change[] = [];
  for (const step of wanted) if (step.atMs < regularMs) changes.push({ ...step, of: "wanted" });
  for (const step of reserved) changes.push({ ...step, of: "reserved" });
  return changes.sort((a, b) => a.atMs - b.atMs);
}

function mostWanted({ wanted }: LoopPlan): number {
  return wanted.reduce((most, { vus }) => Math.max(most, vus), 0);
}
