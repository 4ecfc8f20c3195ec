import type { RateResult, RateRule } from "@breakwater/admission";

/** Where what each key has used is counted for all instances of a service: @breakwater/redis. */
export interface RateStore {
  /**
   * Counts one request of that key by that rule, unless it is one too many, in one step. Rejects
   * soon if it cannot: whoever is asked has a time limit of its own, and knows when it is down.
   */
  take(key: string, rule: RateRule): Promise<RateResult>;
}
