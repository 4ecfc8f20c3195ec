import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { keys, type OpenStore, openStore } from "../testing/open-store.ts";
import { isInstalled, isSameTree, outputOf, writeTree } from "../testing/run-program.ts";

let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
  await writeTree(opened);
});
afterAll(() => opened[Symbol.asyncDispose]());

function s3cmd(...args: readonly string[]): Promise<string> {
  const { host } = opened.store.url;
  const access = [`--access_key=${keys.accessKey}`, `--secret_key=${keys.secretKey}`];
  const where = [`--host=${host}`, `--host-bucket=${host}`, "--no-ssl"];
  const how = ["--multipart-chunk-size-mb=5", "--no-progress"];
  return outputOf(opened, ["s3cmd", ...access, ...where, ...how, ...args]);
}

test.skipIf(!isInstalled("s3cmd"))(
  "s3cmd syncs a folder up and down, tells, moves and removes (skipped where it is not installed)",
  async () => {
    await s3cmd("sync", "up/", "s3://synced/");
    expect(await s3cmd("info", "s3://synced")).toContain("ACL:       breakwater: FULL_CONTROL");
    expect(await s3cmd("info", "s3://synced/large.bin")).toContain("File size: 9000000");
    await mkdir(join(opened.scratch, "down"));
    await s3cmd("sync", "s3://synced/", "down/");
    expect(await isSameTree(opened, "down")).toBe(true);
    await s3cmd("mv", "s3://synced/a.txt", "s3://synced/b.txt");
    expect(await s3cmd("ls", "s3://synced/")).toMatch(/s3:\/\/synced\/b\.txt/);
    await s3cmd("rb", "--recursive", "--force", "s3://synced");
    expect(await s3cmd("ls")).toBe("");
  },
  30_000,
);
