/**
 * Calls with 0 to count - 1, one after the other: a call that gives a promise is awaited before the
 * next is made, and only then is the result a promise too.
 */
export function inTurn(count: number, call: (index: number) => unknown): void | Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const result = call(index);
    if (result instanceof Promise) return rest(result, { count, call, from: index + 1 });
  }
}

interface Rest {
  readonly count: number;
  readonly call: (index: number) => unknown;
  readonly from: number;
}

async function rest(first: Promise<unknown>, { count, call, from }: Rest): Promise<void> {
  await first;
  for (let index = from; index < count; index += 1) await call(index);
}

/** Goes on with a value at once, or with a promise's when it comes. */
export function afterwards<T, R>(
  value: T | Promise<T>,
  next: (value: T) => R,
  onThrown?: (error: unknown) => R,
): R | Promise<R> {
  return value instanceof Promise ? value.then(next, onThrown) : next(value);
}
