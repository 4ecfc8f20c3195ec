/** Runs over what a generator gives that waits, or over anything else that can be run over. */
export async function* iterate(items: unknown): AsyncGenerator<unknown> {
  if (isAsync(items)) {
    yield* items;
    return;
  }
  const iterator = (items as Iterable<unknown>)[Symbol.iterator]();
  let isDone = false;
  try {
    for (;;) {
      // The iterator may be the user's own, whose next() waits.
      const turn = await iterator.next();
      isDone = turn.done === true;
      if (isDone) return;
      yield turn.value;
    }
  } finally {
    if (!isDone) await iterator.return?.();
  }
}

/** The first of what is given, as an array. */
export async function collect(
  items: unknown,
  most: number = Number.POSITIVE_INFINITY,
): Promise<unknown> {
  const isPlain = typeof items === "string" || Array.isArray(items) || items instanceof Set;
  if (isPlain) return items;
  const found: unknown[] = [];
  if (most === 0) return found;
  for await (const item of iterate(items)) {
    found.push(item);
    if (found.length >= most) break;
  }
  return found;
}

function isAsync(items: unknown): items is AsyncIterable<unknown> {
  return typeof items === "object" && items !== null && Symbol.asyncIterator in items;
}
