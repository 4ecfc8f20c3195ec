import type { VuContext } from "../vu/vu-context.ts";

/** k6's sleep(): so many seconds, cut short when the iteration is. */
export function sleep(vu: VuContext, seconds: number): Promise<void> {
  // k6 lets the top level sleep too.
  if (!vu.activity.isLoading) vu.activity.assertRunning("sleep");
  if (typeof seconds !== "number" || Number.isNaN(seconds)) {
    throw new TypeError(`Cannot sleep ${String(seconds)}: give a number of seconds`);
  }
  return new Promise((resolve, reject) => {
    const cancel = vu.clock.at(vu.clock.nowMs() + Math.max(0, seconds) * 1000, () => {
      stopWaiting();
      resolve();
    });
    const stopWaiting = vu.activity.whileWaiting((error) => {
      cancel();
      reject(error);
    });
  });
}
