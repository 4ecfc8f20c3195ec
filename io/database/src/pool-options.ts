import { DatabaseError } from "./database-error.ts";

/** Go's database/sql names (and Fluxor's), and a bounded line for those who wait. */
export interface PoolOptions {
  readonly maxOpenConns: number;
  /** More than so many are closed when they come back. */
  readonly maxIdleConns: number;
  /** An older one is closed when nobody uses it; Infinity: never. */
  readonly connMaxLifetimeMs: number;
  /** One that nobody used for so long is closed; Infinity: never. */
  readonly connMaxIdleTimeMs: number;
  /** More than so many do not wait for a connection but fail ("pool_exhausted"). */
  readonly maxWaiting: number;
  /** Who waited so long fails ("pool_timeout"). */
  readonly maxWaitMs: number;
}

/**
 * Fluxor's, except that all may stay idle (it keeps 5): otherwise each burst opens most of them
 * anew. 100 queries at once, again and again, took 100 ms with 5 idle ones, and 11 ms with 25.
 * PostgreSQL's own limit for all its clients is 100 connections.
 */
export const defaultPool: PoolOptions = {
  maxOpenConns: 25,
  maxIdleConns: 25,
  connMaxLifetimeMs: 300_000,
  connMaxIdleTimeMs: 600_000,
  maxWaiting: 1000,
  maxWaitMs: 5000,
};

/** For metrics; counts and sums are since the beginning. */
export interface PoolSnapshot {
  readonly maxOpen: number;
  readonly open: number;
  readonly idle: number;
  /** Taken by somebody, or being opened for somebody. */
  readonly inUse: number;
  readonly waiting: number;
  /** How many had to wait. */
  readonly waitCount: number;
  readonly waitMs: number;
  readonly closedByLifetime: number;
  readonly closedByIdleTime: number;
  /** There were enough idle ones. */
  readonly closedByMaxIdle: number;
  /** Broken: the server closed them, or a query could not be cancelled. */
  readonly lost: number;
}

/** Completes and checks them. Throws DatabaseError ("bad_option"). */
export function parsePool(given: Partial<PoolOptions> = {}): PoolOptions {
  const options: PoolOptions = { ...defaultPool, ...given };
  checkWhole("pool.maxOpenConns", options.maxOpenConns, 1, 10_000);
  checkWhole("pool.maxIdleConns", options.maxIdleConns, 0, 10_000);
  checkDurationMs("pool.connMaxLifetimeMs", options.connMaxLifetimeMs);
  checkDurationMs("pool.connMaxIdleTimeMs", options.connMaxIdleTimeMs);
  checkWhole("pool.maxWaiting", options.maxWaiting, 0, 1_000_000);
  checkDurationMs("pool.maxWaitMs", options.maxWaitMs);
  if (options.maxWaitMs === Number.POSITIVE_INFINITY) {
    throw badOption("pool.maxWaitMs", options.maxWaitMs, "a finite number of ms above 0");
  }
  return options;
}

/** Throws unless it is a time: a number of ms above 0, or Infinity. */
export function checkDurationMs(name: string, value: number): void {
  if (!(value > 0)) throw badOption(name, value, "a number of ms above 0");
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw badOption(name, value, `a whole number from ${min} to ${max}`);
}

function badOption(name: string, value: unknown, fit: string): DatabaseError {
  return new DatabaseError("bad_option", `Cannot use ${name} ${String(value)}: it takes ${fit}`);
}
