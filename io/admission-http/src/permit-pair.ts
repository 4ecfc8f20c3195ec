import type { Outcome, Permit } from "@breakwater/admission";

/** Two permits that are one: of its key, and of all. */
export class PermitPair implements Permit {
  readonly #first: Permit;
  readonly #second: Permit;

  constructor(first: Permit, second: Permit) {
    this.#first = first;
    this.#second = second;
  }

  get admitted(): true {
    return true;
  }

  get partition(): string | undefined {
    return this.#second.partition;
  }

  get waitedMs(): number {
    return this.#first.waitedMs + this.#second.waitedMs;
  }

  release(outcome: Outcome): void {
    this.#second.release(outcome);
    this.#first.release(outcome);
  }

  [Symbol.dispose](): void {
    this.#second[Symbol.dispose]();
    this.#first[Symbol.dispose]();
  }
}
