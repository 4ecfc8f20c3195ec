import { Database } from "bun:sqlite";
import { numberOf, SqliteFile } from "./sqlite-file.ts";
import { SqliteFileError, toSqliteFileError } from "./sqlite-file-error.ts";

export interface SqliteFileOptions {
  /** Its folder is there. */
  readonly path: string;
  /** In its header: what another program wrote is not taken for one. */
  readonly applicationId: number;
  /** What this program writes; it reads older ones, too. */
  readonly version: number;
  /** Makes the tables of a new one. */
  readonly schema: string;
  readonly pageBytes: number;
  /** What the log may keep of the room that it took. */
  readonly maxLogBytes: number;
}

/**
 * Opens or makes a file that one process has, whose log nobody but SqliteFile.checkpoint() moves.
 * Nothing is synced until openSynced(). Throws SqliteFileError.
 */
export function openSqliteFile(options: SqliteFileOptions): SqliteFile {
  const { path, applicationId, version, schema, pageBytes, maxLogBytes } = options;
  let database: Database | undefined;
  try {
    if (path === "" || path === ":memory:") throw new Error("it is not the name of a file");
    database = new Database(path, { create: true, readwrite: true });
    // One process has it, and no memory is shared: that is quicker, too.
    database.run("PRAGMA locking_mode = EXCLUSIVE");
    database.run("PRAGMA synchronous = OFF");
    const isNew = checkKind(database, options);
    if (isNew) database.run(`PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = INCREMENTAL`);
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA wal_autocheckpoint = 0");
    database.run(`PRAGMA journal_size_limit = ${maxLogBytes}`);
    database.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    database.run("PRAGMA temp_store = MEMORY");
    const header = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`;
    // On a full disk one that is there can still be opened, as nothing is written.
    if (isNew) database.run(`BEGIN IMMEDIATE; ${header}; ${schema}; COMMIT`);
    return new SqliteFile(database);
  } catch (error) {
    database?.close();
    throw toSqliteFileError(error);
  }
}

const CACHE_KIB = 32 * 1024;

/** Before anything is written: it may be somebody else's. Whether it is empty. */
function checkKind(database: Database, { applicationId, version }: SqliteFileOptions): boolean {
  const found = numberOf(database, "PRAGMA application_id");
  const tables = numberOf(database, "SELECT count(*) FROM sqlite_schema");
  if (found !== applicationId && (found !== 0 || tables > 0)) {
    throw new SqliteFileError("foreign", "the file is something else");
  }
  const written = numberOf(database, "PRAGMA user_version");
  if (written <= version) return tables === 0;
  throw new SqliteFileError(
    "newer",
    `its version is ${written}, and this program knows ${version}`,
  );
}
