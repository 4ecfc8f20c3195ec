import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@breakwater/system-clock";
import { type Database, type DatabaseOptions, openDatabase } from "../database.ts";

/** Where a test has its databases; all that it opened is closed with it. */
export interface Stage extends AsyncDisposable {
  open(options?: Partial<DatabaseOptions>): Database;
  /** Empties what a URL stands for. */
  readonly url: string;
}

/** A folder with an SQLite file that is not there yet. */
export function sqliteStage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), "breakwater-database-"));
  return stage(join(folder, "test.db"), async () => rmSync(folder, { recursive: true }));
}

/** The server's database, emptied afterwards. */
export function postgresStage(url: string): Stage {
  return stage(url, async () => {
    await using database = openDatabase({ url, clock: systemClock() });
    await database.query("DROP SCHEMA public CASCADE");
    await database.query("CREATE SCHEMA public");
  });
}

function stage(url: string, clean: () => Promise<void>): Stage {
  const opened: Database[] = [];
  return {
    url,
    open: (options) => {
      const database = openDatabase({ url, clock: systemClock(), ...options });
      opened.push(database);
      return database;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((database) => database.close({ graceMs: 0 })));
      await clean();
    },
  };
}
