import { expect, test } from "bun:test";
import type { WireErrorCode } from "./error.ts";
import type { ResponseLimits } from "./response-limits.ts";
import { decodeStream } from "./testing/decode-stream.ts";

const lines = (...all: string[]): string => `${all.join("\r\n")}\r\n`;
const ok = "HTTP/1.1 200 OK";
const chunkedHead = lines(ok, "Transfer-Encoding: chunked", "");

const limits: ResponseLimits = {
  maxHeadBytes: 100,
  maxHeaders: 3,
  maxBodyBytes: 10,
  maxInterim: 2,
  maxChunkLineBytes: 8,
  maxTrailerBytes: 20,
};
const headOf = (bytes: number) => `${ok}\r\nA: ${"a".repeat(bytes - 24)}\r\n\r\n`;
const interim = lines("HTTP/1.1 102 Wait", "");

test.each<[name: string, stream: string, error: WireErrorCode | undefined]>([
  ["a head at its limit", headOf(100), undefined],
  ["a head over its limit", headOf(101), "head_too_large"],
  ["a malformed line that goes on beyond", `${lines(ok)}A B${"c".repeat(90)}`, "bad_header"],
  ["headers at their limit", lines(ok, "A:", "B:", "C:", " c", ""), undefined],
  ["headers over their limit", lines(ok, "A:", "B:", "C:", "D:", ""), "too_many_headers"],
  ["interim responses at their limit", interim.repeat(2) + headOf(50), undefined],
  ["interim responses over their limit", interim.repeat(3), "too_many_interim"],
  ["a length at its limit", `${lines(ok, "Content-Length: 10", "")}0123456789`, undefined],
  [
    "a length over its limit, before its bytes",
    lines(ok, "Content-Length: 11", ""),
    "body_too_large",
  ],
  ["an endless body at its limit", `${lines(ok, "")}0123456789`, undefined],
  ["an endless body over its limit", `${lines(ok, "")}0123456789a`, "body_too_large"],
  ["chunks at their limit", `${chunkedHead}8\r\n01234567\r\n2\r\n01\r\n0\r\n\r\n`, undefined],
  [
    "chunks over their limit, before their bytes",
    `${chunkedHead}8\r\n01234567\r\n3\r\n`,
    "body_too_large",
  ],
  ["a chunk's line at its limit", `${chunkedHead}0;23456\r\n\r\n`, undefined],
  ["a chunk's line over its limit", `${chunkedHead}0;234567\r\n\r\n`, "chunk_line_too_long"],
  ["trailers at their limit", `${chunkedHead}0\r\nA: ${"a".repeat(13)}\r\n\r\n`, undefined],
  [
    "trailers over their limit",
    `${chunkedHead}0\r\nA: ${"a".repeat(14)}\r\n\r\n`,
    "trailer_too_large",
  ],
  ["too many trailers", `${chunkedHead}0\r\na:\r\nb:\r\nc:\r\nd:\r\n\r\n`, "too_many_headers"],
])("%s", (_name, stream, error) => {
  for (const cuts of [[], [1], [7]])
    expect(decodeStream(stream, { cuts, limits }).error).toBe(error);
});

test("limits are for each response by itself, and for each chunk's line", () => {
  const head = lines(ok, "A:", "B:", "Transfer-Encoding: chunked", "");
  const body = "4;23456\r\n0123\r\n4;23456\r\n0123\r\n0\r\na:\r\nb:\r\nc:\r\n\r\n";
  const stream = `${interim.repeat(2)}${head}${body}`.repeat(3);
  const methods = ["GET", "GET", "GET"];
  for (const cuts of [[], [1], [7]]) {
    const { error, responses } = decodeStream(stream, { methods, cuts, limits });
    expect(error).toBeUndefined();
    expect(responses.map(({ body: { length } }) => length)).toEqual([8, 8, 8]);
  }
});

test("a long head comes out whole however small its pieces are", () => {
  const value = "0123456789".repeat(500);
  const stream = lines(ok, `A: ${value}`, `B: ${value}`, "");
  for (const cuts of [[], [1], [700], [10_000, 1]]) {
    const { responses } = decodeStream(stream, { cuts });
    expect(responses[0]?.headers).toEqual([
      ["A", value],
      ["B", value],
    ]);
  }
});

test.each<[name: string, start: string, more: string, maxTaken: number]>([
  ["status line", "HTTP/1.1 200 ", "a", 100],
  ["header name", lines(ok), "a", 100],
  ["header value", `${lines(ok)}A: `, "a", 100],
  ["folded value", lines(ok, "A: b"), " c\r\n", 100],
  ["row of headers", lines(ok), "A: b\r\n", 100],
  ["row of interim responses", "", interim, 3 * interim.length],
  ["chunk size", chunkedHead, "0", chunkedHead.length + 9],
  ["chunk extension", `${chunkedHead}1;`, "a", chunkedHead.length + 9],
  ["row of chunks", chunkedHead, "1\r\na\r\n", chunkedHead.length + 10 * 6 + 3],
  ["row of trailers", `${chunkedHead}0\r\n`, "A: b\r\n", chunkedHead.length + 3 + 20],
  ["trailer line", `${chunkedHead}0\r\nA: `, "a", chunkedHead.length + 3 + 20],
  ["body", lines(ok, ""), "a", lines(ok, "").length + 11],
])("an endless %s is refused no later than the limit", (_name, start, more, maxTaken) => {
  const { error, taken } = decodeStream(start + more.repeat(200), { cuts: [1], limits });
  expect(error).toMatch(/too_/);
  expect(taken).toBeLessThanOrEqual(maxTaken);
});
