import { concurrencyLimiter, fixed, type Limiter } from "@breakwater/admission";
import { clock } from "./scene.ts";

/** One of so many slots, without a queue. */
export function limiterOf(limit: number): Limiter {
  return concurrencyLimiter({ name: "api", algorithm: fixed(limit), clock, mode: "enforce" });
}

/** Once that is so; what has to happen for it comes by events. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
