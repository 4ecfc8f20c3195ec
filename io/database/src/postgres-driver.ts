import type { Clock } from "@breakwater/clock";
import { type ReservedSQL, SQL } from "bun";
import { DatabaseError, type DatabaseErrorCode, toDatabaseError } from "./database-error.ts";
import { type Connection, checkStop, type Driver, type Stop, untilStopped } from "./driver.ts";
import type { Statement } from "./statement.ts";

interface PostgresOptions {
  readonly url: string;
  readonly label: string;
  readonly clock: Clock;
}

/** How long a query that was cancelled may take to end before its connection is given up. */
const SETTLE_MS = 1000;
/** Any number will do that nobody else locks: the bytes of "bwmigrat". */
const MIGRATION_LOCK = "7095260037420048756";

/**
 * PostgreSQL over Bun.SQL, a client of one reserved connection for each of ours. A client by itself
 * connects again when its connection is lost, so the rest of a transaction would run outside of it;
 * a reserved one does not.
 */
export function postgresDriver(options: PostgresOptions): Driver {
  return {
    kind: "postgres",
    placeholders: "numbered",
    maxConnections: Number.POSITIVE_INFINITY,
    isForever: false,
    connect: (stop) => connect(options, stop),
  };
}

async function connect({ url, label, clock }: PostgresOptions, stop: Stop): Promise<Connection> {
  const doing = `connect to PostgreSQL at ${label}`;
  let connection: PostgresConnection | undefined;
  let client: SQL | undefined;
  try {
    checkStop(stop, clock);
    client = new SQL({ url, max: 1, onclose: () => connection?.onLost() });
    const reserved = await untilStopped(client.reserve(), stop, clock);
    connection = new PostgresConnection(client, reserved, clock);
    return connection;
  } catch (error) {
    await client?.close({ timeout: 0 }).catch(() => {});
    if (error instanceof DatabaseError && error.code === "timeout") {
      throw new DatabaseError("unavailable", `Cannot ${doing}: it does not answer`, {
        cause: error,
      });
    }
    // Nothing was sent yet, so whatever it is, the database is not to be had.
    throw toDatabaseError(error, doing, () => "unavailable");
  }
}

class PostgresConnection implements Connection {
  readonly #client: SQL;
  readonly #reserved: ReservedSQL;
  readonly #clock: Clock;
  #isBroken: boolean = false;
  #isClosed: boolean = false;
  #settling: Promise<void> | undefined;

  constructor(client: SQL, reserved: ReservedSQL, clock: Clock) {
    this.#client = client;
    this.#reserved = reserved;
    this.#clock = clock;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  get isSettled(): boolean {
    return this.#settling === undefined;
  }

  onLost(): void {
    this.#isBroken = true;
  }

  async settle(): Promise<void> {
    await this.#settling;
  }

  async run({ text, params }: Statement, stop: Stop): Promise<readonly unknown[]> {
    await this.#settling;
    const query = this.#reserved.unsafe<unknown[]>(text, [...params]);
    try {
      checkStop(stop, this.#clock);
      // A plain array: Bun's has more fields, which toEqual and spreading would see.
      return [...(await untilStopped(query.execute(), stop, this.#clock))];
    } catch (error) {
      if (query.active) this.#cancel(query);
      throw toDatabaseError(error, "run the query", this.#isClosed ? () => "closed" : codeOf);
    }
  }

  async runScript(text: string, stop: Stop): Promise<void> {
    await this.run({ text, params: [] }, stop);
  }

  async begin(stop: Stop): Promise<void> {
    await this.run({ text: "BEGIN", params: [] }, stop);
  }

  async commit(stop: Stop): Promise<void> {
    await this.run({ text: "COMMIT", params: [] }, stop);
  }

  async rollback(stop: Stop): Promise<void> {
    try {
      await this.#settling;
      if (!this.#isBroken) await this.run({ text: "ROLLBACK", params: [] }, stop);
    } catch {
      this.#isBroken = true;
    }
  }

  async lockForMigrations(stop: Stop): Promise<void> {
    await this.run({ text: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`, params: [] }, stop);
  }

  async close(): Promise<void> {
    this.#isBroken = true;
    this.#isClosed = true;
    // One that is lost already has nothing to close.
    await this.#client.close({ timeout: 0 }).catch(() => {});
  }

  /** Until it has ended; a connection that it may still run on is given up. */
  #cancel(query: SQL.Query<unknown[]>): void {
    query.cancel();
    const isEnded = query.then(
      () => true,
      ({ code }) => code !== "ERR_POSTGRES_QUERY_CANCELLED",
    );
    const { promise: isLate, resolve } = Promise.withResolvers<boolean>();
    const forget = this.#clock.at(this.#clock.nowMs() + SETTLE_MS, () => resolve(false));
    this.#settling = Promise.race([isEnded, isLate]).then((isUsable) => {
      forget();
      this.#settling = undefined;
      if (!isUsable) this.#isBroken = true;
    });
  }
}

/** By the SQLSTATE (PostgreSQL's manual, appendix A), or Bun's own code where there is none. */
function codeOf(error: unknown): DatabaseErrorCode {
  if (!(error instanceof SQL.PostgresError)) return "bad_query";
  const { code, errno } = error;
  const state = String(errno ?? "");
  if (!/^[0-9A-Z]{5}$/.test(state)) {
    return /CONNECTION|TIMEOUT|MESSAGE|EXPECTED|TLS/.test(code) ? "unavailable" : "bad_query";
  }
  // Cancelled by the server's statement_timeout or by an operator; a lock_timeout.
  if (state === "57014" || state === "55P03") return "timeout";
  return codeOfClass[state.slice(0, 2)] ?? "bad_query";
}

const codeOfClass: Readonly<Record<string, DatabaseErrorCode>> = {
  "08": "unavailable",
  "23": "constraint",
  "25": "unavailable",
  "28": "unavailable",
  "3D": "unavailable",
  "40": "conflict",
  "53": "unavailable",
  "57": "unavailable",
  "58": "unavailable",
  XX: "unavailable",
};
