import { Database, type SQLQueryBindings, type Statement } from "bun:sqlite";
import { S3ServerError } from "../s3-server-error.ts";
import { codeOf } from "./failures.ts";

/** An open index, and the statements prepared on it: SQLite stays open until all are finalized. */
export class Index {
  readonly #database: Database;
  readonly #statements: Statement[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  prepare<Row, Parameters extends SQLQueryBindings[]>(sql: string): Statement<Row, Parameters> {
    const statement = this.#database.prepare(sql);
    this.#statements.push(statement);
    return statement as Statement<Row, Parameters>;
  }

  /** What is seldom run. */
  run(sql: string): void {
    this.#database.run(sql);
  }

  /** The first column of the first row, if it is a number. */
  number(sql: string): number {
    return numberOf(this.#database, sql);
  }

  rollback(): void {
    if (this.#database.inTransaction) this.#database.run("ROLLBACK");
  }

  close(): void {
    for (const statement of this.#statements) statement.finalize();
    this.#database.close(true);
  }
}

/** Opens or makes the index. Throws S3ServerError, also for what is not an index. */
export function openIndex(path: string): Index {
  let index: Database | undefined;
  try {
    index = new Database(path, { create: true, readwrite: true });
    // One process has it, and no memory is shared: that is quicker, too.
    index.run("PRAGMA locking_mode = EXCLUSIVE");
    // The caller syncs what is made here, if anything is to be synced.
    index.run("PRAGMA synchronous = OFF");
    const isNew = checkKind(index, path);
    if (isNew) index.run(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
    index.run("PRAGMA journal_mode = WAL");
    index.run("PRAGMA wal_autocheckpoint = 0");
    index.run(`PRAGMA journal_size_limit = ${MAX_LOG_BYTES}`);
    index.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    index.run("PRAGMA temp_store = MEMORY");
    // On a full disk an index can still be opened, as nothing is written.
    if (isNew) index.run(`BEGIN IMMEDIATE; ${schema}; COMMIT`);
    return new Index(index);
  } catch (error) {
    index?.close();
    throw toFolderError(error, path);
  }
}

/** Measured: for contents of 1 KiB as quick as 8 KiB, for those of 100 KiB half as quick again. */
export const PAGE_BYTES = 16_384;
const MAX_LOG_BYTES = 64 * 2 ** 20;
const CACHE_KIB = 32 * 1024;
/** "BwS3". */
const APPLICATION_ID = 0x42_77_53_33;
const VERSION = 1;

/** Before anything is written: it may be somebody else's. Whether it is empty. */
function checkKind(index: Database, path: string): boolean {
  const applicationId = numberOf(index, "PRAGMA application_id");
  const tables = numberOf(index, "SELECT count(*) FROM sqlite_schema");
  if (applicationId !== APPLICATION_ID && (applicationId !== 0 || tables > 0)) {
    throw notAStore(path);
  }
  const version = numberOf(index, "PRAGMA user_version");
  if (version <= VERSION) return tables === 0;
  throw new S3ServerError(
    "newer_folder",
    `Cannot open the store ${path}: its version is ${version}, and this program knows ${VERSION}; ` +
      "use the program that wrote it, or a newer one",
  );
}

function numberOf(index: Database, statement: string): number {
  using prepared = index.prepare(statement);
  return Number(prepared.values()[0]?.[0]);
}

function notAStore(path: string): S3ServerError {
  return new S3ServerError(
    "foreign_folder",
    `Cannot open the store ${path}: this is not the index of a store; name another folder`,
  );
}

function toFolderError(error: unknown, path: string): unknown {
  if (error instanceof S3ServerError) return error;
  const code = codeOf(error);
  if (code.startsWith("SQLITE_BUSY")) {
    return new S3ServerError(
      "folder_in_use",
      `Cannot open the store ${path}: another process has it open; stop that, or name another folder`,
      { cause: error },
    );
  }
  if (code === "SQLITE_NOTADB") return notAStore(path);
  return unusable(path, error);
}

export function unusable(path: string, error: unknown): S3ServerError {
  const reason = error instanceof Error ? error.message : String(error);
  return new S3ServerError(
    "folder_unusable",
    `Cannot open the store ${path}: ${reason}; name a folder that can be written to`,
    { cause: error },
  );
}

/**
 * Keys are texts in UTF-8, which SQLite compares by their bytes: that is the order of compareKeys.
 * `content` is a number (a row of `blobs`, 0 for no bytes) or a text (a file's name); an object of
 * several parts has it in `pieces`, under the id that its upload had. A bucket without a name was
 * deleted, its uploads not yet; neither were the pieces of those in `dropped`.
 */
const schema = `
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${VERSION};
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
