import { afterAll, beforeAll, expect, test } from "bun:test";
import { keys, type OpenStore, openStore } from "../testing/open-store.ts";
import { isInstalled, isSameTree, outputOf, writeTree } from "../testing/run-program.ts";

let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
  await writeTree(opened);
});
afterAll(() => opened[Symbol.asyncDispose]());

const remote = () =>
  `:s3,provider=Other,access_key_id=${keys.accessKey},secret_access_key=${keys.secretKey},endpoint="${opened.endpoint}",upload_cutoff=6M,chunk_size=5M:`;

const rclone = (...args: readonly string[]) => outputOf(opened, ["rclone", ...args]);

test.skipIf(!isInstalled("rclone"))(
  "rclone syncs a folder up and down, checks, copies and purges (skipped where it is not installed)",
  async () => {
    await rclone("mkdir", `${remote()}synced`);
    await rclone("sync", "up", `${remote()}synced`);
    await rclone("check", "--download", "up", `${remote()}synced`);
    await rclone("sync", `${remote()}synced`, "down");
    expect(await isSameTree(opened, "down")).toBe(true);
    await rclone("copyto", `${remote()}synced/a.txt`, `${remote()}synced/deep/copy.txt`);
    const listed = (await rclone("lsf", "-R", `${remote()}synced`)).trim().split("\n").sort();
    expect(listed).toEqual([
      "a.txt",
      "deep/",
      "deep/copy.txt",
      "deep/er/",
      "deep/er/ü b+c&d%20.bin",
      "empty",
      "large.bin",
    ]);
    await rclone("purge", `${remote()}synced`);
    expect(await rclone("lsd", remote())).toBe("");
  },
  30_000,
);
