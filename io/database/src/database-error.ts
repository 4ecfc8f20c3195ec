/** Why something asked of a database could not be done. Closed: each edge maps every code. */
export type DatabaseErrorCode =
  /** No connection, or it was lost on the way: whether a statement took effect is not known. */
  | "unavailable"
  /** A rule of the schema: unique, not null, check, foreign key. */
  | "constraint"
  /** Another transaction was in the way and this one was undone: it may be run again. */
  | "conflict"
  /** The query, or its wait for a lock, took longer than `queryTimeoutMs`. */
  | "timeout"
  /** All connections are in use, and as many wait as may. */
  | "pool_exhausted"
  /** It waited for a connection as long as it may. */
  | "pool_timeout"
  /** The statement or its parameters are wrong. */
  | "bad_query"
  | "bad_option"
  /** Whoever asked has gone. */
  | "aborted"
  /** The database, or the transaction, is over. */
  | "closed";

/** The only error that this package throws; its cause is the driver's. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a driver threw, with its code; one that is ours already stays as it is. */
export function toDatabaseError(
  thrown: unknown,
  doing: string,
  codeOf: (thrown: unknown) => DatabaseErrorCode,
): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new DatabaseError(codeOf(thrown), `Cannot ${doing}: ${reason}`, { cause: thrown });
}
