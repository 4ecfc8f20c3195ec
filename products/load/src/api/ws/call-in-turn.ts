import type { VuContext } from "../../vu/vu-context.ts";

/**
 * Calls a callback of the script and gives what to wait for until the next may run; undefined when
 * that is nothing.
 *
 * In k6 callbacks are synchronous: one that holds the script up (the compiler made it async) is
 * over when its promise is. One that waits for something else, a timer or a promise of its own, is
 * not waited for, as k6 does not: that may come only after this.
 */
export function callInTurn(vu: VuContext, call: () => unknown): Promise<void> | undefined {
  const result = call();
  return result instanceof Promise ? untilNotHeldUp(vu, result) : undefined;
}

async function untilNotHeldUp(vu: VuContext, result: Promise<unknown>): Promise<void> {
  let isSettled = false;
  const settled = result.finally(() => {
    isSettled = true;
  });
  for (;;) {
    await Promise.race([settled, turn(vu)]);
    if (isSettled) {
      await result;
      return;
    }
    if (!vu.activity.isBlocked) {
      settled.catch((error: unknown) => {
        if (vu.activity.isRunning) vu.onThrown(error);
      });
      return;
    }
    // In line behind what holds it up; more may follow.
    await Promise.race([settled, vu.activity.block(async () => {})]);
  }
}

/** What awaits the call that ended has run by then. */
function turn({ clock }: VuContext): Promise<void> {
  return new Promise((resolve) => clock.at(clock.nowMs(), resolve));
}
