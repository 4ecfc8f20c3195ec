import { expect, test } from "bun:test";
import type { WireErrorCode } from "./error.ts";
import { statusOf } from "./error-status.ts";
import { RequestDecoder, type RequestListener, RequestMemory } from "./request-decoder.ts";
import type { RequestHeadView } from "./request-head.ts";
import { decodeRequests, requestLimits } from "./testing/decode-requests.ts";

const lines = (...all: string[]): string => `${all.join("\r\n")}\r\n`;
const get = "GET / HTTP/1.1";
const host = "Host: a";
const chunkedHead = lines("POST / HTTP/1.1", host, "Transfer-Encoding: chunked", "");

test.each<[name: string, stream: string, want: readonly string[]]>([
  ["without a body", lines(get, host, ""), ["GET / 0 []"]],
  ["by its length", `${lines(get, host, "Content-Length: 3", "")}abc`, ["GET / 3 [] abc"]],
  ["of no bytes", lines(get, host, "Content-Length: 0", ""), ["GET / 0 []"]],
  [
    "by equal lengths",
    `${lines(get, host, "Content-Length: 1, 1", "content-length:\t1 ", "")}a`,
    ["GET / 1 [] a"],
  ],
  [
    "in chunks",
    `${chunkedHead}3;x="y"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nA: 1\r\nb:\r\n\r\n`,
    ["POST / chunked [A=1 b=] abc0123456789"],
  ],
  [
    "in chunks, a trailer meaning nothing",
    `${chunkedHead}0\r\nContent-Length: 9\r\n\r\n${lines(get, host, "")}`,
    ["POST / chunked [Content-Length=9]", "GET / 0 []"],
  ],
  [
    "of several requests in a row",
    `${lines(get, host, "")}${lines(get, host, "Content-Length: 2", "")}ab${lines(get, host, "")}`,
    ["GET / 0 []", "GET / 2 [] ab", "GET / 0 []"],
  ],
  [
    "with blank lines before it",
    `\r\n\n${lines(get, host, "")}\r\n\r\n${lines(get, host, "")}\r\n`,
    ["GET / 0 []", "GET / 0 []"],
  ],
  ["in lines that end with a bare LF", "GET / HTTP/1.1\nHost: a\n\n", ["GET / 0 []"]],
  ["of HTTP/1.0, which needs no Host", lines("GET / HTTP/1.0", ""), ["GET / 0 []"]],
  ["of a later HTTP/1", lines("GET / HTTP/1.9", host, ""), ["GET / 0 []"]],
  ["with an empty Host", lines(get, "Host:", ""), ["GET / 0 []"]],
  ["with a comma in its Host", lines(get, "Host: a,b", ""), ["GET / 0 []"]],
  ["with an address as Host", lines(get, "Host: [::1]:80", ""), ["GET / 0 []"]],
  [
    "by any method",
    lines("m-!#$%&'*+.^_`|~9 /a HTTP/1.1", host, ""),
    ["m-!#$%&'*+.^_`|~9 /a 0 []"],
  ],
  [
    "by the longest method",
    lines(`${"M".repeat(32)} / HTTP/1.1`, host, ""),
    [`${"M".repeat(32)} / 0 []`],
  ],
  ["with bytes beyond ASCII", lines("GET /\xfc HTTP/1.1", host, "A: \xfc", ""), ["GET /\xfc 0 []"]],
  ["with a tab in a value", lines(get, host, "A: b\tc", ""), ["GET / 0 []"]],
])("a request is read %s", (_name, stream, want) => {
  for (const cuts of [[], [1], [7]]) {
    const { requests, heads, error } = decodeRequests(stream, { cuts });
    expect(error).toBeUndefined();
    expect(
      requests.map(({ method, target, body, trailers }, index) => {
        const { chunked, contentLength } = heads[index]!;
        const framing = chunked ? "chunked" : (contentLength ?? 0);
        const ends = trailers?.map((field) => field.join("=")).join(" ");
        return `${method} ${target} ${framing} [${ends}] ${body}`.trim();
      }),
    ).toEqual([...want]);
  }
});

test.each<[target: string, path: string, query: string, authority: string]>([
  ["/", "/", "", "a"],
  ["/a/b?c=d?e&f=/", "/a/b", "c=d?e&f=/", "a"],
  ["/a?", "/a", "", "a"],
  ["//a/b", "//a/b", "", "a"],
  ["/http://b/c", "/http://b/c", "", "a"],
  ["*", "*", "", "a"],
  ["http://b:80/c?d", "/c", "d", "b:80"],
  ["HTTPS://[::1]/", "/", "", "[::1]"],
  ["http://b", "/", "", "b"],
  ["http://b?c/d", "/", "c/d", "b"],
  ["example.com:443", "example.com:443", "", "a"],
])(
  "the target %j has the path %j, the query %j, the authority %j",
  (target, path, query, authority) => {
    const { heads } = decodeRequests(lines(`GET ${target} HTTP/1.1`, host, ""));
    expect(heads[0]?.target).toBe(target);
    expect(heads[0]?.path).toBe(path);
    expect(heads[0]?.query).toBe(query);
    expect(heads[0]?.authority).toBe(authority);
  },
);

test.each<[fields: string[], want: Partial<RequestHeadView>]>([
  [[], { keepAlive: true, expectsContinue: false, hasBody: false, contentLength: undefined }],
  [["Content-Length: 0"], { hasBody: false, contentLength: 0 }],
  [["Content-Length: 5"], { hasBody: true, contentLength: 5, chunked: false }],
  [["Transfer-Encoding: CHUNKED"], { hasBody: true, contentLength: undefined, chunked: true }],
  [["Connection: close"], { keepAlive: false }],
  [["Connection: a, Close"], { keepAlive: false }],
  [["Content-Length: 5", "Expect: 100-Continue"], { expectsContinue: true }],
  [["Content-Length: 5", "Expect: 100-continued"], { expectsContinue: false }],
  [["Content-Length: 0", "Expect: 100-continue"], { expectsContinue: false }],
  [["Expect: 100-continue"], { expectsContinue: false }],
])("a head with %j says %j", (fields, want) => {
  const { heads } = decodeRequests(lines(get, host, ...fields, ""));
  expect(heads[0]).toMatchObject({ protocol: "HTTP/1.1", ...want });
});

test.each<[fields: string[], want: Partial<RequestHeadView>]>([
  [[], { keepAlive: false, authority: "" }],
  [["Connection: Keep-Alive"], { keepAlive: true }],
  [["Connection: keep-alive, close"], { keepAlive: false }],
  [["Content-Length: 5", "Expect: 100-continue"], { expectsContinue: false }],
])("a head of HTTP/1.0 with %j says %j", (fields, want) => {
  const { heads } = decodeRequests(lines("GET / HTTP/1.0", ...fields, ""));
  expect(heads[0]).toMatchObject({ protocol: "HTTP/1.0", ...want });
});

const length = (...values: string[]) =>
  lines(get, host, ...values.map((value) => `Content-Length: ${value}`), "");
const coding = (...values: string[]) =>
  lines(get, host, ...values.map((value) => `Transfer-Encoding: ${value}`), "");

test.each<[stream: string, code: WireErrorCode, status: number]>([
  ["\0", "bad_request_line", 400],
  ["\rGET / HTTP/1.1\r\n", "bad_request_line", 400],
  ["\r\r\nGET / HTTP/1.1\r\n", "bad_request_line", 400],
  [" GET / HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET\r\n", "bad_request_line", 400],
  ["GET /\r\n", "bad_request_line", 400],
  ["GET  / HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET /  HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET / HTTP/1.1 \r\n", "bad_request_line", 400],
  ["GET\t/ HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET /\tHTTP/1.1\r\n", "bad_request_line", 400],
  ["GET / HTTP/1.1\rX", "bad_request_line", 400],
  ["GET / HTTP/1.1\r\r\n", "bad_request_line", 400],
  ["GET / http/1.1\r\n", "bad_request_line", 400],
  ["GET / HTTP/1\r\n", "bad_request_line", 400],
  ["GET / HTTP/11.1\r\n", "bad_request_line", 400],
  ["GET / HTTP/1.10\r\n", "bad_request_line", 400],
  ["GET / HTTP/1,1\r\n", "bad_request_line", 400],
  ["GET / ICY/1.1\r\n", "bad_request_line", 400],
  ["GET /a b HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET /\x00 HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET /\x7f HTTP/1.1\r\n", "bad_request_line", 400],
  ["G(T / HTTP/1.1\r\n", "bad_request_line", 400],
  ["G\xc4T / HTTP/1.1\r\n", "bad_request_line", 400],
  [`${"M".repeat(33)} / HTTP/1.1\r\n`, "bad_request_line", 400],
  ["M".repeat(33), "bad_request_line", 400],
  ["GET a/b HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET ?a HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET ** HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET http:/a HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET http:///a HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET http://b@a/ HTTP/1.1\r\n", "bad_request_line", 400],
  ["GET ://a/ HTTP/1.1\r\n", "bad_request_line", 400],
  ["\x16\x03\x01\x02\x00\x01", "bad_request_line", 400],
  ["GET / HTTP/2.0\r\n", "unsupported_version", 505],
  ["GET / HTTP/0.9\r\n", "unsupported_version", 505],
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "unsupported_version", 505],
  [lines(get, ""), "bad_host", 400],
  [lines(get, "X-Host: a", "Hosts: a", ""), "bad_host", 400],
  [lines(get, host, host, ""), "bad_host", 400],
  [lines(get, host, "HOST: b", ""), "bad_host", 400],
  [lines("GET / HTTP/1.0", host, host, ""), "bad_host", 400],
  [lines("GET http://a/ HTTP/1.1", ""), "bad_host", 400],
  [lines(get, "Host: a b", ""), "bad_host", 400],
  [lines(get, "Host: a/b", ""), "bad_host", 400],
  [lines(get, "Host: b@a", ""), "bad_host", 400],
  [lines(get, "Host: a:b", ""), "bad_host", 400],
  [lines(get, "Host: a:1:2", ""), "bad_host", 400],
  [lines(get, "Host: [::1", ""), "bad_host", 400],
  [lines(get, "Host: [::1]a", ""), "bad_host", 400],
  [lines(get, "Host: \xfc", ""), "bad_host", 400],
  [lines("GET / HTTP/1.0", "Host: a b", ""), "bad_host", 400],
  [lines(get, host, "no colon", ""), "bad_header", 400],
  [lines(get, host, ": no name", ""), "bad_header", 400],
  [lines(get, host, "Space : before the colon", ""), "bad_header", 400],
  [lines(get, host, "Content-Length : 3", ""), "bad_header", 400],
  [lines(get, host, "N\xe4me: a", ""), "bad_header", 400],
  [lines(get, " folded: first", host, ""), "bad_header", 400],
  [lines(get, host, "A: b", " folded", ""), "bad_header", 400],
  [lines(get, host, "A: b", "\tfolded", ""), "bad_header", 400],
  [lines(get, host, "A: b\0", ""), "bad_header", 400],
  [lines(get, host, "A: b\x01", ""), "bad_header", 400],
  [lines(get, host, "A: \x1fb", ""), "bad_header", 400],
  [lines(get, host, "A: b\x7f", ""), "bad_header", 400],
  [lines(get, host, "A: b\rc", ""), "bad_header", 400],
  [lines(get, host, "A: b\r", ""), "bad_header", 400],
  [lines(get, host, "\r", ""), "bad_header", 400],
  [length("-1"), "bad_content_length", 400],
  [length("+1"), "bad_content_length", 400],
  [length("0x1"), "bad_content_length", 400],
  [length("1 1"), "bad_content_length", 400],
  [length("1,"), "bad_content_length", 400],
  [length(""), "bad_content_length", 400],
  [length("9007199254740993"), "bad_content_length", 400],
  [length("1, 2"), "bad_content_length", 400],
  [length("1", "2"), "bad_content_length", 400],
  [length("x", "2"), "bad_content_length", 400],
  [coding("gzip"), "bad_transfer_encoding", 501],
  [coding("identity"), "bad_transfer_encoding", 501],
  [coding(""), "bad_transfer_encoding", 501],
  [coding("gzip, chunked"), "bad_transfer_encoding", 501],
  [coding("chunked, chunked"), "bad_transfer_encoding", 501],
  [coding("chunked", "chunked"), "bad_transfer_encoding", 501],
  [coding("chunked", "identity"), "bad_transfer_encoding", 501],
  [coding("xchunked"), "bad_transfer_encoding", 501],
  [coding('"chunked"'), "bad_transfer_encoding", 501],
  [coding("chunked;q=1"), "bad_transfer_encoding", 501],
  [
    lines(get, host, "Content-Length: 5", "Transfer-Encoding: chunked", ""),
    "ambiguous_length",
    400,
  ],
  [
    lines(get, host, "Transfer-Encoding: chunked", "Content-Length: 0", ""),
    "ambiguous_length",
    400,
  ],
  [
    lines(get, host, "Transfer-Encoding: chunked", "Content-Length: x", ""),
    "ambiguous_length",
    400,
  ],
  [lines("GET / HTTP/1.0", host, "Transfer-Encoding: chunked", ""), "ambiguous_length", 400],
  [`${chunkedHead}\r\n`, "bad_chunk", 400],
  [`${chunkedHead}g\r\n`, "bad_chunk", 400],
  [`${chunkedHead}0x1\r\n`, "bad_chunk", 400],
  [`${chunkedHead}-1\r\n`, "bad_chunk", 400],
  [`${chunkedHead} 1\r\na\r\n`, "bad_chunk", 400],
  [`${chunkedHead}1 \r\na\r\n`, "bad_chunk", 400],
  [`${chunkedHead}1\t;a\r\na\r\n`, "bad_chunk", 400],
  [`${chunkedHead}1\na\r\n`, "bad_chunk", 400],
  [`${chunkedHead}1;a\n`, "bad_chunk", 400],
  [`${chunkedHead}1\r\r\n`, "bad_chunk", 400],
  [`${chunkedHead}1\r\nab\r\n`, "bad_chunk", 400],
  [`${chunkedHead}1\r\na\n0\r\n`, "bad_chunk", 400],
  [`${chunkedHead}20000000000000\r\n`, "bad_chunk", 400],
  [`${chunkedHead}0\r\nbad trailer\r\n\r\n`, "bad_header", 400],
  [`${chunkedHead}0\r\nA: b\r\n c\r\n\r\n`, "bad_header", 400],
  [`${chunkedHead}0\r\nA: \x01\r\n\r\n`, "bad_header", 400],
  ["G", "truncated", 400],
  ["GET / HTTP/1.", "truncated", 400],
  [lines(get), "truncated", 400],
  [lines(get, host), "truncated", 400],
  [`${length("3")}ab`, "truncated", 400],
  [`${chunkedHead}3\r\nab`, "truncated", 400],
  [`${chunkedHead}0\r\n`, "truncated", 400],
])("%j is refused, however it is cut: %s, %d", (stream, code, status) => {
  for (const cuts of [[], [1], [2, 1], [7]]) {
    expect(decodeRequests(stream, { cuts }).error).toBe(code);
  }
  expect(statusOf[code]).toBe(status);
});

test("it is idle between requests, whatever blank lines come", () => {
  const { decoder } = loggingDecoder();
  const states = [decoder.idle];
  for (const piece of ["\r", "\n", "GE", "T / HTTP/1.0\n", "\n", "\r\n", lines(...post("1"))]) {
    decoder.push(bytesOf(piece), 0);
    states.push(decoder.idle);
  }
  decoder.push(bytesOf("a"), 0);
  expect(states).toEqual([true, true, true, false, false, true, true, false]);
  expect(decoder.idle).toBe(true);
});

test("a push takes one request, and says where the next begins", () => {
  const { decoder, log } = loggingDecoder();
  const chunk = bytesOf(`xx${lines(...post("2"))}ab${lines(get, host, "")}`);
  const second = decoder.push(chunk, 2);
  expect(chunk.subarray(second).toString()).toBe(lines(get, host, ""));
  expect(log).toEqual(["POST /", "ab", "end"]);
  expect(decoder.push(chunk, second)).toBe(chunk.length);
});

test("after stop() nothing behind the head is taken, nor missed at the end", () => {
  for (const framing of ["Upgrade: websocket", "Content-Length: 9", "Transfer-Encoding: chunked"]) {
    const { decoder, log } = loggingDecoder({ onHead: () => decoder.stop() });
    const head = lines(get, host, framing, "");
    const chunk = bytesOf(`${head}${get}`);
    expect(decoder.push(chunk, 0)).toBe(head.length);
    expect(decoder.push(chunk, head.length)).toBe(head.length);
    decoder.end();
    expect(log).toEqual(["GET /"]);
  }
});

test("after an error it gives only that error", () => {
  const { decoder } = loggingDecoder();
  const first = thrownBy(() => decoder.push(bytesOf("garbage\r\n"), 0));
  expect(first).toMatchObject({ code: "bad_request_line" });
  expect(thrownBy(() => decoder.push(bytesOf(lines(get, host, "")), 0))).toBe(first);
  expect(thrownBy(() => decoder.end())).toBe(first);
});

test("equal heads on two connections are one object with one memo, whatever follows them", () => {
  const memory = new RequestMemory(requestLimits);
  const first = loggingDecoder({}, memory);
  const second = loggingDecoder({}, memory);
  const head = lines(...post("3"));
  first.decoder.push(bytesOf(`${head}abc`), 0);
  first.heads[0]!.memo = "route";
  second.decoder.push(bytesOf(`\r\n${head}a`), 0);
  second.decoder.push(bytesOf("bc"), 0);
  second.decoder.push(bytesOf(`${head}def${head}ghi`), 0);
  expect(second.heads.map(({ memo }) => memo)).toEqual(["route", "route"]);
  expect(second.log.join(" ")).toBe("POST / a bc end POST / def end");
});

test("a head that differs late from one seen before is another", () => {
  const memory = new RequestMemory(requestLimits);
  const { decoder, heads } = loggingDecoder({}, memory);
  for (const value of ["1", "2", "1", "11"]) {
    decoder.push(bytesOf(lines(get, "Host: a-long-name.example.com:8080", `A: ${value}`, "")), 0);
  }
  expect(heads.map((head) => head.header("a"))).toEqual(["1", "2", "1", "11"]);
});

test("a head outlives its chunk", () => {
  const { decoder, heads } = loggingDecoder();
  const chunk = bytesOf(lines("GET /a?b HTTP/1.1", host, "A: c", ""));
  decoder.push(chunk, 0);
  chunk.fill(0x78);
  const [head] = heads;
  expect([head?.method, head?.path, head?.query, head?.authority]).toEqual(["GET", "/a", "b", "a"]);
  expect(head?.header("a")).toBe("c");
});

test("a head that comes in two parts does not disturb one on another connection", () => {
  const memory = new RequestMemory(requestLimits);
  const slow = loggingDecoder({}, memory);
  const quick = loggingDecoder({}, memory);
  slow.decoder.push(bytesOf("GET /slow HT"), 0);
  quick.decoder.push(bytesOf(lines("GET /quick HTTP/1.1", host, "")), 0);
  slow.decoder.push(bytesOf(lines("TP/1.1", host, "")), 0);
  expect([slow.log, quick.log]).toEqual([
    ["GET /slow", "end"],
    ["GET /quick", "end"],
  ]);
});

const post = (bytes: string) => ["POST / HTTP/1.1", host, `Content-Length: ${bytes}`, ""];
const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

function loggingDecoder(also: Partial<RequestListener> = {}, memory?: RequestMemory) {
  const log: string[] = [];
  const heads: RequestHeadView[] = [];
  const listener: RequestListener = {
    onHead: (head) => {
      heads.push(head);
      log.push(`${head.method} ${head.target}`);
      also.onHead?.(head);
    },
    onBody: (chunk, from, to) => log.push(Buffer.from(chunk.subarray(from, to)).toString("latin1")),
    onEnd: () => log.push("end"),
  };
  return { decoder: new RequestDecoder(requestLimits, listener, memory), log, heads };
}

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("Expected an error");
}
