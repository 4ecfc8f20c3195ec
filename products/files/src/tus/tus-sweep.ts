import type { Clock } from "@breakwater/clock";
import type { ObjectStore } from "@breakwater/object-store";
import { TusUploads } from "./tus-uploads.ts";

export interface TusSweepOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly epochMs: () => number;
  /**
   * All other uploads in parts that are older were left by a process that was killed. Left out
   * where others may use the bucket, too.
   */
  readonly abandonedMs?: number | undefined;
  /** The store failed: the next sweep tries again. */
  readonly onError: (error: unknown) => void;
}

const EVERY_MS = 900_000;
/** The others wait for the next sweep. */
const MAX_UPLOADS = 1000;

/**
 * Removes what is left of uploads whose time is over, whichever process began them: at once, then
 * every quarter of an hour. Instances that share a store may all do so.
 */
export function startTusSweep(options: TusSweepOptions): Disposable {
  const { store, clock, epochMs, abandonedMs, onError } = options;
  const uploads = new TusUploads({ store, epochMs });
  let isStopped = false;
  let cancel = (): void => {};
  const sweep = async (): Promise<void> => {
    try {
      await uploads.removeExpired({ maxUploads: MAX_UPLOADS });
      if (abandonedMs !== undefined) await abortBefore(store, epochMs() - abandonedMs);
    } catch (error) {
      if (!isStopped) onError(error);
    }
    if (!isStopped) cancel = clock.at(clock.nowMs() + EVERY_MS, () => void sweep());
  };
  void sweep();
  return {
    [Symbol.dispose]: () => {
      isStopped = true;
      cancel();
    },
  };
}

async function abortBefore(store: ObjectStore, timeMs: number): Promise<void> {
  for (const { key, uploadId, startedMs } of await store.unfinishedUploads()) {
    if (startedMs < timeMs) await store.upload(key, uploadId).abort();
  }
}
