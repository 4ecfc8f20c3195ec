import type { Clock } from "@breakwater/clock";
import { DatabaseError, type DatabaseErrorCode } from "./database-error.ts";
import type { Connection, Driver, Stop } from "./driver.ts";
import { toStatement, type Value } from "./statement.ts";

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What takes queries: a database, or a transaction of it. */
export interface Queryable {
  /**
   * Runs one statement, with a `?` for each parameter. For what an INSERT, UPDATE or DELETE
   * changed, use RETURNING. Rejects with DatabaseError only.
   */
  query<Row = Readonly<Record<string, unknown>>>(
    text: string,
    params?: readonly Value[],
    options?: QueryOptions,
  ): Promise<readonly Row[]>;
}

/** One query that has ended. Its parameters are not shown, as they may be secrets. */
export interface QueryEvent {
  readonly text: string;
  /** Without the wait for a connection. */
  readonly durationMs: number;
  readonly error: DatabaseErrorCode | undefined;
}

export interface SessionOptions {
  readonly placeholders: Driver["placeholders"];
  readonly clock: Clock;
  readonly queryTimeoutMs: number;
  readonly onQuery: ((event: QueryEvent) => void) | undefined;
}

/**
 * Queries on one connection, one after the other. After one that fails there is no other: in
 * PostgreSQL the transaction is undone then, and SQLite is not to differ.
 */
export class Session implements Queryable {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  readonly #signal: AbortSignal | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #failure: unknown;
  #isOver: boolean = false;

  constructor(connection: Connection, options: SessionOptions, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#options = options;
    this.#signal = signal;
  }

  query<Row>(
    text: string,
    params: readonly Value[] = [],
    { signal }: QueryOptions = {},
  ): Promise<readonly Row[]> {
    const rows = this.#last.then(() => this.#run(text, params, signal));
    this.#last = rows.catch((error: unknown) => {
      this.#failure ??= error;
    });
    return rows as Promise<readonly Row[]>;
  }

  /** Waits for what still runs; from then on there are no queries. What one failed with, if any. */
  async finish(): Promise<unknown> {
    this.#isOver = true;
    await this.#last;
    return this.#failure;
  }

  async #run(
    text: string,
    params: readonly Value[],
    signal: AbortSignal | undefined,
  ): Promise<readonly unknown[]> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isOver) {
      throw new DatabaseError("closed", "Cannot query in a transaction that has ended");
    }
    const { clock, placeholders, queryTimeoutMs, onQuery } = this.#options;
    const startMs = clock.nowMs();
    const stop: Stop = { signal: bothOf(this.#signal, signal), dueMs: startMs + queryTimeoutMs };
    const tell = (error: DatabaseErrorCode | undefined) =>
      onQuery?.({ text, durationMs: clock.nowMs() - startMs, error });
    try {
      const statement = toStatement(text, params, { placeholders });
      const rows = await this.#connection.run(statement, stop);
      tell(undefined);
      return rows;
    } catch (error) {
      tell(error instanceof DatabaseError ? error.code : undefined);
      throw error;
    }
  }
}

function bothOf(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  return AbortSignal.any([one, other]);
}
