import { type ObjectStore, ObjectStoreError, type Upload } from "@breakwater/object-store";
import type { CleanUpResult } from "./result.ts";
import type { OpenStore } from "./run-storage-test.ts";
import { StorageTestError } from "./storage-test-error.ts";

export interface DeleteAllOptions {
  readonly store: ObjectStore;
  /** The prefix and a run's ID: what has this key, or is under it, goes. */
  readonly root: string;
  /** What is known to be there, perhaps. */
  readonly keys: Iterable<string>;
  /** Known to be unfinished, perhaps. */
  readonly uploads: readonly Upload[];
  /** Told now and then of how many so far. */
  readonly onDeleted: (deleted: number) => void;
}

/**
 * Deletes what a run wrote, by what it knows of and by what the store lists: the one for keys that
 * may write but not list, the other for what was under way when the run was broken off. Never
 * throws for what a store does: what is left is told.
 */
export async function deleteAll(options: DeleteAllOptions): Promise<CleanUpResult> {
  const { store, root, uploads, onDeleted } = options;
  const left = new Leftovers();
  let deleted = 0;
  for (const upload of uploads) await abort(upload, left);
  for (const keys of batches(options.keys)) {
    const failed = await tryCall(() => store.deleteMany(keys));
    if (failed === undefined) left.addAll(keys);
    else left.addAll(failed.map(({ key }) => key));
    deleted += failed === undefined ? 0 : keys.length - failed.length;
    onDeleted(deleted);
  }
  if (deleted === 0 && left.count === 0 && uploads.length === 0) return left.result(0);
  // A store that does not let us list has told all it will.
  const listed = await tryCall(() => runContents(store, root));
  if (listed !== undefined) {
    left.clear();
    for (const upload of listed.uploads) await abort(upload, left);
    for (const keys of batches(listed.keys)) {
      const failed = await tryCall(() => store.deleteMany(keys));
      left.addAll(failed === undefined ? keys : failed.map(({ key }) => key));
    }
  }
  return left.result(deleted);
}

/** Aborts what was begun; the objects stay. */
export async function abortAll(uploads: readonly Upload[]): Promise<CleanUpResult> {
  const left = new Leftovers();
  for (const upload of uploads) await abort(upload, left);
  return left.result(0);
}

/** What `bw storage cleanup` found of one run. */
export interface LeftRun {
  /** The prefix and the run's ID. */
  readonly root: string;
  readonly runId: string;
  readonly objects: number;
  readonly bytes: number;
  readonly unfinishedUploads: number;
  /** Calendar time, of its newest part. */
  readonly modifiedMs: number;
}

/** Runs that left something under the prefix: only what has the name of a run is looked at. */
export function findLeftRuns(
  openStore: OpenStore,
  { prefix }: { readonly prefix: string },
): Promise<readonly LeftRun[]> {
  return withStore(openStore, (store) => leftRuns(store, prefix));
}

/** Deletes what `findLeftRuns` found of one. */
export function deleteRun(
  openStore: OpenStore,
  { root, onDeleted }: { readonly root: string; readonly onDeleted: (deleted: number) => void },
): Promise<CleanUpResult> {
  return withStore(openStore, async (store) => {
    const { keys, uploads } = await runContents(store, root);
    return await deleteAll({ store, root, keys, uploads, onDeleted });
  });
}

async function withStore<T>(
  openStore: OpenStore,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  await using store = openStore({ observe: () => {}, maxConnections: 4 });
  try {
    return await work(store);
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
    throw new StorageTestError("store_failed", error.message, { cause: error });
  }
}

async function leftRuns(store: ObjectStore, prefix: string): Promise<readonly LeftRun[]> {
  const runs = new Map<string, LeftRun>();
  const add = (key: string, more: Omit<LeftRun, "root" | "runId">): void => {
    const runId = key.slice(prefix.length).split("/")[0] ?? "";
    if (!isRunId(runId)) return;
    const before = runs.get(runId);
    runs.set(runId, {
      runId,
      root: `${prefix}${runId}`,
      objects: (before?.objects ?? 0) + more.objects,
      bytes: (before?.bytes ?? 0) + more.bytes,
      unfinishedUploads: (before?.unfinishedUploads ?? 0) + more.unfinishedUploads,
      modifiedMs: Math.max(before?.modifiedMs ?? 0, more.modifiedMs),
    });
  };
  for await (const { key, bytes, modifiedMs } of store.listAll({ prefix })) {
    add(key, { objects: 1, bytes, unfinishedUploads: 0, modifiedMs });
  }
  for (const { key, startedMs } of await store.unfinishedUploads({ prefix })) {
    add(key, { objects: 0, bytes: 0, unfinishedUploads: 1, modifiedMs: startedMs });
  }
  return [...runs.values()].sort((a, b) => a.modifiedMs - b.modifiedMs);
}

const isRunId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

interface RunContents {
  readonly keys: readonly string[];
  readonly uploads: readonly Upload[];
}

/** At most MAX_LISTED keys: the next call finds the rest. */
async function runContents(store: ObjectStore, root: string): Promise<RunContents> {
  const keys: string[] = [];
  const isOfRun = (key: string): boolean => key === root || key.startsWith(`${root}/`);
  for await (const { key } of store.listAll({ prefix: root })) {
    if (isOfRun(key)) keys.push(key);
    if (keys.length === MAX_LISTED) break;
  }
  const unfinished = await store.unfinishedUploads({ prefix: root });
  const uploads = unfinished
    .filter(({ key }) => isOfRun(key))
    .map(({ key, uploadId }) => store.upload(key, uploadId));
  return { keys, uploads };
}

const MAX_LISTED = 2_000_000;
const MAX_BATCH = 1000;
const MAX_NAMED = 100;

function* batches(keys: Iterable<string>): Generator<readonly string[]> {
  let batch: string[] = [];
  for (const key of keys) {
    batch.push(key);
    if (batch.length < MAX_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function abort(upload: Upload, left: Leftovers): Promise<void> {
  try {
    await upload.abort();
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
    // Completed or aborted after all.
    if (error.code !== "no_such_upload") left.addAll([upload.key]);
  }
}

async function tryCall<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ObjectStoreError) return undefined;
    throw error;
  }
}

class Leftovers {
  #named: string[] = [];
  count = 0;

  addAll(keys: readonly string[]): void {
    this.count += keys.length;
    this.#named.push(...keys.slice(0, MAX_NAMED - this.#named.length));
  }

  clear(): void {
    this.#named = [];
    this.count = 0;
  }

  result(deleted: number): CleanUpResult {
    return { deleted, left: this.#named, leftCount: this.count };
  }
}
