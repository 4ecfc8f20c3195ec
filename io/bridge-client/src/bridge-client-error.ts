import type { DropReason } from "./envelope.ts";

export type BridgeClientErrorCode =
  /** An option, or a message, that cannot be. */
  | "bad_option"
  /** The client was closed by its owner. */
  | "closed"
  /** The caller's signal. */
  | "aborted"
  /** No answer in time. */
  | "timeout"
  /** So many messages wait for their receipts, or so many bytes, that no more are taken. */
  | "too_many_unsent"
  /** The bridge will not deliver the message: see `reason`. */
  | "dropped"
  /** The bridge does not take what was sent: see `bridgeCode`. */
  | "refused"
  /** No connection, or it was lost; it is tried again, but for `maxAttempts`. */
  | "unreachable"
  /** Another connection has taken this id, with the same token. */
  | "replaced"
  /** The bridge wants another `authToken`, or refuses where the connection comes from. */
  | "unauthorized"
  /** The id is bound to another `clientToken`. */
  | "bad_client_token"
  /** Somebody else is connected by this id. */
  | "id_taken"
  /** The bridge sent what this client does not understand. */
  | "bad_frame"
  /** More messages wait for their reader than may: one was not taken. */
  | "missed"
  /** A handler failed; its message comes again. */
  | "handler_failed";

export interface BridgeClientErrorDetails {
  readonly reason?: DropReason | undefined;
  readonly bridgeCode?: string | undefined;
  readonly messageId?: string | undefined;
  readonly cause?: unknown;
}

/** The only error that this package throws, or rejects with. */
export class BridgeClientError extends Error {
  override readonly name = "BridgeClientError";
  readonly code: BridgeClientErrorCode;
  /** Of what was dropped. */
  readonly reason: DropReason | undefined;
  /** The bridge's own word: a code of its `error` frames or the reason of its goodbye. */
  readonly bridgeCode: string | undefined;
  /** Of the message that it is about. */
  readonly messageId: string | undefined;

  constructor(
    code: BridgeClientErrorCode,
    message: string,
    { reason, bridgeCode, messageId, cause }: BridgeClientErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
    this.bridgeCode = bridgeCode;
    this.messageId = messageId;
  }
}
