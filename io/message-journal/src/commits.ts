import type { Message } from "@breakwater/message";
import { isOfSqlite, type SqliteFile, type Synced, syncData } from "@breakwater/sqlite-file";
import { PAGE_BYTES } from "./journal-file.ts";
import { type Puts, refusedOf, type Unwritten } from "./unwritten.ts";

export interface CommitsOptions {
  readonly file: SqliteFile;
  readonly unwritten: Unwritten;
  /** Of the file and of its log, to sync them by. Undefined: nothing is synced. */
  readonly synced: Synced | undefined;
  /** What the file system has left, in bytes. */
  readonly freeBytes: () => number;
  /** These could not be written: out of memory, too. */
  readonly retract: (messages: readonly Message[]) => void;
  /** Told once, until it works again. */
  readonly onError: (error: unknown) => void;
}

/** Told after a commit whether this message, if it was among those, could not be written. */
export type Waiter = (isRefused: (message: Message) => boolean) => void;

/**
 * Group commit: what changes in one turn of the event loop, or while the disk is waited for, shares
 * a transaction and a sync. The disk is waited for in another thread. What fails is tried again at
 * each revive().
 */
export class Commits {
  readonly #options: CommitsOptions;
  /** In their order: also those who wait for nothing but those before them. */
  #waiters: Waiter[] = [];
  #working: Promise<void> | undefined;
  /** Nothing new is written for now. */
  #isFailing: boolean = false;
  /** Closed; or the disk failed to sync, and may have lost anything: no more is promised. */
  #isBroken: boolean = false;
  /** Little room is left: the log is kept empty, so that what makes room can always be written. */
  #isTight: boolean = false;
  #isReported: boolean = false;
  #isReviving: boolean = false;

  constructor(options: CommitsOptions) {
    this.#options = options;
    this.#lookAtRoom();
  }

  get isFailing(): boolean {
    return this.#isFailing || this.#isBroken;
  }

  /** After what has changed by now is written, and synced. */
  wait(waiter: Waiter): void {
    this.#waiters.push(waiter);
    this.#working ??= this.#work();
  }

  /** Something has changed that nobody waits for. */
  start(): void {
    if (!this.isFailing) this.#working ??= this.#work();
  }

  /** About every second: tries again what failed, and gives room back to the file system. */
  revive(): void {
    if (this.#isBroken) return;
    this.#isReviving = true;
    this.#isFailing = false;
    this.#working ??= this.#work();
  }

  /** Resolves when all is written that can be. What comes later is refused. */
  async close(): Promise<void> {
    const { unwritten, synced } = this.#options;
    while (this.#working !== undefined) await this.#working;
    if (this.#isBroken) return;
    while (!unwritten.isEmpty && this.#tryWrite() !== undefined);
    this.#isBroken = true;
    if (synced !== undefined) await this.#mustSync(syncData(synced.logFd));
  }

  async #work(): Promise<void> {
    do {
      await nextTurn();
      const isRevived = this.#tryAgain();
      await this.#flush();
      const mayMove = isRevived || !this.isFailing;
      if (mayMove && this.#isLogFull()) await this.#checkpoint();
    } while (this.#waiters.length > 0 || !(this.isFailing || this.#options.unwritten.isEmpty));
    this.#working = undefined;
  }

  /** Whether revive() was called. What makes room is written even if there is little. */
  #tryAgain(): boolean {
    const { unwritten, file } = this.#options;
    if (!this.#isReviving || this.#isBroken) return false;
    this.#isReviving = false;
    this.#lookAtRoom();
    if (!this.#isFailing) this.#attempt(() => shrink(file));
    else while (unwritten.hasGone && this.#tryWriteGone());
    return true;
  }

  async #flush(): Promise<void> {
    const waiters = this.#waiters;
    this.#waiters = [];
    const refused = await this.#write();
    const isRefused = isAmong(refused);
    for (const waiter of waiters) waiter(isRefused);
  }

  /** What could not be written, and has been retracted. */
  async #write(): Promise<readonly Message[]> {
    const { unwritten, synced, retract } = this.#options;
    const { hasNew } = unwritten;
    let refused: readonly Message[] = [];
    const puts = this.isFailing ? undefined : this.#tryWrite();
    if (puts === undefined) {
      refused = unwritten.takeRefused();
    } else if (hasNew && synced !== undefined) {
      if (!(await this.#mustSync(syncData(synced.logFd)))) refused = refusedOf(puts);
    }
    if (refused.length > 0) retract(refused);
    return refused;
  }

  /** What was put by it; undefined: it failed. */
  #tryWrite(): Puts | undefined {
    const { file, unwritten } = this.#options;
    if (unwritten.isEmpty) return nothing;
    if (!this.#attempt(() => file.transact(() => unwritten.write()))) return undefined;
    this.#isReported = false;
    return unwritten.written();
  }

  #tryWriteGone(): boolean {
    const { file, unwritten } = this.#options;
    if (!this.#attempt(() => file.transact(() => unwritten.writeGone()))) return false;
    unwritten.writtenGone();
    return true;
  }

  /** False: the file failed, as for want of room. */
  #attempt(run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      if (!isOfSqlite(error)) throw error;
      this.#fail(error);
      return false;
    }
  }

  /** False: the disk failed to sync. */
  async #mustSync(synced: Promise<void>): Promise<boolean> {
    try {
      await synced;
      return true;
    } catch (error) {
      this.#isBroken = true;
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    this.#isFailing = true;
    this.#isTight = true;
    if (!this.#isReported) this.#options.onError(error);
    this.#isReported = true;
  }

  async #checkpoint(): Promise<void> {
    const { file, synced } = this.#options;
    const move = (run: () => void): void => void this.#attempt(run);
    await this.#mustSync(file.checkpoint({ synced, move }));
    this.#lookAtRoom();
  }

  #isLogFull(): boolean {
    return this.#options.file.logPages > (this.#isTight ? 0 : MAX_LOG_PAGES);
  }

  /** Between two looks the file and its log grow by what MAX_LOG_PAGES are, each. */
  #lookAtRoom(): void {
    const { file, freeBytes } = this.#options;
    const free = freeBytes();
    this.#isTight = free < TIGHT_BYTES;
    if (free >= MIN_FREE_BYTES || file.freePages * PAGE_BYTES >= MIN_FREE_BYTES) return;
    this.#fail(
      new Error(`The message journal has no room: its file system has ${free} bytes left`),
    );
  }
}

function isAmong(refused: readonly Message[]): (message: Message) => boolean {
  if (refused.length === 0) return () => false;
  const keys = new Set(refused.map(keyOf));
  return (message) => keys.has(keyOf(message));
}

/** What is sent again is refused with the first of it. */
function keyOf({ envelope }: Message): string {
  return JSON.stringify([envelope.from, envelope.id]);
}

/** Gives room that is no longer needed back to the file system, some at a time. */
function shrink(file: SqliteFile): void {
  const free = file.freePages;
  if (free < MIN_FREE_PAGES || free * 4 < file.number("PRAGMA page_count")) return;
  file.run(`PRAGMA incremental_vacuum(${MAX_PAGES_FREED})`);
}

/** Above what the log and the file may grow by until the room is looked at again. */
const TIGHT_BYTES = 64 * 2 ** 20;
/** Above what making room takes of it, in the log. */
const MIN_FREE_BYTES = 2 * 2 ** 20;
/** Of 8 KiB: the log stays around 8 MiB, and a checkpoint holds the event loop up for 10 ms. */
const MAX_LOG_PAGES = 1000;
const MIN_FREE_PAGES = 1000;
/** 5 ms. */
const MAX_PAGES_FREED = 500;

const nothing: Puts = new Map();
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
