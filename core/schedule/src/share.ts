/**
 * How many of 0 … `total` − 1 belong to `worker` of `workers`, which owns every i with i % workers
 * === worker.
 *
 * Used for VUs, iterations and arrivals alike; the shares of all workers sum to the total.
 */
export function share(total: number, worker: number, workers: number): number {
  return Math.max(0, Math.ceil((total - worker) / workers));
}
