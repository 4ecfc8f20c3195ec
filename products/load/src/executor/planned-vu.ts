import type { CancelTimer } from "@breakwater/clock";
import type { VirtualUser } from "../vu/virtual-user.ts";
import type { ExecutorContext } from "./executor.ts";

/** As in k6: five times 400 ms. */
const LONGEST_WAIT_MS = 2000;
const RETRY_MS = 2;

/**
 * Waits for a planned VU that is not in the pool at the moment it is planned for.
 *
 * That happens only where one scenario hands over to another: the iterations that its end cuts
 * short need a moment to stop. Past two seconds the plan was wrong.
 */
export function awaitPlannedVu(
  { clock, pool }: Pick<ExecutorContext, "clock" | "pool">,
  onTaken: (vu: VirtualUser) => void,
): CancelTimer {
  const giveUpMs = clock.nowMs() + LONGEST_WAIT_MS;
  const retry = () => {
    const vu = pool.tryTake();
    if (vu !== undefined) onTaken(vu);
    else if (clock.nowMs() < giveUpMs) cancel = clock.at(clock.nowMs() + RETRY_MS, retry);
    else throw new Error(`Cannot take a planned VU: none came back in ${LONGEST_WAIT_MS} ms`);
  };
  let cancel = clock.at(clock.nowMs() + RETRY_MS, retry);
  return () => cancel();
}
