import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Readable } from "node:stream";
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  NotFound,
  PutBucketCorsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { keys, type OpenStore, openStore, randomBytes } from "../testing/open-store.ts";

let opened: OpenStore;
let client: S3Client;
beforeAll(async () => {
  opened = await openStore();
  client = new S3Client({
    endpoint: opened.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
  });
});
afterAll(async () => {
  client.destroy();
  await opened[Symbol.asyncDispose]();
});

const at = (Key: string) => ({ Bucket: "sdk", Key });

describe("AWS's SDK", () => {
  test("puts, heads, gets and lists with what was said of an object", async () => {
    const Body = randomBytes(100_000);
    const put = await client.send(
      new PutObjectCommand({
        ...{ ...at("a/ü b.bin"), Body, ContentType: "image/png", CacheControl: "no-store" },
        ...{ Metadata: { colour: "blue" }, Tagging: "kind=photo" },
      }),
    );
    expect(put.ChecksumCRC32).toBeString();
    const head = await client.send(new HeadObjectCommand(at("a/ü b.bin")));
    expect(head).toMatchObject({
      ...{ ContentLength: 100_000, ContentType: "image/png", CacheControl: "no-store" },
      ...{ ETag: put.ETag, Metadata: { colour: "blue" } },
    });
    const got = await client.send(new GetObjectCommand(at("a/ü b.bin")));
    expect(await got.Body?.transformToByteArray()).toEqual(Body);
    const part = await client.send(
      new GetObjectCommand({ ...at("a/ü b.bin"), Range: "bytes=-10" }),
    );
    expect(await part.Body?.transformToByteArray()).toEqual(Body.subarray(-10));
    const tags = await client.send(new GetObjectTaggingCommand(at("a/ü b.bin")));
    expect(tags.TagSet).toEqual([{ Key: "kind", Value: "photo" }]);
  });

  test("knows what is not there", async () => {
    const get = client.send(new GetObjectCommand(at("none")));
    expect(await get.catch((error: unknown) => error)).toBeInstanceOf(NoSuchKey);
    const head = client.send(new HeadObjectCommand(at("none")));
    expect(await head.catch((error: unknown) => error)).toBeInstanceOf(NotFound);
  });

  test("makes, finds and deletes buckets", async () => {
    await client.send(new CreateBucketCommand({ Bucket: "made" }));
    await client.send(new HeadBucketCommand({ Bucket: "made" }));
    const { LocationConstraint } = await client.send(
      new GetBucketLocationCommand({ Bucket: "made" }),
    );
    expect(LocationConstraint).toBeUndefined();
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toContain("made");
    await client.send(new DeleteBucketCommand({ Bucket: "made" }));
  });

  test("pages through a listing, and deletes many at once", async () => {
    const names = Array.from({ length: 25 }, (_each, index) => `page/${index + 10}`);
    await Promise.all(
      names.map((name) => client.send(new PutObjectCommand({ ...at(name), Body: "x" }))),
    );
    const found: (string | undefined)[] = [];
    const pages = paginateListObjectsV2(
      { client, pageSize: 7 },
      { Bucket: "sdk", Prefix: "page/" },
    );
    for await (const page of pages) found.push(...(page.Contents ?? []).map(({ Key }) => Key));
    expect(found).toEqual(names);
    const Objects = names.map((Key) => ({ Key }));
    const { Deleted } = await client.send(
      new DeleteObjectsCommand({ Bucket: "sdk", Delete: { Objects } }),
    );
    expect(Deleted).toHaveLength(25);
  });

  test("copies, and writes only under its condition", async () => {
    const { ETag } = await client.send(new PutObjectCommand({ ...at("from"), Body: "bytes" }));
    const copied = await client.send(
      new CopyObjectCommand({ ...at("to"), CopySource: "sdk/from", CopySourceIfMatch: ETag }),
    );
    expect(copied.CopyObjectResult?.ETag).toBe(ETag);
    const put = client.send(new PutObjectCommand({ ...at("to"), Body: "x", IfNoneMatch: "*" }));
    expect(await put.catch((error: unknown) => error)).toMatchObject({
      name: "PreconditionFailed",
      $metadata: { httpStatusCode: 412 },
    });
    const same = client.send(new GetObjectCommand({ ...at("to"), IfNoneMatch: ETag }));
    expect(await same.catch((error: unknown) => error)).toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
  });

  test.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)(
    "has a %s checked on the way there and back, also behind a stream",
    async (ChecksumAlgorithm) => {
      const bytes = randomBytes(200_000);
      for (const Body of [bytes, Readable.from([bytes])]) {
        const put = { ...at("checked"), Body, ContentLength: 200_000, ChecksumAlgorithm };
        const answer = await client.send(new PutObjectCommand(put));
        expect(answer[`Checksum${ChecksumAlgorithm}`]).toBeString();
        const got = await client.send(
          new GetObjectCommand({ ...at("checked"), ChecksumMode: "ENABLED" }),
        );
        expect(got[`Checksum${ChecksumAlgorithm}`]).toBe(answer[`Checksum${ChecksumAlgorithm}`]!);
        expect(await got.Body?.transformToByteArray()).toEqual(bytes);
      }
    },
  );

  test.each([undefined, ChecksumAlgorithm.SHA256, ChecksumAlgorithm.CRC64NVME])(
    "uploads in parts with lib-storage, checksum %p",
    async (algorithm) => {
      const Body = randomBytes(11_000_000);
      const params = { ...at("parts"), Body, ...(algorithm && { ChecksumAlgorithm: algorithm }) };
      const upload = new Upload({ client, params, partSize: 5 * 2 ** 20, queueSize: 3 });
      const done = await upload.done();
      expect(done.ETag).toEndWith('-3"');
      const got = await client.send(
        new GetObjectCommand({ ...at("parts"), ChecksumMode: "ENABLED" }),
      );
      expect(Buffer.compare(Body, (await got.Body?.transformToByteArray())!)).toBe(0);
      const second = await client.send(new HeadObjectCommand({ ...at("parts"), PartNumber: 2 }));
      expect([second.PartsCount, second.ContentLength]).toEqual([3, 5 * 2 ** 20]);
    },
  );

  test("lists uploads that nobody completed", async () => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at("pending")));
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: "sdk" }));
    expect(Uploads?.map((upload) => [upload.Key, upload.UploadId])).toEqual([
      ["pending", UploadId],
    ]);
  });

  test("presigns for whoever has the URL", async () => {
    const put = await getSignedUrl(client, new PutObjectCommand(at("by-url")), { expiresIn: 60 });
    expect((await fetch(put, { method: "PUT", body: "presigned" })).status).toBe(200);
    const command = new GetObjectCommand({ ...at("by-url"), ResponseContentType: "text/x-test" });
    const got = await fetch(await getSignedUrl(client, command, { expiresIn: 60 }));
    expect([await got.text(), got.headers.get("content-type")]).toEqual([
      "presigned",
      "text/x-test",
    ]);
  });

  test("puts CORS rules, which its browsers are then told", async () => {
    const rule = { AllowedMethods: ["GET"], AllowedOrigins: ["http://page.test"] };
    const CORSConfiguration = { CORSRules: [rule] };
    await client.send(new PutBucketCorsCommand({ Bucket: "sdk", CORSConfiguration }));
    const { CORSRules } = await client.send(new GetBucketCorsCommand({ Bucket: "sdk" }));
    expect(CORSRules).toEqual([rule]);
    const preflight = await fetch(`${opened.endpoint}/sdk/a`, {
      method: "OPTIONS",
      headers: { origin: "http://page.test", "access-control-request-method": "GET" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBe("http://page.test");
  });
});
