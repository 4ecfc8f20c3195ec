export type BridgeErrorCode =
  /** The settings cannot be as they are. */
  | "bad_setting"
  /** A request that says nothing that can be done. */
  | "bad_request"
  | "body_too_large"
  /** Of a request: its token is not the one that the client's id is bound to. */
  | "bad_client_token"
  /** It would speak as somebody else. */
  | "forged_from"
  /** What keeps messages does not answer. */
  | "unavailable";

/** What cannot be done, by whomever; `message` is a sentence for people. */
export class BridgeError extends Error {
  override readonly name = "BridgeError";
  readonly code: BridgeErrorCode;

  constructor(code: BridgeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
