import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseRequest } from "../request.ts";
import { resultOf, S3Error } from "../s3-error.ts";
import { headersOf } from "../sigv4/canonical-request.ts";
import { encodePath } from "../uri.ts";
import { readOperation } from "./read-operation.ts";

type Headers = Readonly<Record<string, string>>;

/** The operation, or the code of the error. */
function read(line: string, headers: Headers = {}) {
  const [method = "", target = ""] = line.split(" ");
  const sent = { host: "localhost:9000", ...headers };
  const result = resultOf(() => {
    const request = parseRequest({ method, target, headers: headersOf(Object.entries(sent)) });
    return readOperation(request, { hosts: ["s3.test"] });
  });
  return result instanceof S3Error ? result.code : result;
}

const none = {
  ifMatch: undefined,
  ifNoneMatch: undefined,
  ifModifiedSinceMs: undefined,
  ifUnmodifiedSinceMs: undefined,
};
const length = { "content-length": "3" };
const copy = { "x-amz-copy-source": "/source/a%20b%252B" };

describe("readOperation", () => {
  test.each<[string, Headers, object]>([
    ["GET /", {}, { kind: "ListBuckets" }],
    ["PUT /bucket", {}, { kind: "CreateBucket", bucket: "bucket" }],
    ["PUT /bucket/", {}, { kind: "CreateBucket", bucket: "bucket" }],
    ["HEAD /bucket", {}, { kind: "HeadBucket", bucket: "bucket" }],
    ["DELETE /bucket", {}, { kind: "DeleteBucket", bucket: "bucket" }],
    ["GET /bucket?location", {}, { kind: "GetBucketLocation", bucket: "bucket" }],
    ["GET /bucket?versioning", {}, { kind: "GetBucketVersioning", bucket: "bucket" }],
    ["GET /bucket?acl", {}, { kind: "GetBucketAcl", bucket: "bucket" }],
    ["GET /bucket/key?acl", {}, { kind: "GetObjectAcl", key: "key" }],
    ["GET /bucket?lifecycle", {}, { kind: "GetBucketSetting", setting: "lifecycle" }],
    ["PUT /bucket?cors", {}, { kind: "PutBucketCors", bucket: "bucket" }],
    ["POST /bucket?delete", {}, { kind: "DeleteObjects", bucket: "bucket" }],
    ["GET /bucket", {}, { kind: "ListObjects", prefix: "", maxKeys: 1000, marker: undefined }],
    [
      "GET /bucket?list-type=2&prefix=a%2Fb&delimiter=%2F&max-keys=5000&start-after=a+b&encoding-type=url",
      {},
      {
        kind: "ListObjectsV2",
        bucket: "bucket",
        prefix: "a/b",
        delimiter: "/",
        maxKeys: 1000,
        startAfter: "a b",
        continuationToken: undefined,
        isUrlEncoded: true,
      },
    ],
    ["GET /bucket?uploads&key-marker=k", {}, { kind: "ListMultipartUploads", keyMarker: "k" }],
    ["GET /bucket/a/../b%2f//?x-id=GetObject", {}, { kind: "GetObject", key: "a/../b///" }],
    ["GET /a%20b+c", { host: "bucket.s3.test:80" }, { bucket: "bucket", key: "a b+c" }],
    ["GET /key", { host: "my.bucket.S3.test" }, { bucket: "my.bucket", key: "key" }],
    ["GET /", { host: "bucket.s3.test" }, { kind: "ListObjects", bucket: "bucket" }],
    [
      "HEAD /bucket/key?partNumber=2&response-content-type=text%2Fplain",
      { range: "bytes=x" },
      { kind: "HeadObject", partNumber: 2, overrides: [["content-type", "text/plain"]] },
    ],
    [
      "GET /bucket/key",
      { range: "bytes=-5", "if-none-match": '"e"', "x-amz-checksum-mode": "ENABLED" },
      {
        range: { kind: "suffix", bytes: 5 },
        conditions: { ...none, ifNoneMatch: [{ etag: "e", isWeak: false }] },
        wantsChecksum: true,
      },
    ],
    [
      "PUT /bucket/key",
      {
        ...length,
        "content-type": "text/plain",
        "content-encoding": "gzip,aws-chunked",
        "x-amz-meta-A": "1",
        "x-amz-tagging": "a=b&c=",
        "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
        "if-none-match": "*",
      },
      {
        kind: "PutObject",
        metadata: {
          system: [
            ["content-type", "text/plain"],
            ["content-encoding", "gzip"],
          ],
          user: [["a", "1"]],
        },
        tags: [
          { key: "a", value: "b" },
          { key: "c", value: "" },
        ],
        conditions: { ...none, ifNoneMatch: "*" },
        body: {
          bytes: 3,
          contentMd5: "d41d8cd98f00b204e9800998ecf8427e",
          checksum: undefined,
          trailers: [],
          checksumAlgorithm: undefined,
        },
      },
    ],
    [
      "PUT /bucket/key",
      {
        "content-length": "99",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "7",
        "x-amz-trailer": "X-Amz-Checksum-Crc32",
      },
      {
        body: {
          bytes: 7,
          contentMd5: undefined,
          checksum: undefined,
          trailers: ["x-amz-checksum-crc32"],
          checksumAlgorithm: "CRC32",
        },
      },
    ],
    [
      "PUT /bucket/key",
      { ...copy, "x-amz-copy-source-if-match": "e", "x-amz-tagging-directive": "REPLACE" },
      {
        kind: "CopyObject",
        key: "key",
        source: { bucket: "source", key: "a b%2B" },
        sourceConditions: { ...none, ifMatch: [{ etag: "e", isWeak: false }] },
        metadata: undefined,
        tags: [],
      },
    ],
    ["DELETE /bucket/key", {}, { kind: "DeleteObject", conditions: none }],
    ["PUT /bucket/key?tagging", {}, { kind: "PutObjectTagging" }],
    [
      "POST /bucket/key?uploads",
      { "x-amz-checksum-algorithm": "crc64nvme" },
      { kind: "CreateMultipartUpload", checksumType: "FULL_OBJECT", tags: [] },
    ],
    [
      "PUT /bucket/key?partNumber=10000&uploadId=u",
      length,
      { kind: "UploadPart", partNumber: 10_000, uploadId: "u" },
    ],
    [
      "PUT /bucket/key?partNumber=1&uploadId=u",
      { ...copy, "x-amz-copy-source-range": "bytes=0-9" },
      { kind: "UploadPartCopy", sourceRange: { first: 0, last: 9 } },
    ],
    ["POST /bucket/key?uploadId=u", {}, { kind: "CompleteMultipartUpload", conditions: none }],
    ["DELETE /bucket/key?uploadId=u", {}, { kind: "AbortMultipartUpload", uploadId: "u" }],
    [
      "GET /bucket/key?uploadId=u&max-parts=2&part-number-marker=7",
      {},
      { kind: "ListParts", maxParts: 2, partNumberMarker: 7 },
    ],
    [
      "OPTIONS /bucket/key",
      {
        origin: "http://a.test",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "a, B",
      },
      {
        kind: "Preflight",
        key: "key",
        asked: { origin: "http://a.test", method: "PUT", headers: ["a", "B"] },
      },
    ],
  ])("reads %s with %j", (line, headers, want) => {
    expect(read(line, headers)).toMatchObject(want);
  });

  test.each<[string, Headers, string]>([
    ["POST /", {}, "MethodNotAllowed"],
    ["PATCH /bucket", {}, "MethodNotAllowed"],
    ["PATCH /bucket/key", {}, "MethodNotAllowed"],
    ["constructor /bucket", {}, "MethodNotAllowed"],
    ["__proto__ /bucket/key", {}, "MethodNotAllowed"],
    ["PUT /bucket?location", {}, "MethodNotAllowed"],
    ["POST /bucket", {}, "NotImplemented"],
    ["PUT /bucket?policy", length, "NotImplemented"],
    ["GET /bucket?versions", {}, "NotImplemented"],
    ["PUT /bucket/key?acl", length, "NotImplemented"],
    ["PUT /bucket/key", { ...length, "x-amz-server-side-encryption": "AES256" }, "NotImplemented"],
    ["GET /bucket/key?versionId=3", {}, "NoSuchVersion"],
    ["GET /Bucket/key", {}, "InvalidBucketName"],
    ["GET /../key", {}, "InvalidBucketName"],
    ["GET /bucket/%ff", {}, "InvalidURI"],
    ["GET /bucket/%c0%ae", {}, "InvalidURI"],
    ["GET /bucket/%zz", {}, "InvalidURI"],
    ["GET /bucket?prefix=%ff", {}, "InvalidURI"],
    ["GET /bucket/a%00b", {}, "InvalidArgument"],
    [`GET /bucket/${"k".repeat(1025)}`, {}, "KeyTooLongError"],
    [`GET /bucket/${encodePath("ü".repeat(513))}`, {}, "KeyTooLongError"],
    ["GET /bucket?max-keys=-1", {}, "InvalidArgument"],
    ["GET /bucket?list-type=3", {}, "InvalidArgument"],
    ["GET /bucket?list-type=2&continuation-token=", {}, "InvalidArgument"],
    ["GET /bucket?encoding-type=hex", {}, "InvalidArgument"],
    ["PUT /bucket/key", {}, "MissingContentLength"],
    [
      "PUT /bucket/key",
      { ...length, "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" },
      "MissingContentLength",
    ],
    ["PUT /bucket/key", { "content-length": "-1" }, "InvalidArgument"],
    ["PUT /bucket/key", { "content-length": "5368709121" }, "EntityTooLarge"],
    ["PUT /bucket/key", { ...length, "content-md5": "AAAA" }, "InvalidDigest"],
    ["PUT /bucket/key", { ...length, "x-amz-meta-a": "x".repeat(2048) }, "MetadataTooLarge"],
    ["PUT /bucket/key", { ...length, "x-amz-tagging": "a=1&a=2" }, "InvalidTag"],
    ["PUT /bucket/key", { "x-amz-copy-source": "bucket/key" }, "InvalidRequest"],
    ["PUT /bucket/key", { "x-amz-copy-source": "bucket" }, "InvalidArgument"],
    ["PUT /bucket/key", { "x-amz-copy-source": "b/%zz" }, "InvalidURI"],
    ["PUT /bucket/key", { ...copy, "x-amz-metadata-directive": "KEEP" }, "InvalidArgument"],
    ["PUT /bucket/key?uploadId=u&partNumber=0", length, "InvalidArgument"],
    ["PUT /bucket/key?uploadId=u&partNumber=10001", length, "InvalidArgument"],
    ["PUT /bucket/key?uploadId=u", length, "InvalidArgument"],
    ["GET /bucket/key?partNumber=1", { range: "bytes=0-1" }, "InvalidRequest"],
    ["GET /bucket/key?response-content-type=a%0d%0ab", {}, "InvalidArgument"],
    ["POST /bucket/key?uploads", { "x-amz-checksum-algorithm": "MD5" }, "InvalidRequest"],
    [
      "POST /bucket/key?uploads",
      { "x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT" },
      "InvalidRequest",
    ],
    ["OPTIONS /bucket/key", {}, "InvalidRequest"],
  ])("refuses %s with %j as %s", (line, headers, code) => {
    expect(read(line, headers)).toBe(code as never);
  });

  test("takes every key that S3 does, as it was meant", () => {
    const keys = fc
      .string({ unit: "binary", minLength: 1, maxLength: 200 })
      .filter((key) => !key.includes("\0"));
    fc.assert(
      fc.property(keys, (key) => {
        expect(read(`GET /bucket/${encodePath(key)}`)).toMatchObject({ bucket: "bucket", key });
      }),
    );
  });
});
