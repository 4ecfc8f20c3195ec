import { expect, test } from "bun:test";
import type { WireErrorCode } from "./error.ts";
import { statusOf } from "./error-status.ts";
import type { RequestLimits } from "./request-decoder.ts";
import { decodeRequests } from "./testing/decode-requests.ts";

const lines = (...all: string[]): string => `${all.join("\r\n")}\r\n`;
const get = "GET / HTTP/1.1";
const host = "Host: a";
const chunkedHead = lines(get, host, "Transfer-Encoding: chunked", "");
const limits: RequestLimits = {
  maxHeadBytes: 100,
  maxHeaders: 3,
  maxBodyBytes: 10,
  maxChunkLineBytes: 8,
  maxTrailerBytes: 20,
};
const headOf = (bytes: number) => lines(get, host, `A: ${"a".repeat(bytes - 32)}`, "");

test.each<[name: string, stream: string, error: WireErrorCode | undefined]>([
  ["a head at its limit", headOf(100), undefined],
  ["a head over its limit", headOf(101), "head_too_large"],
  ["a target over the head's limit", `GET /${"a".repeat(100)}`, "head_too_large"],
  ["blank lines at the limit, twice", `${"\r\n".repeat(50)}${headOf(100)}`.repeat(2), undefined],
  ["blank lines over the limit", `${"\r\n".repeat(50)}\n`, "head_too_large"],
  ["headers at their limit", lines(get, host, "A:", "B:", ""), undefined],
  ["headers over their limit", lines(get, host, "A:", "B:", "C:", ""), "too_many_headers"],
  ["a length at its limit", `${lines(get, host, "Content-Length: 10", "")}0123456789`, undefined],
  ["a length over its limit", lines(get, host, "Content-Length: 11", ""), "body_too_large"],
  ["chunks at their limit", `${chunkedHead}8\r\n01234567\r\n2\r\n01\r\n0\r\n\r\n`, undefined],
  ["chunks over their limit", `${chunkedHead}8\r\n01234567\r\n3\r\n`, "body_too_large"],
  ["a chunk's line at its limit", `${chunkedHead}0;23456\r\n\r\n`, undefined],
  ["a chunk's line over its limit", `${chunkedHead}0;234567\r\n\r\n`, "chunk_line_too_long"],
  ["trailers at their limit", `${chunkedHead}0\r\nA: ${"a".repeat(13)}\r\n\r\n`, undefined],
  ["trailers over it", `${chunkedHead}0\r\nA: ${"a".repeat(14)}\r\n\r\n`, "trailer_too_large"],
])("%s", (_name, stream, error) => {
  for (const cuts of [[], [1], [7]]) {
    expect(decodeRequests(stream, { cuts, limits }).error).toBe(error);
  }
});

test("a body over its limit is refused before its head is told", () => {
  const { requests } = decodeRequests(lines(get, host, "Content-Length: 11", ""), { limits });
  expect(requests).toEqual([]);
});

test.each<[name: string, start: string, more: string, maxTaken: number]>([
  ["row of blank lines", "", "\r\n", 101],
  ["method", "", "A", 100],
  ["target", "GET /", "a", 100],
  ["header name", lines(get), "a", 100],
  ["header value", `${lines(get)}A: `, "a", 100],
  ["row of headers", lines(get), "A: b\r\n", 100],
  ["chunk size", chunkedHead, "0", chunkedHead.length + 9],
  ["chunk extension", `${chunkedHead}1;`, "a", chunkedHead.length + 9],
  ["row of chunks", chunkedHead, "1\r\na\r\n", chunkedHead.length + 10 * 6 + 3],
  ["row of trailers", `${chunkedHead}0\r\n`, "A: b\r\n", chunkedHead.length + 3 + 20],
])("an endless %s is refused no later than the limit", (_name, start, more, maxTaken) => {
  const { error, taken } = decodeRequests(start + more.repeat(200), { cuts: [1], limits });
  expect(error).toMatch(/too_|bad_request_line/);
  expect(taken).toBeLessThanOrEqual(maxTaken);
});

test("what a server answers when a limit is passed says which kind it was", () => {
  const { head_too_large, too_many_headers, body_too_large, trailer_too_large } = statusOf;
  expect([head_too_large, too_many_headers, body_too_large, trailer_too_large]).toEqual([
    431, 431, 413, 431,
  ]);
});
