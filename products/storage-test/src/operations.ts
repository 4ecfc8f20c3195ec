import { crc32 } from "node:zlib";
import type { FoundObject, ObjectStore } from "@breakwater/object-store";
import type { ObjectSet } from "./object-set.ts";
import { FailedOperation, type Operation, type OperationContext, type Outcome } from "./phase.ts";

/** Uploads one object of a set. */
export function putOperation(store: ObjectStore, set: ObjectSet, index: number): Operation {
  return {
    kind: "put",
    run: async ({ signal, onBytes }) => {
      const body = set.body(index, onBytes);
      await store.put(set.key(index), body, { signal });
      if (body instanceof Uint8Array) onBytes(body.length);
      return one;
    },
  };
}

export interface GetTarget {
  readonly kind: "get" | "range";
  readonly key: string;
  readonly range?: { readonly first: number; readonly last: number };
  /** What its CRC-32 and length must be, where that is known. */
  readonly expected: { readonly crc: number; readonly bytes: number } | undefined;
}

/** Downloads an object or a range of it, and compares it with what was sent. */
export function getOperation(store: ObjectStore, target: GetTarget): Operation {
  const { kind, key, range, expected } = target;
  return {
    kind,
    run: async (context) => {
      const found = await store.get(key, { signal: context.signal, range });
      if (found === undefined) throw missing(key);
      const got = await readThrough(found, { context, isSummed: expected !== undefined });
      if (expected !== undefined && (got.crc !== expected.crc || got.bytes !== expected.bytes)) {
        const what = `${JSON.stringify(key)} came back other than it was sent`;
        throw new FailedOperation("corrupted", what);
      }
      return { objects: 1, isVerified: expected !== undefined };
    },
  };
}

export function statOperation(store: ObjectStore, key: string): Operation {
  return {
    kind: "stat",
    run: async ({ signal }) => {
      if ((await store.head(key, { signal })) === undefined) throw missing(key);
      return one;
    },
  };
}

/** One by one with DELETE, several with one DeleteObjects. */
export function deleteOperation(store: ObjectStore, keys: readonly string[]): Operation {
  return {
    kind: "delete",
    run: async ({ signal }) => {
      if (keys.length === 1) {
        await store.delete(keys[0]!, { signal });
        return one;
      }
      const [failed] = await store.deleteMany(keys, { signal });
      if (failed === undefined) return { objects: keys.length, isVerified: false };
      const what = `${JSON.stringify(failed.key)} was not deleted (${failed.code})`;
      throw new FailedOperation("not_deleted", what);
    },
  };
}

const one: Outcome = { objects: 1, isVerified: false };

function missing(key: string): FailedOperation {
  return new FailedOperation("no_such_key", `The store has no object ${JSON.stringify(key)}`);
}

/** Reads a body to its end and keeps none of it. */
async function readThrough(
  { body }: FoundObject,
  { context, isSummed }: { readonly context: OperationContext; readonly isSummed: boolean },
): Promise<{ readonly crc: number; readonly bytes: number }> {
  let crc = 0;
  let bytes = 0;
  const reader = body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (isSummed) crc = crc32(piece.value, crc);
    bytes += piece.value.length;
    context.onBytes(piece.value.length);
  }
  return { crc, bytes };
}
