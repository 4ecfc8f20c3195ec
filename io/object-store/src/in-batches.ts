/**
 * Does work on batches of what comes, so many at once, and joins what they give. After the first
 * failure nothing more is begun, and it is thrown when all that had begun is over.
 */
export async function inBatches<T, R>(
  { items, batchItems, parallel }: Batches<T>,
  work: (batch: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const begin = async (batch: readonly T[]): Promise<void> => {
    while (underWay.size >= parallel) await Promise.race(underWay);
    if (failures.length > 0) return;
    const running: Promise<void> = work(batch)
      .then((found) => void results.push(...found))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(running));
    underWay.add(running);
  };
  let batch: T[] = [];
  try {
    for await (const item of items) {
      batch.push(item);
      if (batch.length < batchItems) continue;
      await begin(batch);
      if (failures.length > 0) break;
      batch = [];
    }
    if (batch.length > 0) await begin(batch);
  } finally {
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
  return results;
}

export interface Batches<T> {
  readonly items: Iterable<T> | AsyncIterable<T>;
  readonly batchItems: number;
  readonly parallel: number;
}
