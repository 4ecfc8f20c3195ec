import { availableParallelism } from "node:os";
import { allowedCores } from "@breakwater/pressure";
import { tryRead } from "./try-read.ts";

/**
 * How many processes can run at once at full speed, at least 1: those cores that the CPU affinity
 * (`taskset`) leaves and the container's CPU quota pays for.
 */
export function availableCores(): number {
  // Rounded down: one process more than the quota would stop all of them in every period.
  return Math.max(1, Math.floor(allowedCores(tryRead, availableParallelism())));
}
