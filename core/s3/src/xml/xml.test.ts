import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { resultOf, S3Error } from "../s3-error.ts";
import { readXml } from "../testing/read-xml.ts";
import {
  parseCors,
  parseCreateBucket,
  parseListBuckets,
  parseTagging,
  parseVersioning,
  writeCors,
  writeListBuckets,
  writeLocation,
  writeTagging,
} from "./bucket.ts";
import {
  MAX_DELETED,
  parseDelete,
  parseDeleteResult,
  writeDelete,
  writeDeleteResult,
} from "./delete.ts";
import { tryError, writeError } from "./error.ts";
import { parseListObjectsV2, writeListObjects, writeListObjectsV2 } from "./listing.ts";
import {
  parseCompleteMultipartUpload,
  parseCompleteMultipartUploadResult,
  parseCopyResult,
  parseInitiateMultipartUpload,
  writeCompleteMultipartUpload,
  writeCompleteMultipartUploadResult,
  writeCopyResult,
  writeInitiateMultipartUpload,
} from "./multipart.ts";
import {
  parseListMultipartUploads,
  parseListParts,
  writeListMultipartUploads,
  writeListParts,
} from "./uploads.ts";
import { escapeXml } from "./write.ts";

const again =
  <In, Out>(write: (value: In) => string, parse: (root: ReturnType<typeof readXml>) => Out) =>
  (value: In) =>
    parse(readXml(write(value)));
const codeOf = (read: () => unknown) => {
  const result = resultOf(read);
  return result instanceof S3Error ? result.code : result;
};

const key = fc
  .string({ unit: "binary", minLength: 1, maxLength: 30 })
  .filter((text) => !text.includes("\0"));
const etag = fc.stringMatching(/^[0-9a-f]{32}$/);
const ms = fc.integer({ min: 0, max: 4e12 });
const object = fc.record({ key, etag, bytes: fc.nat(), modifiedMs: ms });
const upload = { bucket: "bucket", key: "a<b", uploadId: "u&1" };

describe("what is written is read back", () => {
  test("listings of any keys, percent-encoded or not", () => {
    const pages = fc.record({
      isUrlEncoded: fc.boolean(),
      objects: fc.array(object, { maxLength: 3 }),
      commonPrefixes: fc.array(key, { maxLength: 3 }),
      next: fc.option(fc.constant("token"), { nil: undefined }),
    });
    fc.assert(
      fc.property(pages, ({ next, ...page }) => {
        const document = writeListObjectsV2({
          ...page,
          bucket: "bucket",
          prefix: "",
          delimiter: "/",
          maxKeys: 10,
          isTruncated: next !== undefined,
          startAfter: undefined,
          continuationToken: undefined,
          nextContinuationToken: next,
          isOwnerWanted: true,
        });
        expect(parseListObjectsV2(readXml(document))).toEqual({
          objects: page.objects,
          commonPrefixes: page.commonPrefixes,
          nextContinuationToken: next,
        });
      }),
    );
  });

  test("keys to delete, and what became of them", () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), fc.boolean(), (keys, isQuiet) => {
        expect(again(writeDelete, parseDelete)({ keys, isQuiet })).toEqual({ keys, isQuiet });
        const failed = keys.map((one) => ({ key: one, code: "AccessDenied", message: "a & b" }));
        const result = { deleted: keys, failed };
        expect(again(writeDeleteResult, parseDeleteResult)(result)).toEqual(result);
      }),
    );
  });

  test("uploads in parts", () => {
    const parts = [
      { partNumber: 1, etag: "e1", checksum: undefined },
      { partNumber: 9, etag: "e2", checksum: { algorithm: "CRC32C" as const, value: "sOO8/Q==" } },
    ];
    expect(again(writeCompleteMultipartUpload, parseCompleteMultipartUpload)(parts)).toEqual(parts);
    expect(again(writeInitiateMultipartUpload, parseInitiateMultipartUpload)(upload)).toEqual(
      upload,
    );
    const none = { checksum: undefined, checksumType: undefined };
    const done = { ...upload, ...none, location: "http://a/b", etag: "e-2" };
    const readDone = again(writeCompleteMultipartUploadResult, parseCompleteMultipartUploadResult);
    expect(readDone(done)).toBe("e-2");
    const copied = { etag: "e", modifiedMs: 0, checksum: undefined };
    expect(parseCopyResult(readXml(writeCopyResult("Part", copied)))).toBe("e");
    const listed = parts.map((part) => ({ ...part, bytes: 5, modifiedMs: 7 }));
    const answer = {
      ...upload,
      partNumberMarker: 0,
      nextPartNumberMarker: 9,
      maxParts: 2,
      parts: listed,
      checksumAlgorithm: undefined,
      checksumType: undefined,
    };
    expect(again(writeListParts, parseListParts)(answer)).toEqual({
      parts: listed,
      nextPartNumberMarker: 9,
    });
    const uploads = {
      ...{ bucket: "bucket", prefix: "", delimiter: undefined, maxKeys: 10, isUrlEncoded: true },
      ...{ keyMarker: undefined, uploadIdMarker: undefined, commonPrefixes: [] },
      uploads: [{ key: "a\u0001 +", uploadId: "u", startedMs: 5000 }],
      next: { key: "a\u0001 +", uploadId: "u" },
    };
    expect(again(writeListMultipartUploads, parseListMultipartUploads)(uploads)).toEqual({
      uploads: uploads.uploads,
      next: uploads.next,
    });
  });

  test("buckets, tags, rules and errors", () => {
    const buckets = [{ name: "a", createdMs: 1 }];
    expect(again(writeListBuckets, parseListBuckets)(buckets)).toEqual(buckets);
    const tags = [{ key: "a b", value: "" }];
    expect(again(writeTagging, parseTagging)(tags)).toEqual(tags);
    const rule = {
      ...{ id: "r", allowedOrigins: ["http://*.a"], allowedMethods: ["GET"], maxAgeS: 5 },
      ...{ allowedHeaders: ["*"], exposeHeaders: [] },
    };
    expect(again(writeCors, parseCors)([rule])).toEqual([rule]);
    const error = new S3Error("NoSuchKey", undefined, { Key: "<k>" });
    const document = writeError(error, { resource: "/b/<k>", requestId: "7" });
    expect(tryError(readXml(document))).toEqual({
      code: "NoSuchKey",
      message: "The specified key does not exist.",
      requestId: "7",
    });
    expect(document).toContain("<Key>&lt;k&gt;</Key>");
  });
});

test("version 1 of a listing tells where it goes on", () => {
  const document = writeListObjects({
    ...{ bucket: "b", prefix: "", delimiter: "/", maxKeys: 1, isUrlEncoded: false },
    ...{ isTruncated: true, objects: [], commonPrefixes: ["a/"], marker: undefined },
    nextMarker: "a/",
  });
  expect(document).toContain("<Marker></Marker><NextMarker>a/</NextMarker>");
});

test("us-east-1 has no name as a bucket's location", () => {
  expect(writeLocation("us-east-1")).toContain('/"></LocationConstraint>');
  expect(writeLocation("eu")).toContain(">eu<");
});

test.each([
  ["plain", "plain"],
  ["a&b", "a&amp;b"],
  ["</Key>", "&lt;/Key&gt;"],
  ["\"'", "&quot;&apos;"],
  ["\u0001\r\n\u007f", "&#x1;&#xD;&#xA;&#x7F;"],
  ["ü😀", "ü😀"],
])("%j is written %s", (text, want) => {
  expect(escapeXml(text)).toBe(want);
});

describe("XML from outside", () => {
  const objects = (count: number) => "<Object><Key>k</Key></Object>".repeat(count);
  test.each<[string, (root: ReturnType<typeof readXml>) => unknown, unknown]>([
    ["<Other/>", parseDelete, "MalformedXML"],
    ["<Delete></Delete>", parseDelete, "MalformedXML"],
    [`<Delete>${objects(MAX_DELETED + 1)}</Delete>`, parseDelete, "MalformedXML"],
    ["<Delete><Object></Object></Delete>", parseDelete, "MalformedXML"],
    ["<Delete><Object><Key></Key></Object></Delete>", parseDelete, "InvalidArgument"],
    [
      `<Delete><Object><Key>${"k".repeat(1025)}</Key></Object></Delete>`,
      parseDelete,
      "KeyTooLongError",
    ],
    [
      "<Delete><Object><Key>k</Key><VersionId>3</VersionId></Object></Delete>",
      parseDelete,
      "NoSuchVersion",
    ],
    ["<Delete><Object><Key>k</Key><ETag>e</ETag></Object></Delete>", parseDelete, "NotImplemented"],
    [
      "<CompleteMultipartUpload></CompleteMultipartUpload>",
      parseCompleteMultipartUpload,
      "MalformedXML",
    ],
    [
      "<CompleteMultipartUpload><Part><PartNumber>0</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>",
      parseCompleteMultipartUpload,
      "InvalidArgument",
    ],
    ["<Tagging></Tagging>", parseTagging, "MalformedXML"],
    ["<CORSConfiguration></CORSConfiguration>", parseCors, "MalformedXML"],
    [
      "<CORSConfiguration><CORSRule><AllowedOrigin>**</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
      parseCors,
      "InvalidRequest",
    ],
    [
      "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod></CORSRule></CORSConfiguration>",
      parseCors,
      "InvalidRequest",
    ],
    [
      "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
      parseVersioning,
      "NotImplemented",
    ],
    [
      "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
      parseVersioning,
      undefined,
    ],
    [
      "<CreateBucketConfiguration><LocationConstraint>eu</LocationConstraint></CreateBucketConfiguration>",
      parseCreateBucket,
      "eu",
    ],
  ])("%s", (document, parse, want) => {
    const closed = document.replace(/<(\w+)\/>/, "<$1></$1>");
    expect(codeOf(() => parse(readXml(closed)))).toBe(want as never);
  });
});
