import { BridgeClientError } from "@breakwater/bridge-client";

export type AgentErrorCode =
  /** A flag or variable cannot be as it is. */
  | "bad_setting"
  /** The secret that binds the id can be neither read nor made. */
  | "client_token"
  /** A tool was called with what it does not take. */
  | "bad_argument"
  /** The bridge cannot be reached now. */
  | "not_connected"
  /** Whoever was asked has not answered in time. */
  | "no_answer";

/** What a client of the bridge cannot do; `message` is a sentence for people. */
export class AgentError extends Error {
  override readonly name = "AgentError";
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Something that whoever started the client has to put right. */
export function isAboutAgent(error: unknown): error is Error {
  const isOption = error instanceof BridgeClientError && error.code === "bad_option";
  return isOption || error instanceof AgentError;
}
