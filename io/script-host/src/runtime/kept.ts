/** A promise that a function returned as its value, though the function itself is awaited. */
class Kept {
  readonly #promise: PromiseLike<unknown>;

  constructor(promise: PromiseLike<unknown>) {
    this.#promise = promise;
  }

  get promise(): PromiseLike<unknown> {
    return this.#promise;
  }
}

/** Packs a promise, so that awaiting the function that returns it does not await it as well. */
export function keep(value: unknown): unknown {
  const isThenable = typeof value === "object" && value !== null && "then" in value;
  return isThenable ? new Kept(value as PromiseLike<unknown>) : value;
}

/** What was packed, or the value itself. */
export function kept(value: unknown): unknown {
  return value instanceof Kept ? value.promise : value;
}
