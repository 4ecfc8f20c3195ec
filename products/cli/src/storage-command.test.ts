import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningS3Server, startS3Server } from "@breakwater/s3-server";
import { systemClock } from "@breakwater/system-clock";
import { addStorageCommand } from "./storage-command.ts";
import { runCommand } from "./testing/run-command.ts";

const opened = new AsyncDisposableStack();
let folder = "";
let server: RunningS3Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "storage-command-"));
  opened.defer(() => rm(folder, { recursive: true }));
  server = opened.use(
    await startS3Server({
      folder: join(folder, "store"),
      ...{ durability: "none", createsBuckets: true, hostname: "127.0.0.1", port: 0 },
      credentials: [{ accessKey: "key", secretKey: "secret-of-the-test" }],
      ...{ clock: systemClock(), epochMs: Date.now, newId: () => crypto.randomUUID() },
      onError: (error) => {
        throw error;
      },
    }),
  );
});
afterAll(() => opened.disposeAsync());

const run = (...args: readonly string[]) => runCommand(addStorageCommand, ["storage", ...args]);

const store = (): readonly string[] => [
  ...["--endpoint", server.url.href, "--bucket", "speed"],
  ...["--access-key", "key", "--secret-key", "secret-of-the-test"],
];

test.each([
  [["upload", "--bucket", "b"], "give --endpoint, such as https://fly.storage.tigris.dev"],
  [["upload", "--size", "much"], 'error: Cannot read "much" as a number of bytes'],
  [["sweep", "--direction", "up"], 'error: Cannot sweep "up": write upload or download'],
])("bw storage %j says why not, and ends with 104", async (args, message) => {
  const { codes, stderr, stdout } = await run(...args);
  expect(stderr).toContain(message);
  expect(stdout).toBe("");
  expect(codes).toEqual([104]);
});

test("results are written, compared and told; what was kept is listed, then deleted", async () => {
  const path = join(folder, "result.json");
  const small = ["--size", "1K", "--count", "20", "--method", "objects", "--json", path, "--keep"];
  const upload = await run("upload", ...small, ...store());
  expect(upload.stdout).toMatch(/put {4}\d+\.\d+ MB\/s, .*20 done, 20 kB/);
  expect(upload.codes).toEqual([0]);

  const compare = await run("compare", path, path);
  expect(compare.stdout).toContain("× 1.000; too few seconds to say how sure that is");

  const listed = await run("cleanup", ...store());
  expect(listed.stdout).toMatch(/20 objects, 0\.0 MB, 0 unfinished uploads\nTo delete them: --yes/);
  const [runId = ""] = listed.stdout.split(" ");
  const deleted = await run("cleanup", "--run", runId, ...store());
  expect(deleted.stdout).toEndWith("  deleted\n");
  expect((await run("cleanup", ...store())).stdout).toBe("Nothing is left under speed-test/\n");
});

test("a store that refuses is an error with the store's words, and ends with 1", async () => {
  const wrong = store().map((each) => each.replace("secret-of-the-test", "wrong"));
  const { codes, stderr } = await run("stat", ...wrong);
  expect(stderr).toContain("SignatureDoesNotMatch");
  expect(codes).toEqual([1]);
});

test("a result that could not be written ends the test before it begins", async () => {
  const { codes, stderr, stdout } = await run("stat", "--json", folder, ...store());
  expect(stderr).toStartWith(`error: Cannot write the result to ${folder}: `);
  expect(stdout).toBe("");
  expect(codes).toEqual([1]);
});

test("a run that a service left is listed and deleted, too", async () => {
  const bucket = "of-services";
  const client = new Bun.S3Client({
    ...{ endpoint: server.url.href, bucket },
    ...{ accessKeyId: "key", secretAccessKey: "secret-of-the-test" },
  });
  await client.write(`speed-test/${crypto.randomUUID()}`, "x");
  await client.write("speed-test/somebody-elses", "x");
  const deleted = await run("cleanup", "--yes", ...store(), "--bucket", bucket);
  expect(deleted.stdout).toMatch(/ 1 objects, 0\.0 MB, 0 unfinished uploads\n {2}deleted\n$/);
  const left = await client.list();
  expect(left.contents?.map(({ key }) => key)).toEqual(["speed-test/somebody-elses"]);
});

test("a file that is no result is refused", async () => {
  const path = join(folder, "other.json");
  await Bun.write(path, '{"phases": []}');
  const { codes, stderr } = await run("compare", path, path);
  expect(stderr).toContain(`error: Cannot read the result ${path}: it is not what bw storage`);
  expect(codes).toEqual([1]);
});
