/** Why a command was not done. Closed: each edge maps every code. */
export type RedisErrorCode =
  /** Nothing answers there now: it is tried again by itself. */
  | "down"
  /** It did not answer in time. */
  | "timeout"
  /** Too many commands wait for their answer. */
  | "busy"
  /** It answered that it cannot. */
  | "refused"
  /** The connection was closed by its owner. */
  | "closed"
  | "bad_option";

/** The only error that this package throws, or rejects with. */
export class RedisError extends Error {
  override readonly name = "RedisError";
  readonly code: RedisErrorCode;

  constructor(code: RedisErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
