import type { BridgeClock } from "../bridge-clock.ts";

/** A clock that knows how many of its timers are set. */
export function countingClock(clock: BridgeClock): BridgeClock & { readonly timers: number } {
  const set = new Set<object>();
  return {
    get timers() {
      return set.size;
    },
    nowMs: () => clock.nowMs(),
    at(dueMs, wake) {
      const timer = {};
      set.add(timer);
      const cancel = clock.at(dueMs, () => {
        set.delete(timer);
        wake();
      });
      return () => {
        set.delete(timer);
        cancel();
      };
    },
  };
}
