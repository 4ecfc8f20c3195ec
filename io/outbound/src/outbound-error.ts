/** Why a call got no response. Closed: each edge maps every code. */
export type OutboundErrorCode =
  /** So many calls failed that none is made for now. */
  | "circuit_open"
  /** All attempts together took as long as they may. */
  | "deadline"
  /** The last attempt took as long as one may. */
  | "attempt_timeout"
  /** Not connected, reset, closed early: the last attempt got no response. */
  | "network"
  /** Whoever asked has gone; the cause is the signal's reason. */
  | "aborted"
  | "bad_request"
  | "bad_option";

/** The only error that this package throws. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly code: OutboundErrorCode;
  /** When a call may be made again, for "circuit_open"; otherwise 0. */
  readonly retryAfterMs: number;

  constructor(
    code: OutboundErrorCode,
    message: string,
    { cause, retryAfterMs = 0 }: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** For a wrong option; `fit` says what would do. */
export function badOption(name: string, value: unknown, fit: string): OutboundError {
  return new OutboundError("bad_option", `Cannot use ${name} ${String(value)}: it takes ${fit}`);
}
