import { expect, test } from "bun:test";
import { type MetadataEntry, readMetadata, toField } from "./metadata.ts";

test("metadata has what applications send, several values each, and bytes of binary names", () => {
  const metadata = readMetadata([
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ["grpc-timeout", "20S"],
    ["grpc-encoding", "gzip"],
    ["x-a", "1"],
    ["x-a", "2"],
    ["k-bin", "yP8"],
    ["k-bin", "AQ==,Ag"],
  ]);
  expect(metadata).toEqual([
    ["content-type", "application/grpc"],
    ["x-a", "1"],
    ["x-a", "2"],
    ["k-bin", Buffer.from([0xc8, 0xff])],
    ["k-bin", Buffer.from([1])],
    ["k-bin", Buffer.from([2])],
  ]);
});

test("bytes are sent as base64 without padding", () => {
  expect(toField(["k-bin", new Uint8Array([1])])).toEqual(["k-bin", "AQ"]);
});

test.each<MetadataEntry>([
  ["Upper", "x"],
  ["grpc-status", "0"],
  ["content-type", "x"],
  ["a b", "x"],
  ["a", "line\r\nbreak"],
  ["a", new Uint8Array(1)],
  ["a-bin", "text"],
])("the entry %p is not sent", (name, value) => {
  expect(() => toField([name, value])).toThrow(TypeError);
});
