import { expect, test } from "bun:test";
import fc from "fast-check";
import { reasonOf } from "./reason.ts";
import { encodeResponseHead, type ResponseHeadText } from "./response-encoder.ts";
import { decodeStream } from "./testing/decode-stream.ts";

const ok: ResponseHeadText = { minorVersion: 1, status: 200, fields: [] };

test.each<[head: ResponseHeadText, want: string]>([
  [ok, "HTTP/1.1 200 OK\r\n\r\n"],
  [{ ...ok, minorVersion: 0, status: 404 }, "HTTP/1.0 404 Not Found\r\n\r\n"],
  [{ ...ok, status: 299 }, "HTTP/1.1 299 Unknown Status Code\r\n\r\n"],
  [{ ...ok, status: 100 }, "HTTP/1.1 100 Continue\r\n\r\n"],
  [{ ...ok, status: 999, reason: "" }, "HTTP/1.1 999 \r\n\r\n"],
  [{ ...ok, reason: "Très bien" }, "HTTP/1.1 200 Très bien\r\n\r\n"],
  [
    {
      ...ok,
      fields: [
        ["Server", "bw"],
        ["x-Empty", ""],
        ["x-tab", "a\tÿ"],
      ],
    },
    "HTTP/1.1 200 OK\r\nServer: bw\r\nx-Empty: \r\nx-tab: a\tÿ\r\n\r\n",
  ],
])("%j is sent as %j", (head, want) => {
  expect(encodeResponseHead(head)).toBe(want);
});

test.each<[what: string, head: Partial<ResponseHeadText>]>([
  ["a status below 100", { status: 99 }],
  ["a status above 999", { status: 1000 }],
  ["half a status", { status: 200.5 }],
  ["no number", { status: Number.NaN }],
  ["a reason with a line's end", { reason: "OK\r\nA: b" }],
  ["a reason beyond latin1", { reason: "€" }],
  ["a name that is empty", { fields: [["", "a"]] }],
  ["a name with a space", { fields: [["A b", "a"]] }],
  ["a name with a colon", { fields: [["A:", "a"]] }],
  ["a name with a line's end", { fields: [["A\r\n", "a"]] }],
  ["a name beyond ASCII", { fields: [["Ä", "a"]] }],
  ["a value with another field", { fields: [["A", "a\r\nB: c"]] }],
  ["a value with LF", { fields: [["A", "a\nb"]] }],
  ["a value with CR", { fields: [["A", "a\rb"]] }],
  ["a value with NUL", { fields: [["A", "a\0"]] }],
  ["a value with DEL", { fields: [["A", "\x7f"]] }],
  ["a value beyond latin1", { fields: [["A", "a€"]] }],
  ["a value whose low bytes are a line's end", { fields: [["A", "\u010d\u010a"]] }],
])("%s is refused", (_what, head) => {
  expect(() => encodeResponseHead({ ...ok, ...head })).toThrow(
    expect.objectContaining({ name: "WireError", code: "bad_response_head" }),
  );
});

test("every registered status has its reason, and no other", () => {
  const all = Array.from({ length: 500 }, (_, index) => index + 100);
  const registered = all.filter((status) => reasonOf(status) !== "Unknown Status Code");
  expect(registered).toHaveLength(63);
  expect([204, 206, 413, 431, 505].map(reasonOf)).toEqual([
    "No Content",
    "Partial Content",
    "Content Too Large",
    "Request Header Fields Too Large",
    "HTTP Version Not Supported",
  ]);
});

test("what is sent is what a client decodes", () => {
  const value = fc.stringMatching(/^([!-~\xa0-\xff]([ \t]?[!-~\xa1-\xff]){0,9})?$/);
  const field = fc.tuple(fc.stringMatching(/^X-[!#-'*+.0-9A-Z^-z|~-]{1,9}$/), value);
  const head = fc.record({
    status: fc.integer({ min: 200, max: 999 }),
    reason: fc.option(value, { nil: undefined }),
    fields: fc.array(field, { maxLength: 5 }),
  });
  fc.assert(
    fc.property(head, ({ status, reason, fields }) => {
      const text = encodeResponseHead({ minorVersion: 1, status, reason, fields });
      const [response] = decodeStream(text, { methods: ["HEAD"] }).responses;
      expect(response).toMatchObject({
        status,
        reason: reason ?? reasonOf(status),
        headers: fields,
      });
    }),
  );
});
