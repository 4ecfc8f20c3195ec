import { expect, test } from "bun:test";
import { acceptedCoding } from "./accepted-coding.ts";

test.each([
  [undefined, "identity"],
  ["", "identity"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["GZIP", "gzip"],
  ["gzip, deflate, br, zstd", "zstd"],
  ["gzip, deflate, br", "br"],
  ["deflate, gzip;q=1.0, *;q=0.5", "gzip"],
  ["gzip;q=0.5, deflate;q=0.8", "deflate"],
  ["gzip;q=0.5, identity", "identity"],
  ["gzip, identity;q=0.5", "gzip"],
  ["br;q=0", "identity"],
  ["gzip;q=0, *", "zstd"],
  ["*", "zstd"],
  ["*;q=0", undefined],
  ["identity;q=0", undefined],
  ["identity;q=0, gzip;q=0.1", "gzip"],
  ["compress, pack200-gzip", "identity"],
  ["gzip;q=2", "identity"],
  [", ,gzip;", "identity"],
])("Accept-Encoding: %s gets %s", (field, coding) => {
  expect(acceptedCoding(field)).toBe(coding as never);
});
