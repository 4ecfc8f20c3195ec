import { describe, expect, test } from "bun:test";
import { resultOf, S3Error } from "../s3-error.ts";
import { headersOf } from "../sigv4/canonical-request.ts";
import {
  checkCopySource,
  checkWrite,
  isRangeFor,
  judgeRead,
  parseConditions,
} from "./conditions.ts";
import { metadataHeaders } from "./metadata.ts";
import { parseCopyRange, resolveRange, toContentRange, tryRange } from "./range.ts";
import { parseTaggingHeader } from "./tagging.ts";

const before = "Thu, 23 May 2013 23:59:59 GMT";
const at = "Fri, 24 May 2013 00:00:00 GMT";
const state = { etag: "e", modifiedMs: 1_369_353_600_900 };
const codeOf = (read: () => unknown) => {
  const result = resultOf(read);
  return result instanceof S3Error ? result.code : result;
};
const conditionsOf = (headers: Record<string, string>) =>
  parseConditions(headersOf(Object.entries(headers)), "");

describe("conditions", () => {
  test.each<[Record<string, string>, string]>([
    [{}, "proceed"],
    [{ "if-match": '"e"' }, "proceed"],
    [{ "if-match": "e" }, "proceed"],
    [{ "if-match": "*" }, "proceed"],
    [{ "if-match": '"x", "e"' }, "proceed"],
    [{ "if-match": 'W/"e"' }, "failed"],
    [{ "if-match": '"x"' }, "failed"],
    [{ "if-unmodified-since": at }, "proceed"],
    [{ "if-unmodified-since": before }, "failed"],
    [{ "if-unmodified-since": "yesterday" }, "proceed"],
    [{ "if-match": "e", "if-unmodified-since": before }, "proceed"],
    [{ "if-none-match": 'W/"e"' }, "not modified"],
    [{ "if-none-match": "*" }, "not modified"],
    [{ "if-none-match": '"x"' }, "proceed"],
    [{ "if-modified-since": at }, "not modified"],
    [{ "if-modified-since": before }, "proceed"],
    [{ "if-none-match": '"x"', "if-modified-since": at }, "proceed"],
    [{ "if-none-match": "e", "if-modified-since": before }, "not modified"],
    [{ "if-match": "x", "if-none-match": "e" }, "failed"],
  ])("of a read, %j: %s", (headers, want) => {
    expect(judgeRead(conditionsOf(headers), state)).toBe(want as never);
    const copied = codeOf(() => checkCopySource(conditionsOf(headers), state));
    expect(copied).toBe(want === "proceed" ? undefined : "PreconditionFailed");
  });

  test.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ "if-none-match": "*" }, "PreconditionFailed", undefined],
    [{ "if-none-match": "x" }, undefined, undefined],
    [{ "if-match": "e" }, undefined, "NoSuchKey"],
    [{ "if-match": "x" }, "PreconditionFailed", "NoSuchKey"],
  ])("of a write, %j: %s where there is one, %s where there is none", (headers, has, hasNot) => {
    expect(codeOf(() => checkWrite(conditionsOf(headers), state))).toBe(has as never);
    expect(codeOf(() => checkWrite(conditionsOf(headers), undefined))).toBe(hasNot as never);
  });

  test.each([
    [null, true],
    ['"e"', true],
    ['"x"', false],
    ['W/"e"', false],
    [at, true],
    [before, false],
  ])("If-Range: %s means the object: %j", (ifRange, want) => {
    expect(isRangeFor(ifRange, state)).toBe(want);
  });
});

describe("ranges", () => {
  test.each<[string | null, number, unknown]>([
    ["bytes=0-9", 100, "bytes 0-9/100"],
    ["bytes=90-", 100, "bytes 90-99/100"],
    ["bytes=90-200", 100, "bytes 90-99/100"],
    ["bytes=-10", 100, "bytes 90-99/100"],
    ["bytes=-200", 100, "bytes 0-99/100"],
    ["Bytes = 0-0", 1, "bytes 0-0/1"],
    ["bytes=100-", 100, "InvalidRange"],
    ["bytes=-0", 100, "InvalidRange"],
    ["bytes=0-", 0, "InvalidRange"],
    ["bytes=-1", 0, "InvalidRange"],
    ["bytes=5-4", 100, undefined],
    ["bytes=-", 100, undefined],
    ["bytes=0-1,5-6", 100, undefined],
    ["items=0-1", 100, undefined],
    ["bytes=a-b", 100, undefined],
    [null, 100, undefined],
  ])("%s of %d bytes: %s", (header, bytes, want) => {
    const range = tryRange(header);
    const answer = () => range && toContentRange(resolveRange(range, bytes), bytes);
    expect(codeOf(answer)).toBe(want as never);
  });

  test.each([
    ["bytes=0-9", { first: 0, last: 9 }],
    ["bytes=0-", "InvalidArgument"],
    ["bytes=-5", "InvalidArgument"],
    ["bytes=9-0", "InvalidArgument"],
    [null, undefined],
  ])("to copy, %s: %j", (header, want) => {
    expect(codeOf(() => parseCopyRange(header))).toEqual(want as never);
  });
});

test("an answer has the object's headers, those asked for instead, and a type in any case", () => {
  const metadata = { system: [["cache-control", "no-cache"]], user: [["a", "1"]] } as const;
  expect(metadataHeaders(metadata, [])).toEqual([
    ["content-type", "binary/octet-stream"],
    ["cache-control", "no-cache"],
    ["x-amz-meta-a", "1"],
  ]);
  const overrides = [
    ["cache-control", "private"],
    ["content-type", "text/plain"],
  ] as const;
  expect(metadataHeaders(metadata, overrides)).toEqual([...overrides, ["x-amz-meta-a", "1"]]);
});

const tags = (count: number) => Array.from({ length: count }, (_, at) => `t${at}=v`).join("&");

test.each<[string, number | "InvalidTag"]>([
  ["", 0],
  [tags(10), 10],
  [tags(11), "InvalidTag"],
  ["a=1&a=2", "InvalidTag"],
  ["=1", "InvalidTag"],
  ["aws%3Aa=1", "InvalidTag"],
  [`${"k".repeat(128)}=${"v".repeat(256)}`, 1],
  [`${"k".repeat(129)}=`, "InvalidTag"],
  [`k=${"v".repeat(257)}`, "InvalidTag"],
  ["k=%3Cb%3E", "InvalidTag"],
  [`k=${encodeURIComponent("ü +-=._:/@")}`, 1],
])("x-amz-tagging: %s is %s", (header, want) => {
  expect(codeOf(() => parseTaggingHeader(header).length)).toBe(want);
});
