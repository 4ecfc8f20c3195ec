import { describe, expect, test } from "bun:test";
import * as crypto from "node:crypto";
import fc from "fast-check";
import { toHex } from "../hex.ts";
import { S3Error } from "../s3-error.ts";
import type { ChunkChain } from "../sigv4/chunk-chain.ts";
import { type Field, signRequest } from "../sigv4/sign.ts";
import { Signatures } from "../sigv4/signatures.ts";
import { exampleSigning } from "../testing/aws-example.ts";
import { nodeHashes } from "../testing/node-hashes.ts";
import { AwsChunkedDecoder } from "./decoder.ts";
import { chunkEnd, encodeBodyEnd, encodeChunkHead, encodedLength } from "./encoder.ts";

const hashes = nodeHashes(crypto);
const signing = exampleSigning(new Signatures({ hashes, maxKeys: 1 }));

/** AWS's example: 66,560 times "a" in chunks of 64 KiB, with or without a trailer. */
function exampleChain(hasTrailers: boolean): ChunkChain {
  const headers: Field[] = [
    ["Host", "s3.amazonaws.com"],
    ["Content-Encoding", "aws-chunked"],
    ["x-amz-decoded-content-length", "66560"],
    ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
    hasTrailers ? ["x-amz-trailer", "x-amz-checksum-crc32c"] : ["Content-Length", "66824"],
  ];
  return signRequest(
    {
      method: "PUT",
      path: "/examplebucket/chunkObject.txt",
      query: [],
      headers,
      payload: { kind: "chunked", isSigned: true, hasTrailers },
    },
    signing,
  ).chunks;
}

interface Encoding {
  readonly chunkBytes: number;
  readonly trailers: readonly Field[];
  readonly chunks: ChunkChain | undefined;
}

function encode(data: Uint8Array, { chunkBytes, trailers, chunks }: Encoding): Buffer {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += chunkBytes) {
    const chunk = data.subarray(at, at + chunkBytes);
    const sha256 = toHex(hashes.sha256(chunk));
    pieces.push(encodeChunkHead({ bytes: chunk.length, sha256, chunks }), chunk, chunkEnd);
  }
  return Buffer.concat([...pieces, encodeBodyEnd({ trailers, chunks })]);
}

interface Decoding {
  readonly decodedBytes: number;
  readonly trailers?: readonly string[];
  readonly chunks?: ChunkChain | undefined;
  readonly cuts?: readonly number[];
}

/** The data and trailers, or the code of the error. */
function decode(body: Uint8Array, { cuts = [], trailers = [], ...options }: Decoding) {
  const data: Uint8Array[] = [];
  const limits = { maxLineBytes: 200, maxTrailerBytes: 300, startHash: hashes.startSha256 };
  const { decodedBytes, chunks } = options;
  const decoder = new AwsChunkedDecoder({ ...limits, decodedBytes, chunks, trailers }, (bytes) =>
    data.push(bytes),
  );
  try {
    for (let at = 0, turn = 0; at < body.length; turn += 1) {
      const size = cuts[turn % cuts.length] ?? body.length;
      decoder.push(body.subarray(at, at + size));
      at += size;
    }
    return { trailers: [...decoder.end()], data: Buffer.concat(data) };
  } catch (thrown) {
    return thrown instanceof S3Error ? thrown.code : thrown;
  }
}

const example = Buffer.alloc(66_560, "a");
const text = (body: Uint8Array) => Buffer.from(body).toString("latin1").replace(/a{9,}/g, "A");

describe("aws-chunked", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
  test("is written as AWS's example of signed chunks has it, and read", () => {
    const body = encode(example, { chunkBytes: 65_536, trailers: [], chunks: exampleChain(false) });
    expect(text(body)).toBe(
      [
        "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "A",
        "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "A",
        "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        "",
        "",
      ].join("\r\n"),
    );
    expect(body).toHaveLength(66_824);
    const chunks = exampleChain(false);
    expect(decode(body, { decodedBytes: 66_560, chunks })).toEqual({ data: example, trailers: [] });
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
  test("is written as AWS's example with a trailer has it, and read with AWS's line ends", () => {
    const encoding = {
      chunkBytes: 65_536,
      trailers: [["x-amz-checksum-crc32c", "sOO8/Q=="]] as const,
      chunks: exampleChain(true),
    };
    const body = encode(example, encoding);
    expect(text(body)).toEndWith(
      [
        "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        "x-amz-checksum-crc32c:sOO8/Q==",
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
        "",
        "",
      ].join("\r\n"),
    );
    const asDocumented = Buffer.from(
      body.toString("latin1").replace("sOO8/Q==\r\n", "sOO8/Q==\n\r\n").slice(0, -2),
      "latin1",
    );
    const trailers = ["x-amz-checksum-crc32c"];
    for (const sent of [body, asDocumented]) {
      expect(decode(sent, { decodedBytes: 66_560, trailers, chunks: exampleChain(true) })).toEqual({
        data: example,
        trailers: [["x-amz-checksum-crc32c", "sOO8/Q=="]],
      });
    }
  });

  test("gives back what went in, however it is cut, in the length that was foretold", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 120 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        fc.constantFrom<readonly Field[]>([], [["x-amz-checksum-crc32", "AAAAAA=="]]),
        (data, chunkBytes, cuts, isSigned, trailers) => {
          const chain = () => (isSigned ? exampleChain(true) : undefined);
          const body = encode(data, { chunkBytes, trailers, chunks: chain() });
          expect(body).toHaveLength(
            encodedLength({ bytes: data.length, chunkBytes, trailers, isSigned }),
          );
          const names = trailers.map(([name]) => name);
          const options = { decodedBytes: data.length, trailers: names, chunks: chain(), cuts };
          expect(decode(body, options)).toEqual({
            data: Buffer.from(data),
            trailers: trailers.map(([name, value]) => [name, value]),
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test("with one byte changed or missing is never taken for another body", () => {
    const data = Buffer.from("some data in chunks");
    const trailers: readonly Field[] = [["x-amz-checksum-crc32", "AAAAAA=="]];
    const body = encode(data, { chunkBytes: 8, trailers, chunks: exampleChain(true) });
    const options = { decodedBytes: data.length, trailers: ["x-amz-checksum-crc32"] };
    const isHarmless = (result: unknown) =>
      typeof result === "string" || (result as { data: Buffer }).data.equals(data);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(body);
        changed[at]! ^= flip;
        const chunks = exampleChain(true);
        expect(isHarmless(decode(changed, { ...options, chunks }))).toBe(true);
        const cut = body.subarray(0, at);
        expect(isHarmless(decode(cut, { ...options, chunks: exampleChain(true) }))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("with changed data in a signed chunk is refused, also where no trailer is signed", () => {
    const body = encode(example, { chunkBytes: 65_536, trailers: [], chunks: exampleChain(false) });
    body[1000]! ^= 1;
    const options = { decodedBytes: example.length, chunks: exampleChain(false) };
    expect(decode(body, options)).toBe("SignatureDoesNotMatch");
  });

  const crc = ["x-amz-checksum-crc32"];
  test.each<[string, string, Decoding, string]>([
    ["more data than announced", "5\r\nhello\r\n0\r\n\r\n", { decodedBytes: 4 }, "IncompleteBody"],
    ["less data than announced", "5\r\nhello\r\n0\r\n\r\n", { decodedBytes: 6 }, "IncompleteBody"],
    ["no last chunk", "5\r\nhello\r\n", { decodedBytes: 5 }, "IncompleteBody"],
    ["data beyond the chunk", "4\r\nhello\r\n0\r\n\r\n", { decodedBytes: 5 }, "IncompleteBody"],
    ["no size", "\r\nhello\r\n0\r\n\r\n", { decodedBytes: 5 }, "IncompleteBody"],
    ["a size of 2^52", "10000000000000\r\n", { decodedBytes: 5 }, "IncompleteBody"],
    ["a line without end", "0".repeat(999), { decodedBytes: 5 }, "InvalidRequest"],
    ["no trailer", "0\r\n\r\n", { decodedBytes: 0, trailers: crc }, "MalformedTrailerError"],
    ["another trailer", "0\r\na:b\r\n\r\n", { decodedBytes: 0 }, "MalformedTrailerError"],
    ["a trailer without colon", "0\r\nab\r\n\r\n", { decodedBytes: 0 }, "MalformedTrailerError"],
    ["a trailer twice", "0\r\na:b\r\na:b\r\n", { decodedBytes: 0 }, "MalformedTrailerError"],
    [
      "endless trailers",
      `0\r\n${"\r\n".repeat(400)}`,
      { decodedBytes: 0 },
      "MalformedTrailerError",
    ],
    [
      "a chunk that is not signed",
      "5\r\nhello\r\n0\r\n\r\n",
      { decodedBytes: 5, chunks: exampleChain(false) },
      "IncompleteBody",
    ],
    [
      "a trailer that is not signed",
      `0;chunk-signature=${exampleChain(true).signChunk(toHex(hashes.sha256(new Uint8Array())))}\r\nx-amz-checksum-crc32:a\r\n`,
      { decodedBytes: 0, chunks: exampleChain(true), trailers: crc },
      "SignatureDoesNotMatch",
    ],
  ])("with %s is refused", (_name, body, options, code) => {
    expect(decode(Buffer.from(body), options)).toBe(code);
  });
});
