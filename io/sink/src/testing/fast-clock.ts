import type { Clock } from "@breakwater/clock";
import { systemClock } from "@breakwater/system-clock";

/** So much faster than the machine's: seconds of waiting pass while real I/O goes on. */
const SPEED = 10;

export function fastClock(): Clock {
  const clock = systemClock();
  return {
    nowMs: () => clock.nowMs() * SPEED,
    at: (dueMs, wake) => clock.at(dueMs / SPEED, wake),
  };
}
