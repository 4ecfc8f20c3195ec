import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pack } from "tar-stream";
import { anonymous, entryOf, type Metadata } from "./layout.ts";
import { isTar, openArchive } from "./open-archive.ts";
import { packArchive } from "./pack-archive.ts";

const metadata: Metadata = {
  type: "js",
  options: { vus: 2 },
  filename: "file:///tests/a/script.js",
  pwd: "file:///tests",
  env: { KEY: "value" },
  compatibilityMode: "extended",
  k6version: "2.2.0",
  goos: "linux",
  dependencies: { k6: "*" },
};

const content = {
  metadata,
  script: Buffer.from("export default () => {}"),
  files: new Map([
    ["file:///tests/lib/da%20ta.bin", new Uint8Array([0, 255, 1])],
    ["https://jslib.k6.io/k6-utils/1.4.0/index.js", Buffer.from("export {}")],
    ["file:///tests/a/script.js", Buffer.from("export default () => {}")],
  ]),
};

test("what was packed is unpacked as it was, and gone afterwards", async () => {
  const archive = await openArchive(await packArchive(content), "test.tar");
  const { path } = archive.target;
  const root = path.slice(0, -"/file/tests/a/script.js".length);
  expect(archive).toMatchObject({
    target: { kind: "script", source: undefined, archivedOptions: { vus: 2 } },
    env: { KEY: "value" },
  });
  expect(readFileSync(path, "utf8")).toBe("export default () => {}");
  expect([...readFileSync(join(dirname(path), "../lib/da ta.bin"))]).toEqual([0, 255, 1]);
  expect(existsSync(join(root, "https/jslib.k6.io/k6-utils/1.4.0/index.js"))).toBe(true);
  archive[Symbol.dispose]();
  expect(existsSync(root)).toBe(false);
});

test("the same script gives the same bytes", async () => {
  expect(Buffer.compare(await packArchive(content), await packArchive(content))).toBe(0);
});

test("a tar is told from a script", async () => {
  expect(isTar(await packArchive(content))).toBe(true);
  expect(isTar(Buffer.from("export default () => {}"))).toBe(false);
});

async function tar(entries: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const made = pack();
  for (const [name, text] of Object.entries(entries)) made.entry({ name }, text);
  made.finalize();
  return Buffer.concat((await Array.fromAsync(made)) as Uint8Array[]);
}

test.each<[string, Record<string, string>, string]>([
  ["no script", { "metadata.json": "{}" }, "it has no data; is it one of k6's?"],
  ["no metadata", { data: "" }, "it has no metadata.json"],
  ["metadata of something else", { data: "", "metadata.json": "[]" }, "says no script and options"],
  [
    "files that would be written elsewhere",
    { data: "", "metadata.json": JSON.stringify(metadata), "file/../../../evil": "x" },
    '"file/../../../evil" lies outside of it',
  ],
])("an archive with %s is refused", async (_name, entries, want) => {
  const opening = openArchive(await tar(entries), "bad.tar");
  await expect(opening).rejects.toThrow("Cannot read the archive bad.tar: ");
  await expect(openArchive(await tar(entries), "bad.tar")).rejects.toThrow(want);
});

test("a tar that is cut off is refused", async () => {
  const whole = await packArchive(content);
  const opening = openArchive(whole.subarray(0, 700), "cut.tar");
  await expect(opening).rejects.toThrow("Cannot read the archive cut.tar: ");
});

test.each([
  ["/home/ann/a.js", "/home/nobody/a.js"],
  ["/Users/ann/a.js", "/Users/nobody/a.js"],
  ["/c/Users/ann/a.js", "/c/Users/nobody/a.js"],
  ["/srv/home/ann/a.js", "/srv/home/ann/a.js"],
  ["/tmp/a.js", "/tmp/a.js"],
])("%s goes into archives as %s", (path, want) => {
  expect(anonymous(path)).toBe(want);
});

test("modules of the web lie by their host", () => {
  expect(entryOf("https://jslib.k6.io/a/b.js")).toBe("https/jslib.k6.io/a/b.js");
});
