import type { CancelTimer } from "@breakwater/clock";
import type { Iteration, IterationOutcome, VirtualUser } from "../vu/virtual-user.ts";
import type { ExecutorContext } from "./executor.ts";
import { awaitPlannedVu } from "./planned-vu.ts";
import type { Tally } from "./tally.ts";

/** Whoever runs VU loops and says when they go on. */
export interface LoopOwner {
  readonly context: ExecutorContext;
  readonly tally: Tally;
  /** What the loop does next; `undefined` ends it. */
  nextIteration(loop: VuLoop): Iteration | undefined;
  /** The loop has no VU any more, and waits for none. */
  onEnded(loop: VuLoop): void;
}

/**
 * A planned VU that starts an iteration whenever the one before has ended. Can be started again.
 */
export class VuLoop {
  /** Its place among the scenario's loops in this worker, from 0. */
  readonly index: number;
  readonly #owner: LoopOwner;
  #vu: VirtualUser | undefined;
  #cancelWait: CancelTimer | undefined;

  constructor(index: number, owner: LoopOwner) {
    this.index = index;
    this.#owner = owner;
  }

  /** It has a VU, or waits for one. */
  get isActive(): boolean {
    return this.#vu !== undefined || this.#cancelWait !== undefined;
  }

  /** For a loop that is not active. */
  start(): void {
    const { context } = this.#owner;
    const vu = context.pool.tryTake();
    if (vu !== undefined) this.#begin(vu);
    else this.#cancelWait = awaitPlannedVu(context, (late) => this.#begin(late));
  }

  /** A loop that gets no more iterations need not wait for a VU either. */
  stopWaiting(): void {
    if (this.#cancelWait === undefined) return;
    this.#cancelWait();
    this.#cancelWait = undefined;
    this.#owner.onEnded(this);
  }

  interrupt(): void {
    this.#vu?.interrupt();
  }

  #begin(vu: VirtualUser): void {
    this.#cancelWait = undefined;
    this.#vu = vu;
    this.#owner.tally.vusActive += 1;
    this.#goOn(vu);
  }

  /** Bound once: this path is taken 140,000 times a second. */
  readonly #onEnd = (outcome: IterationOutcome): void => {
    this.#owner.tally.end(outcome);
    this.#goOn(this.#vu!);
  };

  #goOn(vu: VirtualUser): void {
    const iteration = this.#owner.nextIteration(this);
    if (iteration === undefined) this.#release(vu);
    else vu.start(iteration, this.#onEnd);
  }

  #release(vu: VirtualUser): void {
    this.#vu = undefined;
    this.#owner.tally.vusActive -= 1;
    this.#owner.context.pool.giveBack(vu);
    this.#owner.onEnded(this);
  }
}
