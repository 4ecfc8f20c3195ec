import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import {
  openSqliteFile,
  type SqliteFile,
  SqliteFileError,
  type SqliteFileErrorCode,
  toSqliteFileError,
} from "@breakwater/sqlite-file";
import { MessageJournalError, type MessageJournalErrorCode } from "./message-journal-error.ts";

/** Opens or makes the file. Throws MessageJournalError, also for what is not a journal. */
export function openJournalFile(path: string): SqliteFile {
  let file: SqliteFile | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    file = openSqliteFile({
      ...{ path, schema, pageBytes: PAGE_BYTES, maxLogBytes: MAX_LOG_BYTES },
      ...{ applicationId: APPLICATION_ID, version: VERSION },
    });
    // Learns now that it cannot be written to.
    file.run(`BEGIN IMMEDIATE; PRAGMA user_version = ${VERSION}; COMMIT`);
    return file;
  } catch (error) {
    file?.close();
    throw toJournalError(error, path);
  }
}

export const PAGE_BYTES = 8192;
const MAX_LOG_BYTES = 32 * 2 ** 20;
/** "BwMJ". */
const APPLICATION_ID = 0x42_77_4d_4a;
const VERSION = 1;

/** What opening or reading the file failed with. */
export function toJournalError(error: unknown, path: string): MessageJournalError {
  if (error instanceof MessageJournalError) return error;
  const { code, message } = toSqliteFileError(error);
  const [ours, remedy] = answers[code];
  const text = `Cannot open the journal ${path}: ${message}; ${remedy}`;
  return new MessageJournalError(ours, text, { cause: error });
}

export function damaged(path: string, what: string): MessageJournalError {
  return toJournalError(new SqliteFileError("damaged", `it is damaged (${what})`), path);
}

const answers: Record<SqliteFileErrorCode, [code: MessageJournalErrorCode, remedy: string]> = {
  foreign: ["foreign_file", "name another one"],
  newer: ["newer_file", "use the program that wrote it, or a newer one"],
  damaged: [
    "damaged_file",
    'put a copy from before in its place, or move it and its "-wal" away to begin with none',
  ],
  in_use: ["file_in_use", "stop that, or name another file"],
  unusable: ["file_unusable", "name a file that can be written to"],
};

/**
 * A message is in `messages` as long as it is in the history, or in `waiting`: then it is in its
 * recipient's mailbox. `no` is its cursor. `check` is the CRC-32 of `json`. Only messages that had
 * to wait have a sender, an id and a recipient, by which mailboxes are filled without parsing each.
 * A claim was seen at no time when its client was connected when last heard of.
 */
const schema = `
CREATE TABLE messages (
  no INTEGER PRIMARY KEY, accepted_ms INTEGER NOT NULL, bytes INTEGER NOT NULL,
  "check" INTEGER NOT NULL, sender TEXT, id TEXT, recipient TEXT, json TEXT NOT NULL
) STRICT;
CREATE TABLE waiting (no INTEGER PRIMARY KEY) STRICT;
CREATE TABLE dead_letters (
  no INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, reason TEXT NOT NULL,
  accepted_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, "check" INTEGER NOT NULL, json TEXT NOT NULL
) STRICT;
CREATE TABLE claims (
  client_id TEXT PRIMARY KEY, token_hash TEXT NOT NULL, seen_ms INTEGER
) STRICT, WITHOUT ROWID;
`;
