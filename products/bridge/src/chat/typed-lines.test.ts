import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { typedLines } from "./typed-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "bridge-typed-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("what was typed is there the next time, the newest first, and no more than may be", () => {
  const path = join(folder, "deep/typed-lines");
  expect(typedLines(path, 2).lines).toEqual([]);
  typedLines(path, 2).keep(["third", "second", "first"]);
  expect(typedLines(path, 2).lines).toEqual(["third", "second"]);
  expect(typedLines(path, 1).lines).toEqual(["third"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each([undefined, "/dev/null/typed-lines"])("where %s is the file, nothing fails", (path) => {
  const typed = typedLines(path, 2);
  typed.keep(["one"]);
  expect(typed.lines).toEqual([]);
});
