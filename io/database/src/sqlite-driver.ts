import { Database as SqliteFile } from "bun:sqlite";
import { concurrencyLimiter, fixed, type Limiter, type Permit } from "@breakwater/admission";
import { type Clock, sleepUntil } from "@breakwater/clock";
import { DatabaseError, type DatabaseErrorCode, toDatabaseError } from "./database-error.ts";
import { abortedError, type Connection, checkStop, type Driver, type Stop } from "./driver.ts";
import type { Statement } from "./statement.ts";

interface SqliteOptions {
  readonly path: string;
  readonly isMemory: boolean;
  readonly clock: Clock;
}

/** Beyond this a file has nothing to gain: queries block the loop, so they never run at once. */
const MAX_CONNECTIONS = 1000;
const MAX_POLL_MS = 25;
/** The longest that a waiting line takes; a query's own time is shorter. */
const MAX_WAIT_MS = 2 ** 31;

/**
 * SQLite in this thread: a query blocks the event loop while it runs, so it should be short. WAL,
 * so that readers and the one writer do not wait for each other.
 *
 * SQLite's own busy_timeout would block the loop as well, even the transaction that is waited for:
 * here who finds the file locked waits in a line for the writer, and for other processes' writers
 * by asking again.
 */
export function sqliteDriver(options: SqliteOptions): Driver {
  const { isMemory, clock } = options;
  const maxConnections = isMemory ? 1 : MAX_CONNECTIONS;
  const writer = concurrencyLimiter({
    name: "sqlite-writer",
    algorithm: fixed(1),
    clock,
    queue: { maxSize: maxConnections, maxWaitMs: MAX_WAIT_MS, order: "fifo" },
    mode: "enforce",
  });
  return {
    kind: "sqlite",
    placeholders: "plain",
    maxConnections,
    isForever: isMemory,
    connect: (stop) => connect(options, writer, stop),
  };
}

async function connect(
  { path, clock }: SqliteOptions,
  writer: Limiter,
  stop: Stop,
): Promise<Connection> {
  let file: SqliteFile;
  try {
    file = new SqliteFile(path, { create: true, readwrite: true });
  } catch (error) {
    throw toDatabaseError(error, `open the SQLite file ${path}`, codeOf);
  }
  const connection = new SqliteConnection(file, writer, clock);
  try {
    await connection.runScript(
      "PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; " +
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON",
      stop,
    );
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

class SqliteConnection implements Connection {
  readonly isSettled = true;
  readonly #file: SqliteFile;
  readonly #writer: Limiter;
  readonly #clock: Clock;
  /** While it is in a transaction. */
  #turn: Permit | undefined;
  #isClosed: boolean = false;

  constructor(file: SqliteFile, writer: Limiter, clock: Clock) {
    this.#file = file;
    this.#writer = writer;
    this.#clock = clock;
  }

  get isBroken(): boolean {
    return this.#isClosed;
  }

  async settle(): Promise<void> {}

  run({ text, params }: Statement, stop: Stop): Promise<readonly unknown[]> {
    return this.#whenFree(stop, () => this.#file.query(text).all(...params));
  }

  runScript(text: string, stop: Stop): Promise<void> {
    return this.#whenFree(stop, () => void this.#file.run(text));
  }

  async begin(stop: Stop): Promise<void> {
    const turn = await this.#writersTurn(stop);
    try {
      await this.#poll(stop, () => this.#file.run("BEGIN IMMEDIATE"));
      this.#turn = turn;
    } catch (error) {
      turn.release("ignored");
      throw this.#toError(error);
    }
  }

  async commit(stop: Stop): Promise<void> {
    try {
      await this.#poll(stop, () => this.#file.run("COMMIT"));
      this.#endTurn();
    } catch (error) {
      await this.rollback();
      throw this.#toError(error);
    }
  }

  async rollback(): Promise<void> {
    try {
      // Some errors (a full disk) have rolled back already.
      if (!this.#isClosed && this.#file.inTransaction) this.#file.run("ROLLBACK");
      this.#endTurn();
    } catch {
      await this.close();
    }
  }

  /** BEGIN IMMEDIATE is the lock. */
  async lockForMigrations(): Promise<void> {}

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
    this.#endTurn();
  }

  #endTurn(): void {
    this.#turn?.release("ignored");
    this.#turn = undefined;
  }

  /** Does it now, or else when it is this one's turn to write. */
  async #whenFree<Result>(stop: Stop, work: () => Result): Promise<Result> {
    try {
      checkStop(stop, this.#clock);
      return work();
    } catch (error) {
      if (!isLocked(error) || this.#turn !== undefined) throw this.#toError(error);
    }
    const turn = await this.#writersTurn(stop);
    try {
      return await this.#poll(stop, work);
    } catch (error) {
      throw this.#toError(error);
    } finally {
      turn.release("ignored");
    }
  }

  async #writersTurn({ signal, dueMs }: Stop): Promise<Permit> {
    const deadlineMs = Number.isFinite(dueMs) ? dueMs : undefined;
    const answer = await this.#writer.acquire(undefined, { signal, deadlineMs });
    if (answer.admitted) return answer;
    if (answer.reason === "aborted") throw abortedError(signal);
    const message = "Cannot write to SQLite: other writers took longer than queryTimeoutMs";
    throw new DatabaseError("timeout", message);
  }

  /** Again and again while another process has the file locked. */
  async #poll<Result>(stop: Stop, work: () => Result): Promise<Result> {
    for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, MAX_POLL_MS)) {
      checkStop(stop, this.#clock);
      try {
        return work();
      } catch (error) {
        if (!isLocked(error)) throw error;
      }
      await sleepUntil(this.#clock, Math.min(stop.dueMs, this.#clock.nowMs() + waitMs));
    }
  }

  #toError(error: unknown): DatabaseError {
    return toDatabaseError(error, "run the query", this.#isClosed ? () => "closed" : codeOf);
  }
}

function sqliteCode(error: unknown): string {
  const isCoded = error instanceof Error && "code" in error;
  return isCoded ? String(error.code) : "";
}

function isLocked(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error));
}

/** Of SQLite's result codes (https://www.sqlite.org/rescode.html). */
function codeOf(error: unknown): DatabaseErrorCode {
  const code = sqliteCode(error);
  if (code.startsWith("SQLITE_CONSTRAINT")) return "constraint";
  if (isLocked(error)) return "timeout";
  const isFileAtFault =
    /^SQLITE_(CANTOPEN|IOERR|FULL|CORRUPT|NOTADB|READONLY|PERM|NOMEM|PROTOCOL)/.test(code);
  return isFileAtFault ? "unavailable" : "bad_query";
}
