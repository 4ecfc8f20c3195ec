export { openSqliteFile, type SqliteFileOptions } from "./open-sqlite-file.ts";
export { type CheckpointOptions, SqliteFile } from "./sqlite-file.ts";
export {
  codeOf,
  isOfSqlite,
  SqliteFileError,
  type SqliteFileErrorCode,
  toSqliteFileError,
} from "./sqlite-file-error.ts";
export {
  freeBytesIn,
  type OpenedSynced,
  openSynced,
  type Synced,
  syncData,
  syncFolder,
} from "./synced.ts";
