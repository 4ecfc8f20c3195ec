import { S3Error } from "@breakwater/s3";
import { isOfSqlite, type SqliteFile, type Synced, syncData } from "@breakwater/sqlite-file";
import type { ContentFiles } from "./content-files.ts";
import { isFull, toDiskError } from "./failures.ts";
import { PAGE_BYTES } from "./index-file.ts";
import type { Reserve } from "./reserve.ts";

/** What a change does beside its rows, once they are durable. */
export interface Step {
  /** Fresh files that a row refers to now. */
  readonly kept: string[];
  /** Files that no row refers to any more. */
  readonly doomed: string[];
}

export interface CommitsOptions {
  readonly index: SqliteFile;
  readonly files: ContentFiles;
  readonly reserve: Reserve;
  /** What the file system has left. */
  readonly freeBytes: () => number;
  /** `undefined`: nothing is synced. */
  readonly synced: Synced | undefined;
  readonly onCheckpoint: () => void;
}

export interface ChangeOptions {
  /** Resolves when it is durable, if anything is; otherwise as soon as everybody sees it. */
  readonly isAwaited: boolean;
  /** It makes room, so it may use the reserve. */
  readonly isFreeing: boolean;
}

interface Change extends ChangeOptions {
  readonly run: (step: Step) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Done {
  readonly change: Change;
  readonly value: unknown;
}

/**
 * Group commit: the changes that arrive in one turn of the event loop, or while the disk is waited
 * for, share a transaction and a sync. The disk is waited for in another thread. The changes that
 * wait are as many as callers wait for one.
 */
export class Commits {
  readonly #options: CommitsOptions;
  /** Little room is left: the log is kept empty. */
  #isTight: boolean = false;
  #queue: Change[] = [];
  #working: Promise<void> | undefined;
  #failure: unknown;
  #isClosed: boolean = false;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** Whatever `run` refuses by throwing, it refuses before it changes a row. */
  change<T>(run: (step: Step) => T, options: ChangeOptions): Promise<T> {
    if (this.#isClosed) return Promise.reject(new S3Error("ServiceUnavailable"));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ ...options, run, resolve: resolve as Change["resolve"], reject });
      this.#working ??= this.#work();
    });
  }

  /** Takes no more, and resolves when all that it took is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#working !== undefined) await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      await nextTurn();
      const batch = this.#takeBatch();
      if (this.#failure === undefined) await this.#try(batch);
      else for (const { reject } of batch) reject(this.#failure);
    }
    this.#working = undefined;
  }

  /**
   * What is in the log can only be moved where the index has room to grow, and without that nothing
   * can be deleted either. So when room gets scarce the log is moved after every change, and the
   * last of it is kept for that.
   */
  #takeBatch(): readonly Change[] {
    const free = this.#options.freeBytes();
    this.#isTight = free < TIGHT_BYTES;
    const batch = this.#queue.splice(0, this.#isTight ? 1 : MAX_BATCH);
    // Of what was deleted: the index need not grow.
    const freeInIndex = this.#options.index.freePages * PAGE_BYTES;
    if (free >= MIN_FREE_BYTES || freeInIndex >= MIN_FREE_BYTES) return batch;
    for (const { isFreeing, reject } of batch) if (!isFreeing) reject(new S3Error("StorageFull"));
    return batch.filter(({ isFreeing }) => isFreeing);
  }

  /** A disk that fails to sync may have lost anything since: from then on nothing is promised. */
  async #try(batch: readonly Change[]): Promise<void> {
    try {
      await this.#do(batch);
    } catch (error) {
      this.#failure = error;
      for (const { reject } of batch) reject(error);
    }
  }

  async #do(batch: readonly Change[]): Promise<void> {
    const { index, files, synced } = this.#options;
    const step: Step = { kept: [], doomed: [] };
    const done = await this.#transact(batch, step);
    for (const id of step.kept) files.keep(id);
    const isWaiting = ({ change }: Done) => synced !== undefined && change.isAwaited;
    for (const one of done) if (!isWaiting(one)) one.change.resolve(one.value);
    const waiting = done.filter(isWaiting);
    if (synced !== undefined && waiting.length + step.doomed.length > 0) {
      await syncData(synced.logFd);
    }
    for (const { change, value } of waiting) change.resolve(value);
    files.remove(step.doomed);
    await files.removed({ left: MAX_DOOMED });
    if (index.logPages > (this.#isTight ? 0 : MAX_LOG_PAGES)) await this.#checkpoint();
  }

  /** In one transaction; if that fails, each in one of its own, so that what can be is done. */
  async #transact(batch: readonly Change[], step: Step): Promise<readonly Done[]> {
    try {
      return this.#transactAll(batch, step);
    } catch (error) {
      if (!isOfSqlite(error)) throw error;
      if (batch.length === 1) return await this.#retry(batch[0]!, step, error);
    }
    const done: Done[] = [];
    for (const change of batch) done.push(...(await this.#transact([change], step)));
    return done;
  }

  /** On a full disk: after a checkpoint the log has room for it where it begins again. */
  async #retry(change: Change, step: Step, error: unknown): Promise<readonly Done[]> {
    if (isFull(error)) {
      await this.#checkpoint();
      if (change.isFreeing) this.#options.reserve.release();
      try {
        return this.#transactAll([change], step);
      } catch (again) {
        if (!isOfSqlite(again)) throw again;
      }
    }
    change.reject(toDiskError(error));
    return [];
  }

  #transactAll(batch: readonly Change[], all: Step): readonly Done[] {
    const { index } = this.#options;
    const step: Step = { kept: [], doomed: [] };
    const done: Done[] = [];
    const refused: (() => void)[] = [];
    index.transact(() => {
      for (const change of batch) {
        try {
          done.push({ change, value: change.run(step) });
        } catch (error) {
          if (isOfSqlite(error)) throw error;
          refused.push(() => change.reject(error));
        }
      }
    });
    for (const refuse of refused) refuse();
    all.kept.push(...step.kept);
    all.doomed.push(...step.doomed);
    return done;
  }

  async #checkpoint(): Promise<void> {
    const { index, synced, reserve, onCheckpoint } = this.#options;
    const move = (run: () => void): void => {
      if (hasRoom(run)) {
        reserve.hold();
      } else {
        reserve.release();
        // If not even so, it stays in the log, and is there to be read.
        hasRoom(run);
      }
    };
    await index.checkpoint({ synced, move });
    onCheckpoint();
  }
}

/** False: there was none. */
function hasRoom(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (isFull(error)) return false;
    throw error;
  }
}

/** Above what the log and the index may grow by until the room is looked at again. */
const TIGHT_BYTES = 64 * 2 ** 20;
/** Above what one change takes of it, in the log and then in the index. */
const MIN_FREE_BYTES = 2 ** 20;
/** Bounds how long a transaction holds the event loop up: 64 contents of 128 KiB take 15 ms. */
const MAX_BATCH = 64;
/** How many files may wait to be removed before changes wait for it. */
const MAX_DOOMED = 1000;
/** Of 16 KiB: the log stays around 8 MiB, and a checkpoint holds the event loop up for 10 ms. */
const MAX_LOG_PAGES = 500;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
