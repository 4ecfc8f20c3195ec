import { multipartOperations } from "./multipart.ts";
import type { ObjectSet } from "./object-set.ts";
import { putOperation } from "./operations.ts";
import { MAX_PARTS, MIN_PART_BYTES } from "./plan.ts";
import type { StorageRun } from "./storage-run.ts";

export interface PrepareObjectsOptions {
  readonly count: number;
  readonly bytes: number;
  readonly concurrency: number;
  /** Further objects that may be written later, for which nothing is prepared. */
  readonly spare?: number;
}

/** Uploads the objects that a test reads or deletes. */
export async function prepareObjects(
  run: StorageRun,
  { count, bytes, concurrency, spare = 0 }: PrepareObjectsOptions,
): Promise<ObjectSet> {
  const set = run.objects("objects", { count: count + spare, bytes });
  await run.prepare({
    ...{ name: `preparing ${count} objects`, kinds: ["put"], partBytes: undefined },
    ...{ concurrency, objectBytes: bytes, operations: count, totalBytes: count * bytes },
    next: (index) => putOperation(run.store, set, index),
  });
  return set;
}

/** Uploads one object in parts, which is faster. */
export async function prepareLarge(
  run: StorageRun,
  { bytes, concurrency }: { readonly bytes: number; readonly concurrency: number },
): Promise<ObjectSet> {
  const partBytes = Math.max(PREPARED_PART_BYTES, Math.ceil(bytes / MAX_PARTS));
  const set = run.objects("large", { count: 1, bytes });
  const isSmall = bytes < 2 * MIN_PART_BYTES;
  await run.prepare({
    ...{ name: "preparing one large object", objectBytes: bytes, totalBytes: bytes },
    ...{ concurrency, partBytes: isSmall ? undefined : partBytes },
    kinds: isSmall ? ["put"] : ["part"],
    operations: isSmall ? 1 : Math.ceil(bytes / partBytes),
    next: isSmall
      ? () => putOperation(run.store, set, 0)
      : multipartOperations(run, { set, partBytes }),
  });
  return set;
}

const PREPARED_PART_BYTES = 16 * 2 ** 20;
