import type { Clock } from "@breakwater/clock";
import { parseDatabaseUrl } from "./database-url.ts";
import type { Connection, Driver, Stop } from "./driver.ts";
import { applyMigration, checkMigrations, type Migration } from "./migrate.ts";
import { Pool } from "./pool.ts";
import { checkDurationMs, type PoolOptions, type PoolSnapshot, parsePool } from "./pool-options.ts";
import { postgresDriver } from "./postgres-driver.ts";
import {
  type Queryable,
  type QueryEvent,
  type QueryOptions,
  Session,
  type SessionOptions,
} from "./session.ts";
import { sqliteDriver } from "./sqlite-driver.ts";
import type { Value } from "./statement.ts";

export interface DatabaseOptions {
  /**
   * `postgres://…`, `sqlite::memory:`, `sqlite://path` or the path of a file. A database in memory
   * has one connection, whatever the pool says. SQLite runs in this thread: nothing else does while
   * a query of it runs.
   */
  readonly url: string;
  readonly clock: Clock;
  /** What is left out is as in defaultPool. */
  readonly pool?: Partial<PoolOptions>;
  /**
   * A query that takes longer is cancelled; so is connecting. 30 s if left out. SQLite cannot be
   * interrupted: there it limits the wait for other writers.
   */
  readonly queryTimeoutMs?: number;
  readonly onQuery?: (event: QueryEvent) => void;
}

export interface Database extends Queryable, AsyncDisposable {
  readonly kind: "sqlite" | "postgres";
  /**
   * Commits what `run` did when it resolves and undoes it when it rejects, or when any of its
   * queries failed. Use its argument: queries of the database itself are outside. On SQLite one
   * transaction is open at a time, and others wait, so it should not wait for anything else.
   */
  transaction<Result>(
    run: (transaction: Queryable) => Promise<Result>,
    options?: QueryOptions,
  ): Promise<Result>;
  /**
   * Applies those that were not applied before, in order, each in a transaction; gives their ids.
   * Instances that start at once wait for each other. Not limited by `queryTimeoutMs`.
   */
  migrate(migrations: readonly Migration[], options?: QueryOptions): Promise<readonly string[]>;
  /** Rejects unless the database answers. */
  ping(options?: QueryOptions): Promise<void>;
  snapshot(): PoolSnapshot;
  /** Takes no more queries, waits for those that run, and after the grace closes them as well. */
  close(options: { readonly graceMs: number }): Promise<void>;
  /** Closes without a grace. */
  [Symbol.asyncDispose](): Promise<void>;
}

const QUERY_TIMEOUT_MS = 30_000;

/** Connects when it is first needed. Throws DatabaseError ("bad_option"). */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, clock, queryTimeoutMs = QUERY_TIMEOUT_MS, onQuery } = options;
  checkDurationMs("queryTimeoutMs", queryTimeoutMs);
  const pool = parsePool(options.pool);
  const place = parseDatabaseUrl(url);
  const driver =
    place.kind === "sqlite"
      ? sqliteDriver({ ...place, clock })
      : postgresDriver({ ...place, clock });
  const { placeholders } = driver;
  const session: SessionOptions = { clock, queryTimeoutMs, onQuery, placeholders };
  return new PooledDatabase(driver, new Pool(driver, fittedTo(driver, pool), clock), session);
}

function fittedTo({ maxConnections, isForever }: Driver, pool: PoolOptions): PoolOptions {
  const maxOpenConns = Math.min(pool.maxOpenConns, maxConnections);
  if (!isForever) return { ...pool, maxOpenConns };
  const never = Number.POSITIVE_INFINITY;
  return {
    ...pool,
    maxOpenConns,
    maxIdleConns: maxOpenConns,
    connMaxLifetimeMs: never,
    connMaxIdleTimeMs: never,
  };
}

class PooledDatabase implements Database {
  readonly #driver: Driver;
  readonly #pool: Pool;
  readonly #options: SessionOptions;

  constructor(driver: Driver, pool: Pool, options: SessionOptions) {
    this.#driver = driver;
    this.#pool = pool;
    this.#options = options;
  }

  get kind(): "sqlite" | "postgres" {
    return this.#driver.kind;
  }

  query<Row>(
    text: string,
    params: readonly Value[] = [],
    { signal }: QueryOptions = {},
  ): Promise<readonly Row[]> {
    return this.#withConnection(signal, (connection) =>
      new Session(connection, this.#options, signal).query<Row>(text, params),
    );
  }

  transaction<Result>(
    run: (transaction: Queryable) => Promise<Result>,
    { signal }: QueryOptions = {},
  ): Promise<Result> {
    return this.#withConnection(signal, (connection) => {
      const session = new Session(connection, this.#options, signal);
      return this.#inTransaction(
        connection,
        () => this.#stop(signal),
        async () => {
          const result = await run(session).finally(() => session.finish());
          const failure = await session.finish();
          if (failure !== undefined) throw failure;
          return result;
        },
      );
    });
  }

  async migrate(
    migrations: readonly Migration[],
    { signal }: QueryOptions = {},
  ): Promise<readonly string[]> {
    checkMigrations(migrations);
    const stop: Stop = { signal, dueMs: Number.POSITIVE_INFINITY };
    const placeholder = this.#driver.placeholders === "numbered" ? "$1" : "?";
    const applied: string[] = [];
    for (const migration of migrations) {
      const isNew = await this.#withConnection(signal, (connection) =>
        this.#inTransaction(
          connection,
          () => stop,
          () => applyMigration(connection, migration, placeholder, stop),
        ),
      );
      if (isNew) applied.push(migration.id);
    }
    return applied;
  }

  async ping(options: QueryOptions = {}): Promise<void> {
    await this.query("SELECT 1", [], options);
  }

  snapshot(): PoolSnapshot {
    return this.#pool.snapshot();
  }

  close(options: { readonly graceMs: number }): Promise<void> {
    return this.#pool.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 });
  }

  async #withConnection<Result>(
    signal: AbortSignal | undefined,
    use: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    const lease = await this.#pool.take(signal, () => this.#stop(signal));
    try {
      return await use(lease.connection);
    } finally {
      lease.release();
    }
  }

  async #inTransaction<Result>(
    connection: Connection,
    stop: () => Stop,
    work: () => Promise<Result>,
  ): Promise<Result> {
    await connection.begin(stop());
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      // Also when whoever asked has gone.
      await connection.rollback(this.#stop(undefined));
      throw error;
    }
    await connection.commit(stop());
    return result;
  }

  #stop(signal: AbortSignal | undefined): Stop {
    const { clock, queryTimeoutMs } = this.#options;
    return { signal, dueMs: clock.nowMs() + queryTimeoutMs };
  }
}
