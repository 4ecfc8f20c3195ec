import { mostVusHere, type Plan } from "./plan.ts";

/** Fewer VUs than this for each are no work for a process of its own. */
const MIN_VUS_PER_WORKER = 8;

/**
 * How many processes a run has: as many as asked for, or as the machine and the plan make use of.
 */
export function workerCount(plan: Plan, asked: number | "auto", availableCores: number): number {
  const vus = Math.max(...mostVusHere(plan));
  // A worker without a VU would have nothing to do.
  if (asked !== "auto") return Math.min(asked, Math.max(1, vus));
  return Math.max(1, Math.min(availableCores, Math.floor(vus / MIN_VUS_PER_WORKER)));
}
