import { expect, test } from "bun:test";
import { join } from "node:path";
import { rawClient } from "@breakwater/http-server/testing";
import { S3ServerError } from "@breakwater/s3-server";
import { SignedClient } from "@breakwater/s3-server/testing";
import { runS3Store } from "./run.ts";
import { keys, type OpenStore, openStore } from "./testing/open-store.ts";

const clientOf = ({ store }: OpenStore, credentials = keys) =>
  new SignedClient({ url: store.url, credentials, nowMs: Date.now });

test("what was put is there when the store is started again on its folder", async () => {
  await using opened = await openStore();
  await clientOf(opened).send("PUT", "/bucket/key", { body: "kept" });
  await opened.store.stop();
  await using again = await openStore({ dir: opened.store.folder });
  expect(await (await clientOf(again).send("GET", "/bucket/key")).text()).toBe("kept");
});

test("without keys, everybody on this machine may use those that everybody knows", async () => {
  await using opened = await openStore({ accessKey: undefined, secretKey: undefined });
  const known = { accessKey: "breakwater", secretKey: "breakwater-secret" };
  expect((await clientOf(opened, known).send("GET", "/")).status).toBe(200);
  expect((await clientOf(opened).send("GET", "/")).status).toBe(403);
  expect(opened.store.usage.join("\n")).toContain(`AWS_ENDPOINT_URL=${opened.endpoint}`);
});

test("buckets are made on first use, unless that is not wanted", async () => {
  await using strict = await openStore({ createBuckets: false });
  const put = () => clientOf(strict).send("PUT", "/bucket/key", { body: "x" });
  expect((await put()).status).toBe(404);
  await clientOf(strict).send("PUT", "/bucket");
  expect((await put()).status).toBe(200);
});

test("a folder or port that somebody has is told", async () => {
  await using opened = await openStore();
  const dir = opened.store.folder;
  const inUse = runS3Store({ dir, port: 0 });
  expect(await inUse.catch((error: unknown) => error)).toMatchObject({ code: "folder_in_use" });
  const { port } = opened.store.url;
  const taken = runS3Store({ dir: join(opened.scratch, "other"), port: Number(port) });
  const error = await taken.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(S3ServerError);
  expect(error).toMatchObject({ code: "cannot_listen", message: expect.stringContaining(port) });
  // Nothing of it is left open.
  await using _other = await openStore({ dir: join(opened.scratch, "other") });
});

test("the access log has a line for each answer, and no signature", async () => {
  await using opened = await openStore({ accessLog: true });
  const url = clientOf(opened).presign("GET", "/bucket/key", 60);
  await (await fetch(url)).text();
  expect(opened.lines).toEqual([
    expect.stringMatching(
      /^127\.0\.0\.1:\d+ GET \/bucket\/key\?.*X-Amz-Signature=… .* 404 \d+ bytes/,
    ),
  ]);
});

test("stopping lets an upload finish, and takes no more", async () => {
  await using opened = await openStore();
  const { port } = opened.store.url;
  using client = await rawClient(Number(port));
  const headers = [
    ["content-length", "4"],
    ["expect", "100-continue"],
  ] as const;
  client.send(clientOf(opened).head("PUT", "/bucket/key", { headers, body: "slow" }));
  await client.receive("100 Continue");
  const stopped = opened.store.stop({ graceMs: 5000 });
  client.send("slow");
  expect(await client.receive("etag")).toContain("HTTP/1.1 200");
  await stopped;
  const late = fetch(opened.endpoint).catch((error: unknown) => error);
  expect(await late).toBeInstanceOf(TypeError);
  await opened.store.stop();
});
