import { SQLiteError } from "bun:sqlite";

export type SqliteFileErrorCode =
  /** The file is something else, or another program's database. */
  | "foreign"
  /** A newer version of this program wrote it. */
  | "newer"
  /** Its bytes are not what was written. */
  | "damaged"
  /** Another process has it open. */
  | "in_use"
  /** It cannot be made, read or written. */
  | "unusable";

/** Why a file cannot be opened: half a sentence, since its opener knows what it is and would do. */
export class SqliteFileError extends Error {
  override readonly name = "SqliteFileError";
  readonly code: SqliteFileErrorCode;

  constructor(code: SqliteFileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What opening or reading the file failed with. */
export function toSqliteFileError(error: unknown): SqliteFileError {
  if (error instanceof SqliteFileError) return error;
  const told = codeOf(error);
  const refused = (code: SqliteFileErrorCode, message: string): SqliteFileError =>
    new SqliteFileError(code, message, { cause: error });
  if (told.startsWith("SQLITE_BUSY")) return refused("in_use", "another process has it open");
  if (told === "SQLITE_NOTADB") return refused("foreign", "the file is something else");
  const reason = error instanceof Error ? error.message : String(error);
  if (told.startsWith("SQLITE_CORRUPT")) return refused("damaged", `it is damaged (${reason})`);
  return refused("unusable", reason);
}

/** Of the file system or of SQLite; empty for what is neither's. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || !("code" in thrown)) return "";
  return String(thrown.code);
}

/** Thrown by a statement, which may have undone the transaction with it. */
export function isOfSqlite(thrown: unknown): boolean {
  return thrown instanceof SQLiteError;
}
