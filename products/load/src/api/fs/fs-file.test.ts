import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@breakwater/clock/testing";
import { noSecrets, openSecrets } from "../../engine/open-secrets.ts";
import { TestState } from "../../engine/test-state.ts";
import { caught, testUser } from "../../vu/testing/test-user.ts";
import { type FsError, type FsFile, openFsFile, SeekMode } from "./fs-file.ts";

const folder = mkdtempSync(join(tmpdir(), "fs-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "sub"));
writeFileSync(join(folder, "data.txt"), "top\n");

function userInFolder() {
  const state = new TestState({
    options: {},
    folder,
    onVerdict: () => {},
    secrets: openSecrets(noSecrets, new FakeClock()),
  });
  return testUser({ clock: new FakeClock(), shared: { test: state } });
}

async function readText(file: FsFile, size: number): Promise<[number | null, string]> {
  const into = new Uint8Array(size);
  const count = await file.read(into);
  return [count, new TextDecoder().decode(into.subarray(0, count ?? 0))];
}

test("a file is read in parts, up to null at its end, by each VU on its own", async () => {
  using vu = userInFolder();
  const file = await openFsFile(vu.user, "data.txt");
  expect(file.path).toBe(join(folder, "data.txt"));
  expect(await file.stat()).toEqual({ name: "data.txt", size: 4 });
  expect(await readText(file, 0)).toEqual([0, ""]);
  expect(await readText(file, 3)).toEqual([3, "top"]);
  expect(await readText(file, 3)).toEqual([1, "\n"]);
  expect(await readText(file, 3)).toEqual([null, ""]);
  expect(await readText(file, 0)).toEqual([null, ""]);
  const other = await openFsFile(vu.user, `file://${file.path}`);
  expect(await readText(other, 10)).toEqual([4, "top\n"]);
});

test("a part of an array is filled where it lies", async () => {
  using vu = userInFolder();
  const file = await openFsFile(vu.user, "data.txt");
  const into = new Uint8Array(4);
  expect(await file.read(into.subarray(1, 3))).toBe(2);
  expect([...into]).toEqual([0, 116, 111, 0]);
});

// Each from byte 1 of 4, as k6 v2.2.0 has it.
test.each<[number, number, number]>([
  [0, SeekMode.Start, 0],
  [4, SeekMode.Start, 4],
  [1, SeekMode.Current, 2],
  [-1, SeekMode.Current, 0],
  [0, SeekMode.End, 3],
  [-1, SeekMode.End, 2],
])("seeking %p by mode %p leads to byte %p", async (offset, mode, place) => {
  using vu = userInFolder();
  const file = await openFsFile(vu.user, "data.txt");
  await file.seek(1, SeekMode.Start);
  expect(await file.seek(offset, mode)).toBe(place);
  const left = "top\n".slice(place);
  expect((await readText(file, 10))[1]).toBe(left);
});

test.each<[unknown, unknown, string]>([
  [1, SeekMode.End, "Cannot seek 1: from the end it goes backward only"],
  [-1, SeekMode.Start, "Cannot seek -1: from the start it goes forward only"],
  [-2, SeekMode.Current, "Cannot seek -2: the file has 4 bytes"],
  [5, SeekMode.Start, "Cannot seek 5: the file has 4 bytes"],
  [0, 7, "Cannot seek 0: give a SeekMode, not 7"],
  [0, undefined, "Cannot seek 0: give a SeekMode, not undefined"],
  ["0", 0, "Cannot seek 0: give a whole number of bytes"],
  [0.5, 0, "Cannot seek 0.5: give a whole number of bytes"],
  [undefined, 0, "Cannot seek undefined: give a whole number of bytes"],
])("seeking %p by mode %p is refused", async (offset, mode, message) => {
  using vu = userInFolder();
  const file = await openFsFile(vu.user, "data.txt");
  await file.seek(1, SeekMode.Start);
  const error = (await caught(file.seek(offset, mode))) as FsError;
  expect([error.name, error.message]).toEqual(["TypeError", message]);
  expect(await file.seek(0, SeekMode.Current)).toBe(1);
});

test.each([null, undefined, [], new Uint16Array(2), new ArrayBuffer(2)])(
  "reading into %p is refused",
  async (into) => {
    using vu = userInFolder();
    const file = await openFsFile(vu.user, "data.txt");
    const error = (await caught(file.read(into))) as FsError;
    expect(error.name).toBe("TypeError");
    expect(error.message).toEndWith(": give a Uint8Array");
  },
);

test.each<[unknown, string, string]>([
  ["missing", "NotFoundError", `Cannot open ${join(folder, "missing")}: there is no such file`],
  ["sub", "InvalidResourceError", `Cannot open ${join(folder, "sub")}: it is a folder`],
  ["", "TypeError", "Cannot open a file without a name: give its path"],
  [null, "TypeError", "Cannot open a file without a name: give its path"],
])("opening %p rejects with k6's %s", async (path, name, message) => {
  using vu = userInFolder();
  const error = (await caught(openFsFile(vu.user, path))) as FsError;
  expect([error.name, error.message]).toEqual([name as FsError["name"], message]);
});

test("files are opened at the script's top level, and read anywhere", async () => {
  using vu = userInFolder();
  const file = await openFsFile(vu.user, "data.txt");
  const late = await vu.inside(async () => {
    const error = (await caught(openFsFile(vu.user, "data.txt"))) as FsError;
    return [error.name, error.message, (await readText(file, 3))[1]];
  });
  const message = "Cannot open data.txt now: open it at the script's top level";
  expect(late).toEqual(["ForbiddenError", message, "top"]);
});
