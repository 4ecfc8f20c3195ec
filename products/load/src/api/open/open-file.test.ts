import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { openFile } from "./open-file.ts";

const folder = mkdtempSync(join(tmpdir(), "open-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "sub"));
writeFileSync(join(folder, "data.txt"), "top ü\n");
writeFileSync(join(folder, "sub/data.txt"), "sub");
writeFileSync(join(folder, "marked.txt"), "\uFEFFx");
writeFileSync(join(folder, "bytes"), new Uint8Array([0xff, 0xfe, 0x61, 0x62]));

test.each<[string, string, string]>([
  [folder, "data.txt", "top ü\n"],
  [folder, "./data.txt", "top ü\n"],
  [folder, "sub/../data.txt", "top ü\n"],
  [join(folder, "sub"), "data.txt", "sub"],
  ["/", join(folder, "data.txt"), "top ü\n"],
  ["/", `file://${join(folder, "data.txt")}`, "top ü\n"],
  [folder, "marked.txt", "\uFEFFx"],
  [folder, "bytes", "\uFFFD\uFFFDab"],
])("from %p %p is the text of the file", (from, path, text) => {
  using vu = testUser({ clock: new FakeClock() });
  expect(openFile(vu.user, from, path)).toBe(text);
  expect(openFile(vu.user, from, path, "t")).toBe(text);
});

test("with the mode `b` it is the bytes, once for all VUs", () => {
  using vu = testUser({ clock: new FakeClock() });
  using other = testUser({ clock: new FakeClock(), shared: { test: vu.user.test } });
  const buffer = openFile(vu.user, folder, "bytes", "b") as ArrayBuffer;
  expect(buffer).toBeInstanceOf(ArrayBuffer);
  expect([...new Uint8Array(buffer)]).toEqual([0xff, 0xfe, 0x61, 0x62]);
  expect(openFile(other.user, folder, "bytes", "b")).toBe(buffer);
});

test.each<[unknown, string]>([
  ["missing.txt", `Cannot open ${join(folder, "missing.txt")}: there is no such file`],
  ["sub", `Cannot open ${join(folder, "sub")}: it is a folder`],
  [5, `Cannot open ${join(folder, "5")}: there is no such file`],
  ["", "Cannot open a file without a name: give its path"],
  [undefined, "Cannot open a file without a name: give its path"],
  [null, "Cannot open a file without a name: give its path"],
])("%p is refused", async (path, message) => {
  using vu = testUser({ clock: new FakeClock() });
  expect(messageOf(await caught(() => openFile(vu.user, folder, path)))).toBe(message);
});

test("files are opened at the script's top level alone", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const error = await caught(vu.inside(() => openFile(vu.user, folder, "data.txt")));
  expect(messageOf(error)).toBe("Cannot open data.txt now: do it at the script's top level");
});
