import { DatabaseError } from "./database-error.ts";
import type { Connection, Stop } from "./driver.ts";

/** One step of the schema. */
export interface Migration {
  /** Remembered when it has been applied: never to be given to another one. */
  readonly id: string;
  /** Any number of statements without parameters. */
  readonly sql: string;
}

const createTable =
  "CREATE TABLE IF NOT EXISTS breakwater_migrations (" +
  "id TEXT PRIMARY KEY, applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";

/** Throws DatabaseError ("bad_option") when two have the same id. */
export function checkMigrations(migrations: readonly Migration[]): void {
  const ids = new Set<string>();
  for (const { id } of migrations) {
    if (id === "" || ids.has(id)) {
      const message = `Cannot use migration id ${JSON.stringify(id)}: each takes one of its own`;
      throw new DatabaseError("bad_option", message);
    }
    ids.add(id);
  }
}

/** In a transaction: whether it was this call that applied it. */
export async function applyMigration(
  connection: Connection,
  { id, sql }: Migration,
  placeholder: "?" | "$1",
  stop: Stop,
): Promise<boolean> {
  await connection.lockForMigrations(stop);
  await connection.runScript(createTable, stop);
  const select = `SELECT id FROM breakwater_migrations WHERE id = ${placeholder}`;
  const done = await connection.run({ text: select, params: [id] }, stop);
  if (done.length > 0) return false;
  try {
    await connection.runScript(sql, stop);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const message = `Cannot apply migration ${JSON.stringify(id)}: ${error.message}`;
    throw new DatabaseError(error.code, message, { cause: error });
  }
  const insert = `INSERT INTO breakwater_migrations (id) VALUES (${placeholder})`;
  await connection.run({ text: insert, params: [id] }, stop);
  return true;
}
