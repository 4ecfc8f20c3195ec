import type { ObjectStore, Upload, UploadedPart } from "@breakwater/object-store";
import { rangeBody } from "../object-set.ts";
import type { PayloadRange } from "../payload.ts";

export interface UploadObjectOptions {
  readonly store: ObjectStore;
  readonly key: string;
  readonly bytes: number;
  /** 1: one request. More: an upload in so many parts of one size, the last one maybe smaller. */
  readonly parts: number;
  /** So many parts are under way at once. */
  readonly parallel: number;
  /** Of the data, which no store can compress. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told of bytes as they go, and of a negative sum of those that have to go again. */
  readonly onBytes: (bytes: number) => void;
  /** Told why parts could not be taken back. */
  readonly onLeftover: (error: unknown) => void;
}

/** Writes one object. The first failure ends it, and no part stays if the store can be asked. */
export async function uploadObject(options: UploadObjectOptions): Promise<void> {
  const { store, key, bytes, parts, seed, signal, onBytes, onLeftover } = options;
  if (parts === 1) {
    await store.put(key, rangeBody({ seed, bytes }, { onBytes }), { signal });
    return;
  }
  const upload = await store.startUpload(key, { signal });
  try {
    await upload.complete(await sendParts(upload, options), { signal });
  } catch (error) {
    await upload.abort().catch(onLeftover);
    throw error;
  }
}

/** Ends when nothing is under way any more: a part that comes after the abort would stay. */
async function sendParts(
  upload: Upload,
  { bytes, parts, parallel, seed, signal, onBytes }: UploadObjectOptions,
): Promise<readonly UploadedPart[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const ranges = partRanges({ seed, bytes }, Math.ceil(bytes / parts)).entries();
  const sent: UploadedPart[] = [];
  const sendInTurn = async (): Promise<void> => {
    for (const [index, range] of ranges) {
      const body = rangeBody(range, { onBytes });
      sent[index] = await upload.putPart(index + 1, body, { signal: either });
    }
  };
  const senders = Array.from({ length: parallel }, () =>
    // The first reason stays; those who are broken off by it add none.
    sendInTurn().catch((error) => failed.abort(error)),
  );
  await Promise.all(senders);
  failed.signal.throwIfAborted();
  return sent;
}

function partRanges({ seed, bytes }: PayloadRange, partBytes: number): readonly PayloadRange[] {
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_part, index) => {
    const first = index * partBytes;
    return { seed, first, bytes: Math.min(partBytes, bytes - first) };
  });
}
