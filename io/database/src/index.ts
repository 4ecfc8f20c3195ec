export { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
export { DatabaseError, type DatabaseErrorCode } from "./database-error.ts";
export type { Migration } from "./migrate.ts";
export { defaultPool, type PoolOptions, type PoolSnapshot } from "./pool-options.ts";
export type { Queryable, QueryEvent, QueryOptions } from "./session.ts";
export type { Value } from "./statement.ts";
