import type { VuContext } from "../../vu/vu-context.ts";

/**
 * k6's option `rps`: one for all VUs of a process, its rate the process's share of the run's. Calls
 * go at even distances, without saving up what a pause left over.
 */
export class RateLimiter {
  readonly #intervalMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(ratePerSecond: number) {
    this.#intervalMs = 1000 / ratePerSecond;
  }

  /** Calls one of them, once: `onTurn` as soon as the rate allows, `onCut` when the VU is cut. */
  wait(
    { clock, activity }: Pick<VuContext, "clock" | "activity">,
    onTurn: () => void,
    onCut: (error: unknown) => void,
  ): void {
    const nowMs = clock.nowMs();
    const turnMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = turnMs + this.#intervalMs;
    if (turnMs <= nowMs) {
      onTurn();
      return;
    }
    const cancel = clock.at(turnMs, () => {
      stopWaiting();
      onTurn();
    });
    const stopWaiting = activity.whileWaiting((error) => {
      cancel();
      onCut(error);
    });
  }
}
