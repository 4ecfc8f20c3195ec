/** What a client did wrong: the codes of the bridge's `error` frames. */
export type MistakeCode =
  | "bad_json"
  | "bad_frame"
  | "unknown_type"
  | "binary_frame"
  | "frame_too_large"
  | "too_deep"
  | "bad_register"
  | "bad_envelope"
  | "forged_from"
  | "not_registered"
  | "already_registered"
  | "unauthorized"
  | "id_taken"
  | "bad_client_token"
  | "client_token_required"
  | "rate_limited"
  | "too_many_clients"
  | "unavailable";

/** Why something that came from a client cannot be done. A value: clients are expected to err. */
export interface Mistake {
  readonly code: MistakeCode;
  /** One sentence: what cannot be done, with which value, and what would do. */
  readonly message: string;
  /** Of the envelope, if it has one that can be said. */
  readonly id?: string;
}

/** Neither frames nor envelopes have a `code`. */
export function isMistake(value: object): value is Mistake {
  return "code" in value;
}
