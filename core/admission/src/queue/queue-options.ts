import { badOption, checkDurationMs, checkWhole } from "../admission-error.ts";

/** Bounded waiting. */
export interface QueueOptions {
  /** How many may wait, at most 1,000,000. */
  readonly maxSize: number;
  readonly maxWaitMs: number;
  /**
   * Within one priority. "adaptive-lifo": the newest first while more than half of the queue is
   * taken, as those are the ones whose clients are still there (Fail at Scale, ACM Queue 2015).
   */
  readonly order: "fifo" | "lifo" | "adaptive-lifo";
  readonly codel?: CodelOptions | undefined;
}

/** Controlled delay, in the form that servers use (Fail at Scale; folly's Codel). */
export interface CodelOptions {
  /** In Node and Bun above the usual time of an event-loop turn. */
  readonly targetMs: number;
  readonly intervalMs: number;
}

const orders: readonly string[] = ["fifo", "lifo", "adaptive-lifo"];

export function checkQueue({ maxSize, maxWaitMs, order, codel }: QueueOptions): void {
  checkWhole("queue.maxSize", maxSize, 1, 1_000_000);
  checkDurationMs("queue.maxWaitMs", maxWaitMs);
  if (!orders.includes(order)) throw badOption("queue.order", order, orders.join(", "));
  if (codel === undefined) return;
  checkDurationMs("queue.codel.targetMs", codel.targetMs);
  checkDurationMs("queue.codel.intervalMs", codel.intervalMs);
}
