import { DatabaseError } from "./database-error.ts";

/** Where a database is. */
export type DatabasePlace =
  | { readonly kind: "sqlite"; readonly path: string; readonly isMemory: boolean }
  | {
      readonly kind: "postgres";
      readonly url: string;
      /** For messages: host, port and name, without user and password. */
      readonly label: string;
    };

/**
 * Reads `postgres://…` (or `postgresql://…`), `sqlite::memory:`, `sqlite://data/app.db`,
 * `sqlite:///var/lib/app.db` or the path of a file. What it throws ("bad_option") shows of a URL
 * its scheme at most, as the rest may hold a password.
 */
export function parseDatabaseUrl(url: string): DatabasePlace {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "postgres" || scheme === "postgresql") return postgresPlace(url);
  // A single letter would be a drive of Windows.
  if (scheme !== undefined && scheme !== "sqlite" && scheme !== "file") {
    throw badUrl(`one that begins with ${scheme}:`);
  }
  const path = url.replace(/^(sqlite|file):(\/\/)?/i, "");
  if (path === "") throw badUrl("one without a path");
  if (path.includes("?")) throw badUrl("one of SQLite with options after a question mark");
  return { kind: "sqlite", path, isMemory: path === ":memory:" };
}

function postgresPlace(url: string): DatabasePlace {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === "")
    throw badUrl("a postgres: one without a host");
  const { hostname, port, pathname } = parsed;
  return { kind: "postgres", url, label: `${hostname}:${port || "5432"}${pathname}` };
}

function badUrl(what: string): DatabaseError {
  return new DatabaseError(
    "bad_option",
    `Cannot use this database URL, ${what}: it takes postgres://user:password@host:port/name, ` +
      "sqlite::memory:, sqlite://path or the path of a file",
  );
}
