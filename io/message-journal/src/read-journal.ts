import type {
  Binding,
  DeadLetter,
  DropReason,
  Message,
  PlacedMessage,
  WaitingMessage,
} from "@breakwater/message";
import type { SqliteFile } from "@breakwater/sqlite-file";
import { damaged } from "./journal-file.ts";
import { checkOf, keptMessage, type MessageRow } from "./kept-message.ts";
import type { MessageJournalError } from "./message-journal-error.ts";

/** What a journal has. */
export interface Kept {
  readonly waiting: readonly WaitingMessage[];
  readonly history: readonly PlacedMessage[];
  readonly deadLetters: readonly DeadLetter[];
  readonly bindings: readonly Binding[];
  /** Messages that neither wait nor are in the history. */
  readonly leftovers: readonly number[];
}

export interface ReadOptions {
  /** For what is said of damages. */
  readonly path: string;
  readonly maxHistory: number;
}

/** Reads all of it, at 2 µs a message. Throws MessageJournalError for what is damaged. */
export function readJournal(file: SqliteFile, { path, maxHistory }: ReadOptions): Kept {
  const waiting: WaitingMessage[] = [];
  const others: number[] = [];
  const placed: PlacedMessage[] = [];
  for (const row of rowsOf<PlacedRow>(file, selectMessages)) {
    const { no: cursor, isWaiting, sender, id, recipient } = row;
    const message = restored(row, path);
    if (isWaiting === 0) {
      others.push(cursor);
      placed.push({ message, cursor });
    } else {
      if (sender === null || id === null || recipient === null) throw incomplete(path);
      const one = { message, cursor, from: sender, id, to: recipient };
      waiting.push(one);
      placed.push(one);
    }
  }
  if (waiting.length !== file.number("SELECT count(*) FROM waiting")) throw incomplete(path);
  const history = maxHistory === 0 ? [] : placed.slice(-maxHistory);
  const begin = history[0]?.cursor ?? Number.POSITIVE_INFINITY;
  return {
    waiting,
    history,
    deadLetters: [...readLetters(file, path)],
    bindings: [...readBindings(file)],
    leftovers: others.filter((cursor) => cursor < begin),
  };
}

interface PlacedRow extends MessageRow {
  readonly no: number;
  readonly isWaiting: number;
  readonly sender: string | null;
  readonly id: string | null;
  readonly recipient: string | null;
}

const selectMessages = `
SELECT no, accepted_ms AS acceptedMs, bytes, "check", sender, id, recipient, json,
  waiting.no IS NOT NULL AS isWaiting
FROM messages LEFT JOIN waiting USING (no) ORDER BY no`;

interface LetterRow extends MessageRow {
  readonly atMs: number;
  readonly reason: string;
}

function* readLetters(file: SqliteFile, path: string): Iterable<DeadLetter> {
  const select = `
    SELECT at_ms AS atMs, reason, accepted_ms AS acceptedMs, bytes, "check", json
    FROM dead_letters ORDER BY no`;
  for (const row of rowsOf<LetterRow>(file, select)) {
    const reason = row.reason as DropReason;
    yield { message: restored(row, path), reason, atMs: row.atMs };
  }
}

interface BindingRow {
  readonly clientId: string;
  readonly tokenHash: string;
  readonly seenAtMs: number | null;
}

function* readBindings(file: SqliteFile): Iterable<Binding> {
  const select = `
    SELECT client_id AS clientId, token_hash AS tokenHash, seen_ms AS seenAtMs FROM claims`;
  for (const { clientId, tokenHash, seenAtMs } of rowsOf<BindingRow>(file, select)) {
    yield { clientId, tokenHash, seenAtMs: seenAtMs ?? undefined };
  }
}

function* rowsOf<Row>(file: SqliteFile, select: string): Iterable<Row> {
  yield* file.prepare<Row, []>(select).iterate();
}

/** A damaged page can give anything, also what the table does not allow. */
function restored(row: MessageRow, path: string): Message {
  const { json, bytes, acceptedMs }: Record<keyof MessageRow, unknown> = row;
  if (typeof json !== "string" || typeof bytes !== "number" || typeof acceptedMs !== "number") {
    throw incomplete(path);
  }
  if (checkOf(json) !== row.check) throw damaged(path, "a message is not as it was written");
  return keptMessage(row);
}

function incomplete(path: string): MessageJournalError {
  return damaged(path, "a part of it is missing");
}
