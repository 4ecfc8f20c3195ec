import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Field } from "../field.ts";
import { encodeRequestBlock } from "./hpack-encoder.ts";
import { Http2RequestDecoder, Http2RequestMemory } from "./request-decoder.ts";

const roomy = { maxTableBytes: 4096, maxHeadBytes: 65_536, maxHeaders: 100 };
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

function decoderOf(memory: Http2RequestMemory = new Http2RequestMemory()) {
  const decoder = new Http2RequestDecoder(roomy, memory);
  return (block: Uint8Array, hasBody = false) => {
    // As it lies in a larger chunk, of which nothing may be kept.
    const chunk = Buffer.concat([Uint8Array.of(1, 2), block, Uint8Array.of(3)]);
    const request = decoder.decode(chunk, 2, chunk.length - 1, hasBody);
    chunk.fill(0);
    return request;
  };
}

const block = (path: string, fields: readonly Field[] = []): Uint8Array =>
  encodeRequestBlock({ method: "GET", scheme: "http", authority: "a", path, fields });

test("equal blocks share a request, also of other connections, but not with and without body", () => {
  const memory = new Http2RequestMemory();
  const [one, two] = [decoderOf(memory), decoderOf(memory)];
  const request = one(block("/a"));
  expect(one(block("/a"))).toBe(request);
  expect(two(block("/a"))).toBe(request);
  expect(one(block("/b"))).not.toBe(request);
  const withBody = one(block("/a"), true);
  expect([withBody.hasBody, request.hasBody]).toEqual([true, false]);
  expect(one(block("/a"))).toBe(request);
});

test("equal blocks mean what the table says at the time", () => {
  const decode = decoderOf();
  // ":authority: a" and ":authority: b" into the table; then GET http / with its newest entry.
  const first = hex("82 86 84 41 0161");
  const second = hex("82 86 84 41 0162");
  const newest = hex("82 86 84 be");
  decode(first);
  const one = [decode(newest), decode(newest)];
  decode(second);
  const other = [decode(newest), decode(newest)];
  expect(one.map(({ authority }) => authority)).toEqual(["a", "a"]);
  expect(other.map(({ authority }) => authority)).toEqual(["b", "b"]);
  expect(one[0]).toBe(one[1]!);
});

test("a table that shrinks takes its entries' meaning along", () => {
  const decode = decoderOf();
  decode(hex("82 86 84 41 0161"));
  decode(hex("82 86 84 be"));
  decode(hex("20 82 86 84"));
  expect(() => decode(hex("82 86 84 be"))).toThrow(expect.objectContaining({ code: "bad_hpack" }));
});

test("a malformed block is so each time, and the next can still be read", () => {
  const decode = decoderOf();
  for (const _time of [1, 2]) {
    expect(() => decode(hex("82 86"))).toThrow(expect.objectContaining({ code: "bad_header" }));
  }
  expect(decode(hex("82 86 84")).path).toBe("/");
});

test("a request from memory is the one that a fresh decoder reads", () => {
  const text = fc.stringMatching(/^[a-z]{0,3}$/);
  const request = fc.record({
    path: text.map((rest) => `/${rest}`),
    fields: fc.array(fc.tuple(fc.constantFrom("x", "cookie", "y"), text), { maxLength: 3 }),
    hasBody: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 30 }), (requests) => {
      const memory = new Http2RequestMemory();
      const decoders = [decoderOf(memory), decoderOf(memory)];
      for (const [index, { path, fields, hasBody }] of requests.entries()) {
        const bytes = block(path, fields);
        const known = decoders[index % 2]!(bytes, hasBody);
        const fresh = decoderOf()(bytes, hasBody);
        expect({ ...known }).toEqual({ ...fresh });
        expect(known.headers()).toEqual(fresh.headers());
      }
    }),
  );
});
