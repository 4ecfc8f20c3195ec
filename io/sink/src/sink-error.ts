export type SinkErrorCode = "unknown_output" | "removed_output" | "bad_setting" | "unreadable_file";

/** What is asked of an output cannot be done; said before the run starts. */
export class SinkError extends Error {
  override readonly name = "SinkError";
  readonly code: SinkErrorCode;

  constructor(code: SinkErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
