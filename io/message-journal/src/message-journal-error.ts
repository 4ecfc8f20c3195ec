export type MessageJournalErrorCode =
  /** The file is something else than a journal. */
  | "foreign_file"
  /** A newer version of this program wrote it. */
  | "newer_file"
  /** A journal whose bytes are not what was written. */
  | "damaged_file"
  /** Another process has it open. */
  | "file_in_use"
  /** It cannot be made, read or written. */
  | "file_unusable";

/** Why a journal cannot be opened: one sentence that says what would do. */
export class MessageJournalError extends Error {
  override readonly name = "MessageJournalError";
  readonly code: MessageJournalErrorCode;

  constructor(code: MessageJournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
