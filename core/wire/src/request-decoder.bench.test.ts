import { test } from "bun:test";
import { compare } from "../../../tools/compare.ts";
import { RequestDecoder, type RequestLimits } from "./request-decoder.ts";

const limits: RequestLimits = {
  maxHeadBytes: 64 * 1024,
  maxHeaders: 100,
  maxBodyBytes: 2 ** 30,
  maxChunkLineBytes: 4096,
  maxTrailerBytes: 8192,
};
const names = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(2, "0"));
const get = (id: string) =>
  `GET /bin/1K?id=${id} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: wrk/4.2\r\n` +
  "Accept: */*\r\nX-Test: a value\r\n\r\n";
const post = (id: string) =>
  `POST /echo?id=${id} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nTransfer-Encoding: chunked\r\n\r\n` +
  "3\r\nok\n\r\n0\r\n\r\n";
const gets = names.map((id) => Buffer.from(get(id)));

test("bench: a small request, with a head as one before or another", () => {
  compare("GET, 101 bytes", [
    { name: "same head", run: decoding(gets.slice(0, 1)) },
    { name: "sixteen heads in turn", run: decoding(gets.slice(0, 16)) },
    { name: "another head", run: decoding(gets) },
    { name: "pipelined, 16 to a chunk", run: decoding([Buffer.from(get("00").repeat(16))]) },
    { name: "POST, chunked", run: decoding([Buffer.from(post("00"))]) },
    { name: "same head, in two pieces", run: decoding(gets.slice(0, 1), 60) },
  ]);
});

/** Decodes so many requests, the chunks in turn, each in one piece or cut in two. */
function decoding(chunks: readonly Uint8Array[], cutAt?: number) {
  const pieces = chunks.flatMap((bytes) =>
    cutAt === undefined ? [bytes] : [bytes.subarray(0, cutAt), bytes.subarray(cutAt)],
  );
  return (times: number): number => {
    let sum = 0;
    let requests = 0;
    const decoder = new RequestDecoder(limits, {
      onHead: (head) => (sum += head.keepAlive ? 1 : 0),
      onBody: () => {},
      onEnd: () => (requests += 1),
    });
    for (let index = 0; requests < times; index += 1) {
      const piece = pieces[index % pieces.length]!;
      for (let at = 0; at < piece.length && requests < times; ) at = decoder.push(piece, at);
    }
    return sum;
  };
}
