import type { Clock } from "@breakwater/clock";

/**
 * For whoever is asked about once a second whether to do something at an interval: the answer is as
 * near to it as these times are.
 */
export function dueEvery(intervalMs: number, clock: Clock): () => boolean {
  let doneMs = clock.nowMs();
  return () => {
    if (clock.nowMs() - doneMs < intervalMs - 500) return false;
    doneMs = clock.nowMs();
    return true;
  };
}
