import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Field } from "../field.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { encodeFieldBlock, encodeResponseBlock } from "./response-block.ts";

const roomy = { maxTableBytes: 4096, maxHeadBytes: 1_000_000, maxHeaders: 100 };
const decode = (block: Uint8Array) => new HpackDecoder(roomy).decode(block, 0, block.length);

test("a response comes back as it was, names in lower case, on any connection", () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9-]{1,40}$/).map((text) => `x-${text}`);
  const value = fc.stringMatching(/^[!-~]([ -~]{0,300}[!-~])?$/);
  const status = fc.integer({ min: 100, max: 599 });
  fc.assert(
    fc.property(status, fc.array(fc.tuple(name, value), { maxLength: 20 }), (code, fields) => {
      const wanted = fields.map(([key, text]): Field => [key.toLowerCase(), text]);
      const joined = [encodeResponseBlock(code, fields), encodeFieldBlock(fields)];
      expect(decode(Buffer.concat(joined))).toEqual([
        [":status", String(code)],
        ...wanted,
        ...wanted,
      ]);
    }),
  );
});

test("a status that is common takes one byte, and others no entry of a table", () => {
  expect(encodeResponseBlock(200, []).toHex()).toBe("88");
  expect(encodeResponseBlock(418, [["server", "a"]]).toHex()).toBe(
    "0803343138 0f270161".replace(" ", ""),
  );
});

test("what belongs to an HTTP/1.1 connection is left out, and blanks around values", () => {
  const names = [
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
    "Transfer-Encoding",
    "Upgrade",
  ];
  const fields = names.map((name): Field => [name, "x"]);
  expect(decode(encodeFieldBlock([...fields, ["A", " b\t"], ["C", ""]]))).toEqual([
    ["a", "b"],
    ["c", ""],
  ]);
});

test.each<[Field]>([[["a b", "c"]], [["", "c"]], [[":status", "200"]], [["a", "b\r\nc: d"]]])(
  "%p is refused",
  (field) => {
    expect(() => encodeFieldBlock([field])).toThrow(
      expect.objectContaining({ code: "bad_request_header" }),
    );
  },
);
