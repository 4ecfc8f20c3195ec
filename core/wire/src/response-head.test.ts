import { expect, test } from "bun:test";
import { HeadScanner } from "./head-scanner.ts";
import { type ResponseHead, ScannedHead } from "./response-head.ts";

test("fields come as sent and in order, without the white space around values", () => {
  const head = headOf("Server:nginx", "x-EMPTY:", "Set-Cookie:\t a=1 \t", "set-cookie: b = 2");
  expect(head.headers()).toEqual([
    ["Server", "nginx"],
    ["x-EMPTY", ""],
    ["Set-Cookie", "a=1"],
    ["set-cookie", "b = 2"],
  ]);
});

test.each<[lowerCaseName: string, want: string | undefined]>([
  ["server", "nginx"],
  ["empty", ""],
  ["set-cookie", "a=1, b=2"],
  ["serve", undefined],
  ["server2", undefined],
  ["content-type", undefined],
])("the value of %s is %p", (lowerCaseName, want) => {
  const head = headOf("SERVER: nginx", "Empty:", "Set-Cookie: a=1", "set-COOKIE: b=2");
  expect(head.header(lowerCaseName)).toBe(want);
});

test.each<[line: string, want: string]>([
  ["A: b\r\n c", "b c"],
  ["A: b \t\r\n\t \t c ", "b c"],
  ["A:\r\n b\n c\r\n \r\n d", "b c d"],
  ["A: \r\n \r\n\t", ""],
  ["A: caf\xe9 \x80\xa0", "caf\xe9 \x80\xa0"],
  ["A: a: b\tc", "a: b\tc"],
  ["A: \x01\x7f", "\x01\x7f"],
])("%j is read as %j", (line, want) => {
  const head = headOf(line, "B: after");
  expect(head.headers()).toEqual([
    ["A", want],
    ["B", "after"],
  ]);
  expect(head.header("a")).toBe(want);
});

test.each<[lines: string[], want: number | undefined]>([
  [["Content-Length: 5"], 5],
  [["Content-Length: 9007199254740991"], Number.MAX_SAFE_INTEGER],
  [["Content-Length: 5", "Transfer-Encoding: chunked"], undefined],
  [[], undefined],
])("the length announced in %j is %p", (lines, want) => {
  expect(headOf(...lines).contentLength).toBe(want);
});

test.each([
  ["HTTP/1.1 200 OK\r\n\r\n", "OK"],
  ["HTTP/1.1 404 Not  Found\t\n\n", "Not  Found\t"],
  ["HTTP/1.1 200 \r\n\r\n", ""],
  ["HTTP/1.1 200\r\n\r\n", ""],
  ["HTTP/1.1 200\n\n", ""],
  ["HTTP/1.1 200 caf\xe9\n\n", "caf\xe9"],
])("the reason in %j is %j", (text, want) => {
  expect(scan(text).reason).toBe(want);
});

test("a head of the largest kind is read in a time that grows with its length only", () => {
  const value = `${" ".repeat(100_000)}b`;
  const head = headOf(...new Array(20).fill(`A:${value}`), `B: a${value}\r\n${value}`);
  expect(head.headers()).toHaveLength(21);
  expect(head.header("b")).toHaveLength("a".length + value.length + " b".length);
});

const headOf = (...lines: readonly string[]): ResponseHead =>
  scan(`HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`);

function scan(text: string): ResponseHead {
  const bytes = Buffer.from(text, "latin1");
  const scanner = new HeadScanner({ kind: "response", maxFields: 100 });
  scanner.begin(0);
  expect(scanner.scan(bytes, bytes.length)).toBe(bytes.length);
  return new ScannedHead(bytes, scanner);
}
