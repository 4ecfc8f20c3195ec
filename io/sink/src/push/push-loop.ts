import type { CancelTimer, Clock } from "@breakwater/clock";
import { CLOSE_LIMIT_MS } from "../sink.ts";
import { aborted } from "./outcome.ts";

export interface PushLoopOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Sends what there is; the signal tells it to give up. It does not reject. */
  readonly push: (signal: AbortSignal) => Promise<void>;
}

/**
 * Pushes at an interval, one push at a time: while one lasts, the next waits for its turn, and
 * takes what came meanwhile.
 */
export class PushLoop {
  readonly #options: PushLoopOptions;
  readonly #end: AbortController = new AbortController();
  #underWay: Promise<void> | undefined;
  #cancelTick: CancelTimer = () => {};

  constructor(options: PushLoopOptions) {
    this.#options = options;
    this.#tickAt(options.clock.nowMs() + options.intervalMs);
  }

  /**
   * Waits for what is under way, pushes the rest and calls `last`; after CLOSE_LIMIT_MS all of it
   * is given up, and the answer is false.
   */
  async close(last: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const { clock, push } = this.#options;
    this.#cancelTick();
    const cancelLimit = clock.at(clock.nowMs() + CLOSE_LIMIT_MS, () => this.#end.abort());
    const { signal } = this.#end;
    const finish = async (): Promise<void> => {
      await this.#underWay;
      await push(signal);
      await last(signal);
    };
    await Promise.race([finish(), aborted(signal)]);
    cancelLimit();
    return !signal.aborted;
  }

  #tickAt(dueMs: number): void {
    const { clock, intervalMs } = this.#options;
    this.#cancelTick = clock.at(dueMs, () => {
      this.#underWay ??= this.#push();
      this.#tickAt(Math.max(dueMs, clock.nowMs()) + intervalMs);
    });
  }

  async #push(): Promise<void> {
    await this.#options.push(this.#end.signal);
    this.#underWay = undefined;
  }
}
