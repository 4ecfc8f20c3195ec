import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeLines } from "./append-lines.ts";

test("lines of any length arrive as they are", () => {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-lines-"));
  const path = join(dir, "out");
  const fd = openSync(path, "w");
  const lines = [10, 5000, 3, 4095, 4096, 12_000, 1].map((length) => `${"é".repeat(length)}\n`);
  writeLines(fd, lines.join(""));
  writeLines(fd, "no end");
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe(`${lines.join("")}no end`);
  rmSync(dir, { recursive: true });
});

test("a closed descriptor is an error", () => {
  const fd = openSync("/dev/null", "w");
  closeSync(fd);
  expect(() => writeLines(fd, "x\n")).toThrow("EBADF");
});

test("processes that share a pipe, and its slow reader, do not mix their lines", async () => {
  const program = join(import.meta.dir, "testing", "two-writers.ts");
  const child = Bun.spawn([process.execPath, program], { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  const lines = text.trimEnd().split("\n");
  expect(new Set(lines)).toEqual(new Set(["a".repeat(300), "b".repeat(300)]));
  expect(lines).toHaveLength(4000);
  expect(await child.exited).toBe(0);
});
