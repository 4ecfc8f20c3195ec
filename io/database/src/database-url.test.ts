import { expect, test } from "bun:test";
import { parseDatabaseUrl } from "./database-url.ts";

test.each([
  ["sqlite::memory:", ":memory:"],
  [":memory:", ":memory:"],
  ["sqlite://:memory:", ":memory:"],
  ["sqlite://data/app.db", "data/app.db"],
  ["sqlite:///var/lib/app.db", "/var/lib/app.db"],
  ["sqlite:app.db", "app.db"],
  ["file:///var/lib/app.db", "/var/lib/app.db"],
  ["./app.db", "./app.db"],
  ["app.db", "app.db"],
])("%s is the SQLite file %s", (url, path) => {
  expect(parseDatabaseUrl(url)).toEqual({ kind: "sqlite", path, isMemory: path === ":memory:" });
});

test.each([
  ["postgres://me:hush@db.test:6543/shop", "db.test:6543/shop"],
  ["postgresql://me:hush@db.test/shop?sslmode=require", "db.test:5432/shop"],
])("%s is shown without its user and password", (url, label) => {
  expect(parseDatabaseUrl(url)).toEqual({ kind: "postgres", url, label });
});

test.each([
  "mysql://me:hush@db/shop",
  "postgres://me:hush@",
  "postgres://me:hush@db:port/shop",
  "redis://:hush@db",
  "sqlite://app.db?password=hush",
  "",
  "sqlite:",
])("%j is refused without showing a password", (url) => {
  expect(() => parseDatabaseUrl(url)).toThrow(/^Cannot use this database URL, (?!.*hush)/);
});
