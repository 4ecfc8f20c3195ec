import {
  type AgentMeta,
  type Claim,
  type ClaimOutcome,
  type DeadLetter,
  type DropReason,
  type HistoryEntry,
  type HistoryQuery,
  type IdOwner,
  type Keeper,
  type KeeperFigures,
  type KeeperLimits,
  type KeeperListener,
  type MailboxFigures,
  type MemoryKeeper,
  type Message,
  memoryKeeper,
  type PutOutcome,
} from "@breakwater/message";
import type { SqliteFile, Synced } from "@breakwater/sqlite-file";
import { Commits } from "./commits.ts";
import { JournalRows } from "./journal-rows.ts";
import { readJournal } from "./read-journal.ts";
import { Unwritten } from "./unwritten.ts";

/** A Keeper whose messages outlive the process. */
export interface JournalKeeper extends Keeper {
  /** Writes what is left to write; later messages are refused. Closing twice is harmless. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface FileKeeperOptions {
  readonly file: SqliteFile;
  /** Of the file, for what is said of damages. */
  readonly path: string;
  readonly limits: KeeperLimits;
  /** Milliseconds since 1970. */
  readonly epochMs: () => number;
  /** Undefined: nothing is synced. */
  readonly synced: Synced | undefined;
  /** What the file system has left, in bytes. */
  readonly freeBytes: () => number;
  readonly onError: (error: unknown) => void;
  readonly onClosed: () => void;
}

/** A keeper with what the file has. Throws MessageJournalError for what is damaged. */
export function fileKeeper(options: FileKeeperOptions): JournalKeeper {
  const { file, path, limits, epochMs } = options;
  const { leftovers, ...kept } = readJournal(file, { path, maxHistory: limits.maxHistory });
  const unwritten = new Unwritten({
    rows: new JournalRows(file),
    maxDeadLetters: limits.maxDeadLetters,
    historyBegins: kept.history[0]?.cursor ?? 0,
    leftovers,
  });
  const memory = memoryKeeper({ limits, epochMs, log: unwritten });
  memory.restore(kept);
  const commits = new Commits({
    ...options,
    unwritten,
    retract: (messages) => memory.retract(messages),
  });
  return new FileKeeper({ ...options, memory, unwritten, commits });
}

interface Parts {
  readonly memory: MemoryKeeper;
  /** The log of `memory`. */
  readonly unwritten: Unwritten;
  readonly commits: Commits;
  readonly limits: KeeperLimits;
  readonly file: SqliteFile;
  readonly onClosed: () => void;
}

/**
 * A keeper in memory whose changes are written to a journal. Messages are delivered at once; what
 * became of them is told when it is written, in their order.
 */
class FileKeeper implements JournalKeeper {
  readonly #parts: Parts;
  readonly #memory: MemoryKeeper;
  readonly #commits: Commits;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#memory = parts.memory;
    this.#commits = parts.commits;
  }

  listen(listener: KeeperListener): void {
    this.#memory.listen(listener);
  }

  /** While the disk fails ids are bound in memory, as many as there may be claims. */
  claim(claim: Claim, done: (outcome: ClaimOutcome) => void): void {
    const { unwritten, limits } = this.#parts;
    if (claim.tokenHash !== undefined && unwritten.bindings > limits.maxClaims) {
      this.#commits.wait(() => done({ kind: "unavailable" }));
    } else {
      this.#memory.claim(claim, (outcome) => this.#commits.wait(() => done(outcome)));
    }
  }

  open(clientId: string): void {
    this.#memory.open(clientId);
    this.#commits.start();
  }

  verify(clientId: string, tokenHash: string | undefined, done: (owner: IdOwner) => void): void {
    this.#memory.verify(clientId, tokenHash, done);
  }

  release(clientId: string): void {
    this.#memory.release(clientId);
    this.#commits.start();
  }

  touch(clientIds: readonly string[]): void {
    this.#memory.touch(clientIds);
    this.#commits.start();
  }

  put(message: Message, done: (outcome: PutOutcome) => void): void {
    if (!this.#hasRoomFor(message)) {
      this.#commits.wait(() => done(unavailable));
      return;
    }
    this.#memory.put(message, (outcome) => {
      this.#commits.wait((isRefused) => done(isRefused(message) ? unavailable : outcome));
    });
  }

  settle(clientId: string, messages: readonly Message[]): void {
    this.#memory.settle(clientId, messages);
    this.#commits.start();
  }

  bury(clientId: string, message: Message, reason: DropReason): void {
    this.#memory.bury(clientId, message, reason);
    this.#commits.start();
  }

  sweep(epochMs: number): void {
    this.#memory.sweep(epochMs);
    this.#commits.revive();
  }

  get figures(): KeeperFigures {
    return this.#memory.figures;
  }

  agents(): Promise<readonly AgentMeta[]> {
    return this.#memory.agents();
  }

  history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    return this.#memory.history(query);
  }

  mailboxes(limit: number): Promise<readonly MailboxFigures[]> {
    return this.#memory.mailboxes(limit);
  }

  deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    return this.#memory.deadLetters(limit);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A disk that is slow makes what waits for it grow, up to what all mailboxes may have. */
  #hasRoomFor(message: Message): boolean {
    const { unwritten, limits } = this.#parts;
    if (this.#closing !== undefined || this.#commits.isFailing) return false;
    return unwritten.bytes + message.bytes <= limits.maxTotalBytes;
  }

  async #close(): Promise<void> {
    await this.#commits.close();
    this.#parts.file.close();
    this.#parts.onClosed();
  }
}

const unavailable: PutOutcome = { kind: "dropped", reason: "store_unavailable" };
