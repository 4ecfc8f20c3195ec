import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { toBase64 } from "../base64.ts";
import { toHex } from "../hex.ts";
import { headersOf } from "../sigv4/canonical-request.ts";
import { compositeChecksum, fullObjectChecksum, parseChecksum } from "./checksum.ts";
import { type CrcName, combineCrcs, startCrc } from "./crc.ts";

const names: readonly CrcName[] = ["CRC32", "CRC32C", "CRC64NVME"];

function crcOf(name: CrcName, ...pieces: readonly Uint8Array[]): Uint8Array {
  const crc = startCrc(name);
  for (const piece of pieces) crc.update(piece);
  return crc.digest();
}

describe("checksums", () => {
  // https://reveng.sourceforge.io/crc-catalogue/all.htm: the check values.
  test.each<[CrcName, string]>([
    ["CRC32", "cbf43926"],
    ["CRC32C", "e3069283"],
    ["CRC64NVME", "ae8b14860a799888"],
  ])("the %s of 123456789 is %s", (name, want) => {
    expect(toHex(crcOf(name, Buffer.from("123456789")))).toBe(want);
  });

  test("AWS's example: the CRC32C of 66,560 times a is sOO8/Q==", () => {
    expect(toBase64(crcOf("CRC32C", Buffer.alloc(66_560, "a")))).toBe("sOO8/Q==");
  });

  test.each(names)("%s is the same however its bytes are cut, and of its parts", (name) => {
    const bytes = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const whole = crcOf(name, Buffer.concat([a, b]));
        expect(crcOf(name, a, b)).toEqual(whole);
        const second = { crc: crcOf(name, b), bytes: b.length };
        expect(combineCrcs(name, crcOf(name, a), second)).toEqual(whole);
      }),
    );
  });

  test("the full object's comes from those of the parts, the composite one ends in their number", () => {
    const parts = ["one", "two", "three"].map((part) => Buffer.from(part));
    const ofParts = parts.map((part) => ({
      value: toBase64(crcOf("CRC64NVME", part)),
      bytes: part.length,
    }));
    expect(fullObjectChecksum("CRC64NVME", ofParts)).toBe(toBase64(crcOf("CRC64NVME", ...parts)));
    const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
    const shas = parts.map((part) => ({
      algorithm: "SHA256" as const,
      value: toBase64(sha(part)),
    }));
    expect(compositeChecksum(shas, sha)).toBe(`${toBase64(sha(Buffer.concat(parts.map(sha))))}-3`);
  });

  test.each<[Record<string, string>, unknown]>([
    [{}, undefined],
    [{ "X-Amz-Checksum-Crc32": "AAAAAA==" }, { algorithm: "CRC32", value: "AAAAAA==" }],
    [{ "x-amz-checksum-crc32": "AAAAAA==-3" }, { algorithm: "CRC32", value: "AAAAAA==-3" }],
    [{ "x-amz-checksum-crc32": "AAAA" }, "InvalidRequest"],
    [{ "x-amz-checksum-crc32": "" }, "InvalidRequest"],
    [{ "x-amz-checksum-crc32": "AAAAAA==-0" }, "InvalidRequest"],
    [{ "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "x" }, "InvalidRequest"],
  ])("headers %j state %j", (headers, want) => {
    const read = () => {
      try {
        return parseChecksum(headersOf(Object.entries(headers)));
      } catch (thrown) {
        return (thrown as { code: string }).code;
      }
    };
    expect(read()).toEqual(want as never);
  });
});
