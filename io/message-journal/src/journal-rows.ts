import type { Binding, DeadLetter, Message } from "@breakwater/message";
import type { SqliteFile } from "@breakwater/sqlite-file";
import { checkOf } from "./kept-message.ts";

/** What is written to a journal, by statements prepared once. All of them within a transaction. */
export class JournalRows {
  readonly #statements: Statements;

  constructor(file: SqliteFile) {
    this.#statements = statementsOf(file);
  }

  addMessage(no: number, message: Message): void {
    const { acceptedAtMs, bytes, json } = message;
    this.#statements.message.run(no, acceptedAtMs, bytes, checkOf(json), json);
  }

  addWaiting(no: number, message: Message): void {
    const { acceptedAtMs, bytes, json, envelope } = message;
    const { from, id, to } = envelope;
    const check = checkOf(json);
    this.#statements.waitingMessage.run(no, acceptedAtMs, bytes, check, from, id, to, json);
    this.#statements.waiting.run(no);
  }

  /** No more in mailboxes: these numbers and all between them. */
  removeWaiting(first: number, last: number): void {
    this.#statements.removeWaiting.run(first, last);
  }

  removeMessages(first: number, last: number): void {
    this.#statements.removeMessages.run(first, last);
  }

  /** No more in the history; what waits stays. */
  prune(first: number, end: number): void {
    this.#statements.prune.run(first, end);
  }

  addLetter({ message, reason, atMs }: DeadLetter): void {
    const { acceptedAtMs, bytes, json } = message;
    this.#statements.letter.run(atMs, reason, acceptedAtMs, bytes, checkOf(json), json);
  }

  /** All but the newest. */
  pruneLetters(kept: number): void {
    this.#statements.pruneLetters.run(kept);
  }

  bind({ clientId, tokenHash, seenAtMs }: Binding): void {
    this.#statements.bind.run(clientId, tokenHash, seenAtMs ?? null);
  }

  unbind(clientId: string): void {
    this.#statements.unbind.run(clientId);
  }
}

function statementsOf(file: SqliteFile) {
  return {
    message: file.prepare<void, [number, number, number, number, string]>(
      "INSERT INTO messages VALUES (?, ?, ?, ?, NULL, NULL, NULL, ?)",
    ),
    waitingMessage: file.prepare<
      void,
      [number, number, number, number, string, string, string | null, string]
    >("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    waiting: file.prepare<void, [number]>("INSERT INTO waiting VALUES (?)"),
    removeWaiting: file.prepare<void, [number, number]>(
      "DELETE FROM waiting WHERE no BETWEEN ? AND ?",
    ),
    removeMessages: file.prepare<void, [number, number]>(
      "DELETE FROM messages WHERE no BETWEEN ? AND ?",
    ),
    prune: file.prepare<void, [number, number]>(
      "DELETE FROM messages WHERE no >= ? AND no < ? " +
        "AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.no = messages.no)",
    ),
    letter: file.prepare<void, [number, string, number, number, number, string]>(
      "INSERT INTO dead_letters VALUES (NULL, ?, ?, ?, ?, ?, ?)",
    ),
    pruneLetters: file.prepare<void, [number]>(
      "DELETE FROM dead_letters WHERE no <= (SELECT max(no) FROM dead_letters) - ?",
    ),
    bind: file.prepare<void, [string, string, number | null]>(
      "INSERT OR REPLACE INTO claims VALUES (?, ?, ?)",
    ),
    unbind: file.prepare<void, [string]>("DELETE FROM claims WHERE client_id = ?"),
  };
}

type Statements = ReturnType<typeof statementsOf>;
