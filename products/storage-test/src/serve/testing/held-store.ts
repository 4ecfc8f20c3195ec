import {
  type Fault,
  type MemoryObjectStore,
  memoryObjectStore,
  type StoreCall,
} from "@breakwater/object-store/testing";

export interface HeldStore {
  readonly store: MemoryObjectStore;
  /** Resolves when the first call of the operation that is held has come. */
  readonly reached: Promise<void>;
  release(): void;
  /** Parts that were under way at once, at most. */
  readonly mostAtOnce: () => number;
}

export interface HeldStoreOptions {
  /** S3's name of what is held up until release(). */
  readonly hold?: string;
  readonly faults?: (call: StoreCall) => Fault | undefined;
}

/** A store in memory that holds up one kind of call until it is told. */
export function heldStore({ hold, faults = () => undefined }: HeldStoreOptions): HeldStore {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let [atOnce, most] = [0, 0];
  const store = memoryObjectStore({
    epochMs: () => 0,
    minPartBytes: 1,
    faults: async (call) => {
      if (call.operation === hold) {
        atOnce += 1;
        most = Math.max(most, atOnce);
        reached.resolve();
        await released.promise;
        // Those that wait for a place come only after this turn.
        atOnce -= 1;
      }
      return faults(call);
    },
  });
  return {
    store,
    reached: reached.promise,
    release: () => released.resolve(),
    mostAtOnce: () => most,
  };
}
