import { S3Error } from "@breakwater/s3";
import { codeOf } from "@breakwater/sqlite-file";

/** What a file or the index failed with; that there is no room, the client is told. */
export function toDiskError(thrown: unknown): unknown {
  return isFull(thrown) ? new S3Error("StorageFull") : thrown;
}

export function isFull(thrown: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "SQLITE_FULL"].includes(codeOf(thrown));
}
