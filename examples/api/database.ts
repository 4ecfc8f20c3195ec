import { type Database, type Migration, openDatabase } from "@breakwater/database";
import type { ServiceKit } from "@breakwater/service";
import { QueryCounts, registerDatabaseMetrics } from "./database-metrics.ts";
import type { Settings } from "./settings.ts";

/** The schema, in words that SQLite and PostgreSQL share. Only ever add to it. */
const migrations: readonly Migration[] = [
  {
    id: "001-users",
    sql: `CREATE TABLE users (
      id TEXT PRIMARY KEY,
      username TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      role TEXT NOT NULL,
      password_hash TEXT NOT NULL,
      created_at TEXT NOT NULL
    )`,
  },
];

/** Rejects with DatabaseError if it is not there or not as it should be. */
export async function openApiDatabase(
  settings: Settings,
  { clock, metrics }: ServiceKit,
): Promise<Database> {
  const queries = new QueryCounts();
  const database = openDatabase({
    url: settings.databaseUrl,
    clock,
    queryTimeoutMs: settings.requestTimeout,
    pool: {
      maxOpenConns: settings.dbMaxOpenConns,
      maxIdleConns: settings.dbMaxIdleConns,
      connMaxLifetimeMs: settings.dbConnMaxLifetime,
      connMaxIdleTimeMs: settings.dbConnMaxIdleTime,
    },
    onQuery: (event) => queries.add(event),
  });
  try {
    await database.migrate(migrations);
  } catch (error) {
    await database.close({ graceMs: 0 });
    throw error;
  }
  registerDatabaseMetrics(metrics, database, queries);
  return database;
}
