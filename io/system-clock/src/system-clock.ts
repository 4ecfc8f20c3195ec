import type { CancelTimer, Clock } from "@breakwater/clock";

/** Beyond this setTimeout fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** So that "in 50 ms", asked for a few microseconds ago, does not sleep 49 ms and turn for one. */
const SLACK_MS = 0.1;

/** The machine's monotonic clock. A timer never fires early, and as a rule under 0.1 ms late. */
export function systemClock(): Clock {
  return { nowMs: () => performance.now(), at };
}

/**
 * Sleeps the whole milliseconds, then looks again in every turn of the event loop.
 *
 * setTimeout drops the fraction: measured on Bun 1.4.5, 10.5 ms came after 10.0 to 10.9 ms. The
 * turns of the last millisecond serve I/O as usual.
 */
function at(dueMs: number, wake: () => void): CancelTimer {
  let timeout: ReturnType<typeof setTimeout> | undefined;
  let immediate: ReturnType<typeof setImmediate> | undefined;
  const arm = (waitMs: number): void => {
    const wholeMs = Math.floor(waitMs + SLACK_MS);
    if (wholeMs >= 1) timeout = setTimeout(look, Math.min(wholeMs, MAX_TIMEOUT_MS));
    else immediate = setImmediate(look);
  };
  const look = (): void => {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) arm(waitMs);
    else wake();
  };
  arm(dueMs - performance.now());
  return () => {
    clearTimeout(timeout);
    clearImmediate(immediate);
  };
}
