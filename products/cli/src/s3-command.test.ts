import { expect, test } from "bun:test";
import { addS3Command } from "./s3-command.ts";
import { runCommand } from "./testing/run-command.ts";

const run = (...args: readonly string[]) => runCommand(addS3Command, ["s3", ...args]);

test.each([
  [[], "error: Cannot store without a folder"],
  [["--dir", "x", "--host", "0.0.0.0"], 'error: Cannot listen on host "0.0.0.0" with keys'],
  [["--dir", "x", "--access-key", "abc"], "error: Cannot use one key without the other"],
  [["--dir", "x", "--durability", "no"], 'error: Cannot use durability "no"'],
  [["--dir", import.meta.path, "--port", "0"], "error: Cannot open the store"],
])("bw s3 %j says why not, and ends with 104", async (args, message) => {
  const { codes, stderr, stdout } = await run(...args);
  expect([codes, stdout, stderr.split("\n")]).toEqual([
    [104],
    "",
    [expect.stringContaining(message), ""],
  ]);
});

test("--help says what there is not, what durability means, and shows examples", async () => {
  const { stdout } = await run("--help");
  for (const text of ["no\nversions", "--no-create-buckets", "When the power goes"]) {
    expect(stdout).toContain(text);
  }
  expect(stdout).toContain("bw s3 --dir ./data --domain s3.localhost");
});
