import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { resultOf } from "../s3-error.ts";
import { MIN_PART_BYTES, type PartStored, planCompletion } from "./completion.ts";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest();
const etagOf = (text: string) => md5(Buffer.from(text)).toString("hex");
const crc = (value: string) => ({ algorithm: "CRC32" as const, value });
const part = (partNumber: number, bytes: number): PartStored => ({
  partNumber,
  bytes,
  etag: etagOf(`part ${partNumber}`),
  checksum: crc("AAAAAA=="),
});
const stored = [part(1, MIN_PART_BYTES), part(2, MIN_PART_BYTES), part(7, 1)];
const named = (...numbers: number[]) =>
  numbers.map((partNumber) => ({
    partNumber,
    etag: etagOf(`part ${partNumber}`),
    checksum: undefined,
  }));

const plan = (parts: Parameters<typeof planCompletion>[0]) =>
  resultOf(() =>
    planCompletion(parts, {
      findPart: (number) => stored.find(({ partNumber }) => partNumber === number),
      md5,
      minPartBytes: MIN_PART_BYTES,
    }),
  );

test("parts make an object whose ETag is the MD5 of their MD5s and their number", () => {
  const digests = [1, 2, 7].map((number) => md5(Buffer.from(`part ${number}`)));
  expect(plan(named(1, 2, 7))).toMatchObject({
    bytes: 2 * MIN_PART_BYTES + 1,
    etag: `${md5(Buffer.concat(digests)).toString("hex")}-3`,
    parts: stored,
  });
  expect(plan(named(2, 7))).toMatchObject({ bytes: MIN_PART_BYTES + 1 });
  expect(plan(named(7))).toMatchObject({ bytes: 1 });
});

test.each<[string, Parameters<typeof planCompletion>[0], string]>([
  ["none", [], "MalformedXML"],
  ["parts out of order", named(2, 1), "InvalidPartOrder"],
  ["a part twice", named(1, 1), "InvalidPartOrder"],
  ["one that was not uploaded", named(1, 3), "InvalidPart"],
  ["one with another ETag", [{ ...named(1)[0]!, etag: etagOf("x") }], "InvalidPart"],
  ["one with another checksum", [{ ...named(1)[0]!, checksum: crc("BBBBBB==") }], "InvalidPart"],
])("%s is refused: %s", (_name, parts, code) => {
  expect(plan(parts)).toMatchObject({ code });
});

test("a small part may only be the last", () => {
  stored.push(part(8, 5));
  expect(plan(named(1, 7, 8))).toMatchObject({
    code: "EntityTooSmall",
    details: { PartNumber: "7", ProposedSize: "1", MinSizeAllowed: "5242880" },
  });
});
