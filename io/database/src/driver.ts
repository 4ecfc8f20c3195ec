import type { Clock } from "@breakwater/clock";
import { DatabaseError } from "./database-error.ts";
import type { Statement } from "./statement.ts";

/** When to give up. */
export interface Stop {
  readonly signal: AbortSignal | undefined;
  /** By the clock; Infinity: never. */
  readonly dueMs: number;
}

/** What differs between databases. All throw DatabaseError. */
export interface Driver {
  readonly kind: "sqlite" | "postgres";
  readonly placeholders: "numbered" | "plain";
  /** How many connections make sense, whatever is asked for. */
  readonly maxConnections: number;
  /** A connection to memory is the database itself, so it is never replaced. */
  readonly isForever: boolean;
  connect(stop: Stop): Promise<Connection>;
}

/** Used by one at a time, one statement after the other. */
export interface Connection {
  /** Of no use any more. */
  readonly isBroken: boolean;
  /** False while something that was given up still runs. */
  readonly isSettled: boolean;
  /** Until it is settled; if that takes too long it is broken. */
  settle(): Promise<void>;
  run(statement: Statement, stop: Stop): Promise<readonly unknown[]>;
  /** Any number of statements without parameters. */
  runScript(text: string, stop: Stop): Promise<void>;
  begin(stop: Stop): Promise<void>;
  commit(stop: Stop): Promise<void>;
  /** Never throws: if it cannot, the connection is broken, which rolls back as well. */
  rollback(stop: Stop): Promise<void>;
  /** Inside of a transaction: until it ends, no other instance migrates. */
  lockForMigrations(stop: Stop): Promise<void>;
  /** At once, whatever runs. Again is harmless. */
  close(): Promise<void>;
}

/** Throws when it is over. */
export function checkStop({ signal, dueMs }: Stop, clock: Clock): void {
  if (signal?.aborted) throw abortedError(signal);
  if (dueMs <= clock.nowMs()) throw timeoutError();
}

/** What the work comes to, unless it is over before. */
export function untilStopped<Result>(
  work: Promise<Result>,
  { signal, dueMs }: Stop,
  clock: Clock,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel =
      dueMs === Number.POSITIVE_INFINITY ? () => {} : clock.at(dueMs, () => end(timeoutError()));
    const onAbort = () => end(abortedError(signal));
    const forget = () => {
      cancel();
      signal?.removeEventListener("abort", onAbort);
    };
    const end = (error: unknown) => {
      forget();
      reject(error);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    work.then((result) => {
      forget();
      resolve(result);
    }, end);
  });
}

export function abortedError(signal: AbortSignal | undefined): DatabaseError {
  const message = "Cannot go on with the query: whoever asked has gone";
  return new DatabaseError("aborted", message, { cause: signal?.reason });
}

function timeoutError(): DatabaseError {
  return new DatabaseError(
    "timeout",
    "Cannot end the query in time: it, or a lock that it waits for, takes longer than queryTimeoutMs",
  );
}
