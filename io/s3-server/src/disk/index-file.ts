import {
  openSqliteFile,
  type SqliteFile,
  type SqliteFileErrorCode,
  toSqliteFileError,
} from "@breakwater/sqlite-file";
import { S3ServerError, type S3ServerErrorCode } from "../s3-server-error.ts";

/** Opens or makes the index. Throws S3ServerError, also for what is not an index. */
export function openIndex(path: string): SqliteFile {
  try {
    return openSqliteFile({
      ...{ path, schema, pageBytes: PAGE_BYTES, maxLogBytes: MAX_LOG_BYTES },
      ...{ applicationId: APPLICATION_ID, version: VERSION },
    });
  } catch (error) {
    throw toFolderError(error, path);
  }
}

/** Measured: for contents of 1 KiB as quick as 8 KiB, for those of 100 KiB half as quick again. */
export const PAGE_BYTES = 16_384;
const MAX_LOG_BYTES = 64 * 2 ** 20;
/** "BwS3". */
const APPLICATION_ID = 0x42_77_53_33;
const VERSION = 1;

/** What opening the index, or its folder, failed with. */
export function toFolderError(error: unknown, path: string): S3ServerError {
  if (error instanceof S3ServerError) return error;
  const { code, message } = toSqliteFileError(error);
  const [ours, remedy] = answers[code];
  return new S3ServerError(ours, `Cannot open the store ${path}: ${message}; ${remedy}`, {
    cause: error,
  });
}

const answers: Record<SqliteFileErrorCode, [code: S3ServerErrorCode, remedy: string]> = {
  foreign: ["foreign_folder", "name another folder"],
  newer: ["newer_folder", "use the program that wrote it, or a newer one"],
  damaged: ["folder_unusable", "put a copy from before in its place, or name another folder"],
  in_use: ["folder_in_use", "stop that, or name another folder"],
  unusable: ["folder_unusable", "name a folder that can be written to"],
};

/**
 * Keys are texts in UTF-8, which SQLite compares by their bytes: that is the order of compareKeys.
 * `content` is a number (a row of `blobs`, 0 for no bytes) or a text (a file's name); an object of
 * several parts has it in `pieces`, under the id that its upload had. A bucket without a name was
 * deleted, its uploads not yet; neither were the pieces of those in `dropped`.
 */
const schema = `
CREATE TABLE state (is_open INTEGER NOT NULL);
CREATE TABLE buckets (
  no INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, created_ms INTEGER NOT NULL,
  cors TEXT NOT NULL
);
CREATE TABLE objects (
  bucket INTEGER NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, etag TEXT NOT NULL,
  modified_ms INTEGER NOT NULL, about TEXT NOT NULL, content, pieces TEXT, parts TEXT,
  PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE INDEX files_of_objects ON objects (content) WHERE typeof(content) = 'text';
CREATE TABLE blobs (no INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE uploads (
  no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, bucket INTEGER NOT NULL,
  key TEXT NOT NULL, started_ms INTEGER NOT NULL, about TEXT NOT NULL
);
CREATE INDEX uploads_by_key ON uploads (bucket, key, no);
CREATE TABLE pieces (
  owner TEXT NOT NULL, part INTEGER NOT NULL, seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
  content NOT NULL, about TEXT, PRIMARY KEY (owner, part, seq)
) WITHOUT ROWID;
CREATE INDEX files_of_pieces ON pieces (content) WHERE typeof(content) = 'text';
CREATE TABLE dropped (owner TEXT PRIMARY KEY) WITHOUT ROWID;
`;
