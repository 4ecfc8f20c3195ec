import { afterAll, beforeAll, expect, test } from "bun:test";
import { S3Client } from "bun";
import { keys, type OpenStore, openStore, randomBytes } from "../testing/open-store.ts";

let opened: OpenStore;
let client: S3Client;
beforeAll(async () => {
  opened = await openStore();
  client = new S3Client({
    ...{ endpoint: opened.endpoint, bucket: "bun", region: "us-east-1" },
    ...{ accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
  });
});
afterAll(() => opened[Symbol.asyncDispose]());

test("Bun's client writes, reads, slices and tells", async () => {
  const file = client.file("a/ü b.json");
  await file.write(JSON.stringify({ a: 1 }), { type: "application/json" });
  expect(await file.json()).toEqual({ a: 1 });
  expect(await file.slice(1, 4).text()).toBe('"a"');
  const { size, type } = await file.stat();
  expect([size, type]).toEqual([7, expect.stringContaining("application/json")]);
  expect([await file.exists(), await client.exists("none")]).toEqual([true, false]);
  expect(
    await client
      .file("none")
      .text()
      .catch((error: unknown) => error),
  ).toMatchObject({
    code: "NoSuchKey",
  });
});

test("Bun's client writes in parts, as bytes come", async () => {
  const bytes = randomBytes(12_000_000);
  const writer = client.file("large").writer({ partSize: 5 * 2 ** 20, queueSize: 3 });
  for (let from = 0; from < bytes.length; from += 1_000_000) {
    await writer.write(bytes.subarray(from, from + 1_000_000));
  }
  await writer.end();
  expect(Buffer.compare(bytes, await client.file("large").bytes())).toBe(0);
  expect((await client.file("large").stat()).etag).toEndWith('-3"');
});

test("Bun's client presigns, lists and deletes", async () => {
  const url = client.file("by url").presign({ method: "PUT", expiresIn: 60 });
  expect((await fetch(url, { method: "PUT", body: "presigned" })).status).toBe(200);
  expect(await (await fetch(client.file("by url").presign())).text()).toBe("presigned");
  const { contents = [] } = await client.list({ prefix: "by" });
  expect(contents.map(({ key, size }) => [key, size])).toEqual([["by url", 9]]);
  await client.delete("by url");
  expect(await client.exists("by url")).toBe(false);
});
