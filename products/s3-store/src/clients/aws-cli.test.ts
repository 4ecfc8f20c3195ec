import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type OpenStore, openStore } from "../testing/open-store.ts";
import {
  isInstalled,
  isSameTree,
  outputOf,
  runProgram,
  writeTree,
} from "../testing/run-program.ts";

let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
  await writeTree(opened);
});
afterAll(() => opened[Symbol.asyncDispose]());

const aws = (...args: readonly string[]) =>
  outputOf(opened, ["aws", "--endpoint-url", opened.endpoint, ...args]);

describe.skipIf(!isInstalled("aws"))("aws (skipped where it is not installed)", () => {
  test("syncs a folder up and down, lists and removes all", async () => {
    await aws("s3", "sync", "--no-progress", "up", "s3://synced/x/");
    const [listed] = await Promise.all([
      aws("s3", "ls", "--recursive", "s3://synced"),
      aws("s3", "sync", "--no-progress", "s3://synced/x/", "down"),
    ]);
    expect(await isSameTree(opened, "down")).toBe(true);
    expect(
      listed
        .trim()
        .split("\n")
        .map((line) => line.split(/\s+/).slice(2).join(" ")),
    ).toEqual([
      "1000 x/a.txt",
      "300000 x/deep/er/ü b+c&d%20.bin",
      "0 x/empty",
      "9000000 x/large.bin",
    ]);
    await aws("s3", "rb", "--force", "s3://synced");
  }, 30_000);

  test("calls the API by name", async () => {
    const at = ["--bucket", "called", "--key", "a b"];
    const put = await aws("s3api", "put-object", ...at, "--body", "up/a.txt", "--tagging", "a=1");
    expect(JSON.parse(put)).toHaveProperty("ETag");
    const missing = ["s3api", "head-object", "--bucket", "called", "--key", "none"];
    const [got, { stderr }] = await Promise.all([
      aws("s3api", "get-object", ...at, "--range", "bytes=10-19", "part"),
      runProgram(opened, ["aws", "--endpoint-url", opened.endpoint, ...missing]),
    ]);
    expect(JSON.parse(got)).toMatchObject({ ContentRange: "bytes 10-19/1000", TagCount: 1 });
    expect(stderr).toContain("404");
  }, 30_000);
});
