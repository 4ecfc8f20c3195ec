import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import { type Synced, syncData } from "./synced.ts";

export interface CheckpointOptions {
  /** Undefined: nothing is synced. */
  readonly synced: Synced | undefined;
  /** Calls `run`, which throws where there is no room; then what is in the log stays there. */
  readonly move: (run: () => void) => void;
}

/** An open file, and its prepared statements: SQLite stays open until all are finalized. */
export class SqliteFile {
  readonly #database: Database;
  readonly #statements: Statement[] = [];
  readonly #begin: () => void;
  readonly #commit: () => void;
  readonly #logged: Statement;

  constructor(database: Database) {
    this.#database = database;
    const [begin, commit] = [this.prepare("BEGIN IMMEDIATE"), this.prepare("COMMIT")];
    this.#begin = () => begin.run();
    this.#commit = () => commit.run();
    this.#logged = this.prepare("PRAGMA wal_checkpoint = NOOP");
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

  /** All that `run` does, or nothing of it where it or the disk fails. */
  transact(run: () => void): void {
    this.#begin();
    try {
      run();
      this.#commit();
    } catch (error) {
      if (this.#database.inTransaction) this.#database.run("ROLLBACK");
      throw error;
    }
  }

  /** Pages in the log that are not in their place yet. */
  get logPages(): number {
    const [, pages, moved] = this.#logged.values()[0] as [unknown, number, number];
    return pages - moved;
  }

  /** Of what was deleted: the file need not grow. */
  get freePages(): number {
    return this.number("PRAGMA freelist_count");
  }

  /**
   * Moves what is in the log to its place in the file. The next commit writes the log from its
   * start, so until then both are synced: the log before anything is moved, the file after. Rejects
   * where they cannot be.
   */
  async checkpoint({ synced, move }: CheckpointOptions): Promise<void> {
    if (synced !== undefined) await syncData(synced.logFd);
    this.run("PRAGMA synchronous = OFF");
    move(() => this.run("PRAGMA wal_checkpoint"));
    if (synced === undefined) return;
    this.run("PRAGMA synchronous = NORMAL");
    await syncData(synced.fileFd);
  }

  close(): void {
    for (const statement of this.#statements) statement.finalize();
    this.#database.close(true);
  }
}

export function numberOf(database: Database, sql: string): number {
  using prepared = database.prepare(sql);
  return Number(prepared.values()[0]?.[0]);
}
