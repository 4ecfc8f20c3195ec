import type { Message } from "../envelope/envelope.ts";
import { Fifo } from "./fifo.ts";
import type { HistoryEntry, HistoryQuery } from "./keeper.ts";
import type { PlacedMessage } from "./keeper-log.ts";

export interface HistoryLimits {
  readonly maxHistory: number;
  readonly maxHistoryBytes: number;
}

/** The newest messages, each at its place: a number that rises, and is never given twice. */
export class History {
  readonly #limits: HistoryLimits;
  readonly #entries = new Fifo<PlacedMessage>();
  #bytes = 0;
  #nextCursor = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What is before it has been forgotten. */
  get begin(): number {
    return this.#entries.first?.cursor ?? this.#nextCursor;
  }

  /** Cursors go on here, or further up where they are already. */
  goOnAt(cursor: number): void {
    this.#nextCursor = Math.max(this.#nextCursor, cursor);
  }

  add(message: Message): number {
    const cursor = this.#nextCursor;
    this.put({ message, cursor });
    return cursor;
  }

  /** What was in a history before, at its place: by rising cursors. */
  put(entry: PlacedMessage): void {
    this.#nextCursor = entry.cursor + 1;
    this.#entries.push(entry);
    this.#bytes += entry.message.bytes;
    const { maxHistory, maxHistoryBytes } = this.#limits;
    while (this.#entries.size > maxHistory || this.#bytes > maxHistoryBytes) {
      this.#bytes -= this.#entries.shift()!.message.bytes;
    }
  }

  retract(message: Message): void {
    const entry = this.#entries.takeLast((other) => other.message === message);
    if (entry !== undefined) this.#bytes -= message.bytes;
  }

  /** Oldest first, of the newest. */
  query(query: HistoryQuery): HistoryEntry[] {
    const after = this.#placeOf(query.after);
    const found: HistoryEntry[] = [];
    for (const { message, cursor } of this.#entries.backwards()) {
      if (found.length >= query.limit || cursor <= after) break;
      if (isAskedFor(message, query)) found.push({ message, cursor: String(cursor) });
    }
    return found.reverse();
  }

  #placeOf(after: string | undefined): number {
    const place = Number(after);
    return place < this.#nextCursor ? place : -1;
  }
}

function isAskedFor({ envelope }: Message, query: HistoryQuery): boolean {
  const { viewer, agentId, taskId, intent } = query;
  const isOf = (id: string): boolean => envelope.from === id || envelope.to === id;
  const isVisible =
    viewer === "all" || envelope.to === null || (viewer !== "nobody" && isOf(viewer.id));
  if (!isVisible || (agentId !== undefined && !isOf(agentId))) return false;
  if (taskId !== undefined && envelope.taskId !== taskId) return false;
  return intent === undefined || envelope.intent === intent;
}
