import { expect, test } from "bun:test";
import type { WireErrorCode } from "./error.ts";
import { ResponseDecoder } from "./response-decoder.ts";
import type { ResponseHead } from "./response-head.ts";
import { defaultLimits } from "./response-limits.ts";
import { type Decoded, decodeStream } from "./testing/decode-stream.ts";

const lines = (...all: string[]): string => `${all.join("\r\n")}\r\n`;
const ok = "HTTP/1.1 200 OK";
const chunkedHead = lines(ok, "Transfer-Encoding: chunked", "");

test.each<[name: string, method: string, stream: string, want: string]>([
  ["by its length", "GET", lines(ok, "Content-Length: 3", "", "abc"), "200 abc +2"],
  ["of no bytes", "GET", lines(ok, "Content-Length: 0", ""), "200"],
  [
    "in capitals, with tabs around",
    "GET",
    `${lines(ok, "CONTENT-LENGTH:\t3\t", "")}abc`,
    "200 abc",
  ],
  [
    "by equal lengths in two fields",
    "GET",
    `${lines(ok, "Content-Length: 1", "Content-Length: 1", "")}a`,
    "200 a",
  ],
  ["by equal lengths in one list", "GET", `${lines(ok, "Content-Length: 1, 1", "")}a`, "200 a"],
  ["by a length on the next line", "GET", `${lines(ok, "Content-Length:", " 1", "")}a`, "200 a"],
  ["by the end of the connection", "GET", `${lines(ok, "")}abc`, "200 abc"],
  ["by the end of the connection, at once", "GET", lines(ok, ""), "200"],
  [
    "in chunks",
    "GET",
    `${chunkedHead}3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`,
    "200 abc0123456789",
  ],
  ["in chunks with extensions", "GET", `${chunkedHead}1;a=b;c="d"\r\na\r\n0;e\r\n\r\n`, "200 a"],
  ["in chunks with padded sizes", "GET", `${chunkedHead}0001  \r\na\r\n0 \t;x\r\n\r\n`, "200 a"],
  [
    "in chunks with trailers",
    "GET",
    `${chunkedHead}0\r\nA: 1\r\nb:\r\n 2\r\n\r\n`,
    "200 [A=1 b=2]",
  ],
  [
    "in chunks, a trailer meaning nothing",
    "GET",
    `${chunkedHead}0\r\nContent-Length: x\r\n\r\n`,
    "200 [Content-Length=x]",
  ],
  [
    "in chunks whatever its length says",
    "GET",
    `${lines(ok, "Content-Length: x", "Transfer-Encoding: Chunked", "")}0\r\n\r\n`,
    "200",
  ],
  ["not at all after HEAD", "HEAD", lines(ok, "Content-Length: 3", ""), "200"],
  ["not at all after HEAD, though chunked", "HEAD", chunkedHead, "200"],
  ["not at all after 204", "GET", lines("HTTP/1.1 204 No Content", "Content-Length: 3", ""), "204"],
  [
    "not at all after 304",
    "GET",
    lines("HTTP/1.1 304 Not Modified", "Content-Length: 3", ""),
    "304",
  ],
  [
    "not at all when CONNECT succeeds",
    "CONNECT",
    `${lines(ok, "Content-Length: 3", "")}tls`,
    "200 +3",
  ],
  [
    "as ever when CONNECT fails",
    "CONNECT",
    `${lines("HTTP/1.1 407 No", "Content-Length: 1", "")}a`,
    "407 a",
  ],
  [
    "not at all after 101, whose surplus is another protocol",
    "GET",
    `${lines("HTTP/1.1 101 Up", "")}ws`,
    "101 +2",
  ],
  [
    "after interim responses",
    "GET",
    `${lines(
      "HTTP/1.1 100 Continue",
      "",
      "HTTP/1.1 103 Early Hints",
      "Link: </a>",
      "Content-Length: 9",
      "",
      ok,
      "Content-Length: 1",
      "",
    )}a`,
    "(100) (103) 200 a",
  ],
  ["in lines that end with a bare LF", "GET", "HTTP/1.1 200 OK\nContent-Length: 1\n\na", "200 a"],
  ["without a reason", "GET", `${lines("HTTP/1.1 200", "Content-Length: 1", "")}a`, "200 a"],
  [
    "of a status beyond the standard",
    "GET",
    `${lines("HTTP/1.1 999 Denied", "Content-Length: 1", "")}a`,
    "999 a",
  ],
])("a body is delimited %s", (_name, method, stream, want) => {
  expect(inWords(decodeStream(stream, { methods: [method] }))).toBe(want);
});

test.each<[head: string, want: boolean]>([
  [lines(ok, ""), true],
  [lines("HTTP/1.0 200 OK", ""), false],
  [lines("HTTP/1.2 200 OK", ""), true],
  [lines(ok, "Connection: close", ""), false],
  [lines(ok, "connection: foo , CLOSE,bar", ""), false],
  [lines(ok, "Connection: x", "Connection: close", ""), false],
  [lines(ok, "Connection: keep-alive, close", ""), false],
  [lines(ok, "Connection: closed", "X-Connection: close", ""), true],
  [lines(ok, "Connection: foo,", " close", ""), false],
  [lines("HTTP/1.0 200 OK", "Connection: Keep-Alive", ""), true],
  [lines("HTTP/1.0 200 OK", "Connection: keep-alive", "Connection: close", ""), false],
  [lines("HTTP/1.0 200 OK", "Connection: keep-alive", "Transfer-Encoding: chunked", ""), false],
  [lines("HTTP/1.1 101 Up", "Connection: upgrade", ""), false],
])("whether another request may follow %j: %p", (head, want) => {
  expect(decodeStream(head, { methods: ["HEAD"] }).responses[0]?.keepAlive).toBe(want);
});

const length = (value: string) => lines(ok, `Content-Length: ${value}`, "");
const coding = (...values: string[]) =>
  lines(ok, ...values.map((value) => `Transfer-Encoding: ${value}`), "");
test.each<[stream: string, code: WireErrorCode]>([
  ["SSH-2.0-OpenSSH_9.2\r\n", "bad_status_line"],
  ["SSH-2.0", "bad_status_line"],
  ["\r\nHTTP/1.1 200 OK\r\n\r\n", "bad_status_line"],
  ["http/1.1 200 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/2.0 200 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/1.10 200 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1  200 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1 20 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1 2000 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1 099 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1 -20 OK\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1 200 O\0K\r\n\r\n", "bad_status_line"],
  ["HTTP/1.1 200 O\rK\r\n\r\n", "bad_status_line"],
  [lines(ok, "no colon", ""), "bad_header"],
  [lines(ok, ": no name", ""), "bad_header"],
  [lines(ok, "Space : before the colon", ""), "bad_header"],
  [lines(ok, "Näme: a", ""), "bad_header"],
  [lines(ok, " folded: first", ""), "bad_header"],
  [lines(ok, "A: b\0", ""), "bad_header"],
  [lines(ok, "A: b\rc", ""), "bad_header"],
  [lines(ok, "A: b", " c\0", ""), "bad_header"],
  [lines(ok, "A: b", "\r", ""), "bad_header"],
  [length("-1"), "bad_content_length"],
  [length("+1"), "bad_content_length"],
  [length("0x1"), "bad_content_length"],
  [length("1.0"), "bad_content_length"],
  [length("1 1"), "bad_content_length"],
  [length("1,"), "bad_content_length"],
  [length(""), "bad_content_length"],
  [length("9007199254740993"), "bad_content_length"],
  [length("99999999999999999999999999"), "bad_content_length"],
  [length("1, 2"), "bad_content_length"],
  [lines(ok, "Content-Length: 1", "Content-Length: 2", ""), "bad_content_length"],
  [lines(ok, "Content-Length: x", "Content-Length: 2", ""), "bad_content_length"],
  [coding("gzip"), "bad_transfer_encoding"],
  [coding("identity"), "bad_transfer_encoding"],
  [coding(""), "bad_transfer_encoding"],
  [coding("gzip, chunked"), "bad_transfer_encoding"],
  [coding("chunked, chunked"), "bad_transfer_encoding"],
  [coding("chunked", "chunked"), "bad_transfer_encoding"],
  [coding("chunked, gzip"), "bad_transfer_encoding"],
  [coding("chunked;q=1"), "bad_transfer_encoding"],
  [`${chunkedHead}\r\n`, "bad_chunk"],
  [`${chunkedHead}g\r\n`, "bad_chunk"],
  [`${chunkedHead}-1\r\n`, "bad_chunk"],
  [`${chunkedHead};a\r\n`, "bad_chunk"],
  [`${chunkedHead} 1\r\na\r\n`, "bad_chunk"],
  [`${chunkedHead}1 1\r\n`, "bad_chunk"],
  [`${chunkedHead}1\r\na\r\n;a\r\n`, "bad_chunk"],
  [`${chunkedHead}1\na\r\n`, "bad_chunk"],
  [`${chunkedHead}1;a\n`, "bad_chunk"],
  [`${chunkedHead}1;\0\r\n`, "bad_chunk"],
  [`${chunkedHead}1\r\r\n`, "bad_chunk"],
  [`${chunkedHead}1\r\nab\r\n`, "bad_chunk"],
  [`${chunkedHead}1\r\na\n0\r\n`, "bad_chunk"],
  [`${chunkedHead}1\r\na\r0\r\n`, "bad_chunk"],
  [`${chunkedHead}20000000000000\r\n`, "bad_chunk"],
  [`${chunkedHead}fffffffffffffffffffff\r\n`, "bad_chunk"],
  [`${chunkedHead}0\r\nbad trailer\r\n\r\n`, "bad_header"],
  [`${chunkedHead}0\r\nA: b\0`, "bad_header"],
  ["", "truncated"],
  ["HTTP/1.", "truncated"],
  [lines(ok), "truncated"],
  [lines(ok, "Content-Length: 3"), "truncated"],
  [lines("HTTP/1.1 100 Continue", ""), "truncated"],
  [`${length("3")}ab`, "truncated"],
  [`${chunkedHead}3\r\nab`, "truncated"],
  [`${chunkedHead}1\r\na`, "truncated"],
  [`${chunkedHead}1\r\na\r\n`, "truncated"],
  [`${chunkedHead}0\r\n`, "truncated"],
  [`${chunkedHead}0\r\nA: b\r\n`, "truncated"],
])("%j is refused, however it is cut: %s", (stream, code) => {
  for (const cuts of [[], [1], [2, 1], [7]]) {
    expect(decodeStream(stream, { cuts }).error).toBe(code);
  }
});

test("the same head again is the same object, with a body as its own method has it", () => {
  const { decoder, log, heads } = loggingDecoder();
  const response = bytesOf(`${lines(ok, "Content-Length: 1", "")}a`);
  for (const method of ["GET", "HEAD", "GET"]) {
    decoder.expect(method);
    log.push(`used ${decoder.push(response)} of ${response.length}`);
  }
  expect(log.join(" ")).toBe(
    "200 a end used 39 of 39 200 end used 38 of 39 200 a end used 39 of 39",
  );
  expect(new Set(heads).size).toBe(1);
});

test("a head that begins as the one before but is longer is not taken for it", () => {
  const { decoder, heads } = loggingDecoder();
  const headers = ["1", "2", "22", "222", "2222", "22222"].flatMap((value) => [
    [["a", value]],
    [
      ["a", value],
      ["b", ""],
    ],
  ]);
  for (const fields of headers) {
    decoder.expect("HEAD");
    decoder.push(bytesOf(lines(ok, ...fields.map((field) => field.join(":")), "")));
  }
  expect(heads.map((head) => head.headers().map((field) => [...field]))).toEqual(headers);
});

test("a head within a head that has begun is not taken for one seen before", () => {
  const { decoder } = loggingDecoder();
  const known = lines(ok, "");
  decoder.expect("HEAD");
  decoder.push(bytesOf(known));
  decoder.expect("HEAD");
  decoder.push(bytesOf(lines(ok, "A: b")));
  expect(thrownBy(() => decoder.push(bytesOf(known)))).toMatchObject({ code: "bad_header" });
});

test("what one head says does not hold for the next", () => {
  const old = "HTTP/1.0 200 OK";
  const stream = [
    lines(ok, "Connection: close", "Content-Length: 0", ""),
    lines(ok, "Content-Length: 1", ""),
    lines(old, "Connection: keep-alive", "Content-Length: 0", ""),
    lines(old, "Content-Length: 0", ""),
  ];
  const methods = ["GET", "HEAD", "GET", "GET"];
  const { responses } = decodeStream(stream.join(""), { methods });
  expect(responses.map(({ keepAlive }) => keepAlive)).toEqual([false, true, true, false]);
});

test("a head outlives its chunk, and a body part is a view into it", () => {
  const { decoder, heads, bodies } = loggingDecoder();
  const chunk = bytesOf(`${lines(ok, "A: b", "Content-Length: 1", "")}a`);
  decoder.expect("GET");
  decoder.push(chunk);
  chunk.fill(0x78);
  expect(heads[0]?.header("a")).toBe("b");
  expect(Buffer.from(bodies[0]!).toString()).toBe("x");
});

test("bytes that no request asked for are not taken", () => {
  const { decoder, log } = loggingDecoder();
  expect(decoder.push(bytesOf(lines("HTTP/1.1 408 Too late", "")))).toBe(0);
  decoder.end();
  expect(log).toEqual([]);
});

test("it tells whether a response is expected and whether it has begun", () => {
  const { decoder } = loggingDecoder();
  const states: string[] = [];
  const note = () => states.push(`${decoder.idle ? "idle" : "expecting"}, ${decoder.begun}`);
  note();
  decoder.expect("GET");
  note();
  for (const piece of ["H", "TTP/1.1 100 \n\n", "HTTP/1.1 200 \nContent-Length: 1\n\n", "a"]) {
    decoder.push(bytesOf(piece));
    note();
  }
  const whileAwaited = "expecting, true";
  expect(states).toEqual([
    "idle, false",
    "expecting, false",
    whileAwaited,
    whileAwaited,
    whileAwaited,
    "idle, false",
  ]);
});

test("to expect a response before the one before is complete is a mistake", () => {
  const { decoder } = loggingDecoder();
  decoder.expect("GET");
  expect(() => decoder.expect("GET")).toThrow("Cannot expect a response to GET");
});

test("after an error it gives only that error", () => {
  const { decoder } = loggingDecoder();
  decoder.expect("GET");
  const first = thrownBy(() => decoder.push(bytesOf("garbage")));
  expect(first).toMatchObject({ code: "bad_status_line" });
  expect(thrownBy(() => decoder.push(bytesOf(lines(ok, ""))))).toBe(first);
  expect(thrownBy(() => decoder.end())).toBe(first);
});

test("a listener need not take bodies or interim responses", () => {
  const statuses: number[] = [];
  const decoder = new ResponseDecoder(defaultLimits, {
    onHead: ({ status }) => statuses.push(status),
    onEnd: () => statuses.push(0),
  });
  for (const body of [
    "Content-Length: 1\n\na",
    "Transfer-Encoding: chunked\n\n1\r\na\r\n0\r\n\r\n",
  ]) {
    decoder.expect("GET");
    decoder.push(bytesOf(`HTTP/1.1 100 \n\nHTTP/1.1 200 \n${body}`));
  }
  expect(statuses).toEqual([200, 0, 200, 0]);
});

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

function loggingDecoder() {
  const log: string[] = [];
  const heads: ResponseHead[] = [];
  const bodies: Uint8Array[] = [];
  const decoder = new ResponseDecoder(defaultLimits, {
    onHead: (head) => {
      heads.push(head);
      log.push(`${head.status}`);
    },
    onBody: (chunk, from, to) => {
      const bytes = chunk.subarray(from, to);
      bodies.push(bytes);
      log.push(Buffer.from(bytes).toString("latin1"));
    },
    onEnd: () => log.push("end"),
  });
  return { decoder, log, heads, bodies };
}

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("Expected an error");
}

/** Status, body, trailers, and how many bytes were left over; interim ones in brackets. */
function inWords({ responses, surplusBytes, error }: Decoded): string {
  const words = responses.flatMap(({ interim, status, body, trailers }) => [
    ...interim.map((code) => `(${code})`),
    `${status}`,
    body,
    trailers.length > 0 ? `[${trailers.map((field) => field.join("=")).join(" ")}]` : "",
  ]);
  return [...words, surplusBytes > 0 ? `+${surplusBytes}` : "", error ?? ""]
    .filter((word) => word !== "")
    .join(" ");
}
