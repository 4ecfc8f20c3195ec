import type { Binding, DeadLetter, KeeperLog, Message } from "@breakwater/message";
import type { JournalRows } from "./journal-rows.ts";

/** A message that is not in the file yet. */
export interface Put {
  readonly message: Message;
  /** False: it was delivered meanwhile, or goes to all: the history has it. */
  isWaiting: boolean;
}

/** By rising cursors. */
export type Puts = ReadonlyMap<number, Put>;

export interface UnwrittenOptions {
  readonly rows: JournalRows;
  readonly maxDeadLetters: number;
  /** Where the history begins, as the file has it. */
  readonly historyBegins: number;
  /** What the file has still, and nobody needs. */
  readonly leftovers: readonly number[];
}

/**
 * What has changed in memory and not in the file. A message costs one row; what was delivered
 * before it is written, and has left the history, none. Messages are known by their cursors.
 *
 * A hot path, with Commits: 4 µs a message where 100 share a commit, 7 for 10, 20 for one alone.
 */
export class Unwritten implements KeeperLog {
  readonly #rows: JournalRows;
  readonly #maxDeadLetters: number;
  #puts: Map<number, Put> = new Map();
  readonly #bindings: Map<string, Binding | undefined> = new Map();
  #gone: number[];
  #letters: DeadLetter[] = [];
  #lettersKept = 0;
  #historyBegins: number;
  /** Rows before it are there because they wait. */
  #prunedTo: number;
  /** Written since. */
  #prunableBytes: number = 0;
  #isPruneDue: boolean = false;
  #bytes: number = 0;

  constructor({ rows, maxDeadLetters, historyBegins, leftovers }: UnwrittenOptions) {
    this.#rows = rows;
    this.#maxDeadLetters = maxDeadLetters;
    this.#historyBegins = historyBegins;
    this.#prunedTo = historyBegins;
    this.#gone = [...leftovers];
  }

  /** Of the messages that are not written. */
  get bytes(): number {
    return this.#bytes;
  }

  get bindings(): number {
    return this.#bindings.size;
  }

  get isEmpty(): boolean {
    return !this.hasNew && !this.hasGone;
  }

  get hasGone(): boolean {
    return this.#gone.length > 0;
  }

  /** What somebody waits for, or will ask for after a restart. */
  get hasNew(): boolean {
    return this.#puts.size + this.#bindings.size + this.#letters.length > 0;
  }

  kept(message: Message, cursor: number): void {
    this.#puts.set(cursor, { message, isWaiting: message.envelope.to !== null });
    this.#bytes += message.bytes;
  }

  removed(_message: Message, cursor: number): void {
    const put = this.#puts.get(cursor);
    if (put === undefined) this.#gone.push(cursor);
    else put.isWaiting = false;
  }

  buried(letter: DeadLetter, cursor: number, lettersKept: number): void {
    this.removed(letter.message, cursor);
    this.#letters.push(letter);
    this.#lettersKept = lettersKept;
    if (this.#letters.length > 2 * this.#maxDeadLetters) this.#letters = this.#newestLetters();
  }

  /** Rows are deleted many at a time. */
  historyBegins(cursor: number): void {
    this.#historyBegins = cursor;
    this.#isPruneDue =
      cursor >= this.#prunedTo + PRUNED_AT_ONCE || this.#prunableBytes > PRUNED_AT_ONCE_BYTES;
  }

  bound(binding: Binding): void {
    this.#bindings.set(binding.clientId, binding);
  }

  unbound(clientId: string): void {
    this.#bindings.set(clientId, undefined);
  }

  /** To be called within a transaction, and followed by written() once that is committed. */
  write(): void {
    const rows = this.#rows;
    for (const [no, { message, isWaiting }] of this.#puts) {
      if (isWaiting) rows.addWaiting(no, message);
      else if (no >= this.#historyBegins) rows.addMessage(no, message);
    }
    const letters = this.#newestLetters();
    for (const letter of letters) rows.addLetter(letter);
    if (letters.length > 0) rows.pruneLetters(this.#lettersKept);
    for (const [clientId, binding] of this.#bindings) {
      if (binding === undefined) rows.unbind(clientId);
      else rows.bind(binding);
    }
    this.writeGone();
  }

  /** What was put by it. */
  written(): Puts {
    const puts = this.#puts;
    this.#prunableBytes += this.#bytes;
    this.#puts = new Map();
    this.#bytes = 0;
    this.#letters = [];
    this.#bindings.clear();
    this.writtenGone();
    return puts;
  }

  /** Only what makes room. In a transaction, followed by writtenGone(). */
  writeGone(): void {
    const rows = this.#rows;
    if (this.#isPruneDue) rows.prune(this.#prunedTo, this.#historyBegins);
    const prunedTo = this.#isPruneDue ? this.#historyBegins : this.#prunedTo;
    for (const [first, last] of runsOf(this.#gone.slice(0, MAX_GONE))) {
      rows.removeWaiting(first, last);
      if (first < prunedTo) rows.removeMessages(first, Math.min(last, prunedTo - 1));
    }
  }

  writtenGone(): void {
    this.#gone = this.#gone.length > MAX_GONE ? this.#gone.slice(MAX_GONE) : [];
    if (!this.#isPruneDue) return;
    this.#isPruneDue = false;
    this.#prunedTo = this.#historyBegins;
    this.#prunableBytes = 0;
  }

  /** There is no room. What was delivered and is only for the history stays, to be written yet. */
  takeRefused(): readonly Message[] {
    const refused = refusedOf(this.#puts);
    for (const [no, { message, isWaiting }] of this.#puts) {
      const isWanted = !isWaiting && message.envelope.to !== null && no >= this.#historyBegins;
      if (isWanted) continue;
      this.#puts.delete(no);
      this.#bytes -= message.bytes;
    }
    return refused;
  }

  #newestLetters(): DeadLetter[] {
    return this.#maxDeadLetters === 0 ? [] : this.#letters.slice(-this.#maxDeadLetters);
  }
}

/** Of what could not be written, all that was not delivered to the one whom it was for. */
export function refusedOf(puts: Puts): readonly Message[] {
  const all = [...puts.values()];
  const refused = all.filter(({ message, isWaiting }) => isWaiting || message.envelope.to === null);
  return refused.map(({ message }) => message);
}

/** As ranges without holes: acknowledged messages mostly lie beside each other. */
function runsOf(numbers: readonly number[]): [first: number, last: number][] {
  const runs: [first: number, last: number][] = [];
  let run: [number, number] | undefined;
  for (const no of Float64Array.from(numbers).sort()) {
    if (run !== undefined && no === run[1] + 1) {
      run[1] = no;
    } else {
      run = [no, no];
      runs.push(run);
    }
  }
  return runs;
}

/** Bounds how long a transaction holds the event loop up: 20 ms. */
const MAX_GONE = 20_000;
const PRUNED_AT_ONCE = 500;
const PRUNED_AT_ONCE_BYTES = 2 ** 20;
