import { SQLiteError } from "bun:sqlite";
import { S3Error } from "@breakwater/s3";

/** What a file or the index failed with; that there is no room, the client is told. */
export function toDiskError(thrown: unknown): unknown {
  return isFull(thrown) ? new S3Error("StorageFull") : thrown;
}

/** Of the file system or of SQLite. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || !("code" in thrown)) return "";
  return String(thrown.code);
}

/** Thrown by a statement, which may have undone the transaction with it. */
export function isOfIndex(thrown: unknown): boolean {
  return thrown instanceof SQLiteError;
}

export function isFull(thrown: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "SQLITE_FULL"].includes(codeOf(thrown));
}
