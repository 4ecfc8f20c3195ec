import { describe, expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import { type ChecksumAlgorithm, checksumAlgorithms, startCrc, toBase64 } from "@breakwater/s3";
import fc from "fast-check";
import { parseXml, platformHashes, startChecksum, startMd5 } from "./index.ts";

const limits = { maxBytes: 200, maxDepth: 4 };
const parse = (text: string) => parseXml(new TextEncoder().encode(text), limits);
const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 });

function expected(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Uint8Array {
  if (algorithm === "SHA1" || algorithm === "SHA256") {
    return createHash(algorithm.toLowerCase()).update(bytes).digest();
  }
  const crc = startCrc(algorithm);
  crc.update(bytes);
  return crc.digest();
}

describe("hashes", () => {
  test.each(checksumAlgorithms)("%s does not depend on how the bytes are cut", (algorithm) => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const running = startChecksum(algorithm);
        for (const part of parts) running.update(part);
        expect(toBase64(running.digest())).toBe(
          toBase64(expected(algorithm, Buffer.concat(parts))),
        );
      }),
    );
  });

  test("are those of OpenSSL", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 1 }), (bytes, key) => {
        const of = (name: string) => createHash(name).update(bytes).digest("hex");
        const hex = (digest: Uint8Array) => Buffer.from(digest).toString("hex");
        const md5 = startMd5();
        md5.update(bytes);
        expect(hex(md5.digest())).toBe(of("md5"));
        expect(hex(platformHashes.md5(bytes))).toBe(of("md5"));
        expect(hex(platformHashes.sha256(bytes))).toBe(of("sha256"));
        expect(hex(platformHashes.hmacSha256(key, bytes))).toBe(
          createHmac("sha256", key).update(bytes).digest("hex"),
        );
        const running = platformHashes.startSha256();
        running.update(bytes);
        expect(hex(running.digest())).toBe(of("sha256"));
      }),
    );
  });
});

describe("XML", () => {
  test("keeps white space, drops prefixes and resolves references", () => {
    const text = '<s3:A xmlns:s3="urn:x"> <B> k&amp;&#x41;\t</B><B/><![CDATA[x<y]]></s3:A>';
    expect(parse(text)).toEqual({
      name: "A",
      text: " x<y",
      children: [
        { name: "B", text: " k&A\t", children: [] },
        { name: "B", text: "", children: [] },
      ],
    });
  });

  test.each([
    ["nothing", ""],
    ["text", "hello"],
    ["an element that is not closed", "<A><B></A>"],
    ["a document that breaks off", "<A>1"],
    ["two roots", "<A/><B/>"],
    ["entities of its own", '<!DOCTYPE A [<!ENTITY e "x">]><A>&e;</A>'],
    ["a reference to nothing", "<A>&e;</A>"],
    ["too many levels", "<A><A><A><A><A/></A></A></A></A>"],
    ["too many bytes", `<A>${"x".repeat(200)}</A>`],
  ])("refuses %s", (_what, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "MalformedXML" }));
  });

  test("refuses what is not UTF-8", () => {
    expect(() => parseXml(new Uint8Array([60, 65, 62, 255]), limits)).toThrow("not UTF-8");
  });
});
