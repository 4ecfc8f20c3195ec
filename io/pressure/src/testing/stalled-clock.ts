import type { Clock } from "@breakwater/admission";

/** From a time, in ms, until another. */
export type Stall = readonly [fromMs: number, toMs: number];

/** The clock of an event loop that is stuck at times: what falls due then comes when that ends. */
export function stalledClock(clock: Clock, stalls: readonly Stall[]): Clock {
  return {
    nowMs: () => clock.nowMs(),
    at(dueMs, wake) {
      const stall = stalls.find(([fromMs, toMs]) => fromMs <= dueMs && dueMs < toMs);
      return clock.at(stall?.[1] ?? dueMs, wake);
    },
  };
}
