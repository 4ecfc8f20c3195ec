import { describe, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { caught, messageOf } from "../../vu/testing/test-user.ts";
import { compressBody, encodeBody, FileData, type RequestBody } from "./body.ts";

async function sent(body: RequestBody): Promise<{ text: string; type: string | undefined }> {
  const encoded = await encodeBody(body);
  return {
    text: new TextDecoder().decode(encoded?.bytes as Uint8Array),
    type: encoded?.contentType,
  };
}

const form = "application/x-www-form-urlencoded";
const bytes = new TextEncoder().encode("-bytes-");

test.each<[string, RequestBody, string, string | undefined]>([
  ["text", "é", "é", undefined],
  ["no text", "", "", undefined],
  ["an ArrayBuffer", bytes.buffer, "-bytes-", undefined],
  ["a part of one", bytes.subarray(1, 6), "bytes", undefined],
  ["a DataView", new DataView(bytes.buffer, 1, 2), "by", undefined],
  ["an object: keys sorted", { b: 1, a: "x y", c: true }, "a=x+y&b=1&c=true", form],
  ["arrays repeat their key", { a: [1, "2"], b: [] }, "a=1&a=2", form],
  ["null is empty", { a: null, b: undefined }, "a=&b=", form],
  ["what a form escapes", { "a&": "=é" }, "a%26=%3D%C3%A9", form],
  ["URLSearchParams: as they are", new URLSearchParams("b=1&a=2"), "b=1&a=2", form],
  ["a Blob", new Blob(["x"], { type: "a/b" }), "x", "a/b"],
  ["a Blob without a type", new Blob(["x"]), "x", undefined],
])("%s", async (_name, body, text, type) => {
  expect(await sent(body)).toEqual({ text, type });
});

test("any form comes back as it was", async () => {
  const value = fc.oneof(fc.string(), fc.integer().map(String));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.array(value)), async (fields) => {
      const read = new URLSearchParams((await sent(fields)).text);
      for (const [key, values] of Object.entries(fields)) expect(read.getAll(key)).toEqual(values);
    }),
  );
});

describe("multipart", () => {
  test.each<[string, RequestBody]>([
    [
      "an object with a file",
      { up: new FileData("data", "a.txt", "text/plain"), name: "n", x: null },
    ],
    ["FormData", formData()],
  ])("%s", async (_name, body) => {
    const encoded = await encodeBody(body);
    const { contentType, bytes: whole } = encoded!;
    expect(contentType).toStartWith("multipart/form-data; boundary=");
    const headers = { "content-type": contentType! };
    const read = await new Response(whole as Uint8Array<ArrayBuffer>, { headers }).formData();
    const file = read.get("up") as File;
    expect([file.name, file.type.split(";")[0], await file.text()]).toEqual([
      "a.txt",
      "text/plain",
      "data",
    ]);
    expect([read.get("name"), read.get("x")]).toEqual(["n", ""]);
  });

  test("several files under one key, of bytes, with the names that k6 gives", async () => {
    const files = [new FileData(bytes), new FileData(bytes.buffer)];
    const encoded = await encodeBody({ up: files });
    const headers = { "content-type": encoded!.contentType! };
    const whole = encoded!.bytes as Uint8Array<ArrayBuffer>;
    const read = (await new Response(whole, { headers }).formData()).getAll("up") as File[];
    expect(await Promise.all(read.map((file) => file.text()))).toEqual(["-bytes-", "-bytes-"]);
    expect(read.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^\d{19}$/),
      expect.stringMatching(/^\d{19}$/),
    ]);
    expect(Buffer.from(whole).toString("latin1")).toContain("Type: application/octet-stream");
  });
});

function formData(): FormData {
  const data = new FormData();
  data.append("up", new File(["data"], "a.txt", { type: "text/plain" }));
  data.append("name", "n");
  data.append("x", "");
  return data;
}

test("a stream stays one", async () => {
  const stream = new ReadableStream<Uint8Array>();
  expect(await encodeBody(stream)).toEqual({ bytes: stream, contentType: undefined });
});

test.each([
  [7, "Cannot send a number as a body: give text, bytes or an object"],
  [
    { a: { b: 1 } },
    'Cannot send an object in the form field "a": give text, or send JSON.stringif',
  ],
  [{ a: [[1]] }, 'Cannot send an object in the form field "a"'],
])("%p is refused", async (body, message) => {
  expect(messageOf(await caught(() => encodeBody(body as RequestBody)))).toStartWith(message);
});

describe("compression", () => {
  const body = { bytes, contentType: "a/b" };

  test.each([
    ["gzip", (out: Uint8Array) => gunzipSync(out)],
    ["deflate", (out: Uint8Array) => inflateSync(out)],
    ["br", (out: Uint8Array) => brotliDecompressSync(out)],
    ["zstd", (out: Uint8Array) => zstdDecompressSync(out)],
    ["gzip, br", (out: Uint8Array) => gunzipSync(brotliDecompressSync(out))],
  ])("%s", (list, undo) => {
    const compressed = compressBody(body, list);
    expect(undo(compressed.bytes as Uint8Array).toString()).toBe("-bytes-");
    expect(compressed.contentType).toBe("a/b");
  });

  test.each<[string, Parameters<typeof compressBody>, string]>([
    [
      "an unknown one",
      [body, "gzip,lzma"],
      'Cannot compress a body with "lzma": known are gzip, deflate, br, zstd',
    ],
    [
      "a stream",
      [{ bytes: new ReadableStream(), contentType: undefined }, "gzip"],
      "Cannot compress a stream body",
    ],
  ])("%s is refused", (_name, args, message) => {
    expect(() => compressBody(...args)).toThrow(new TypeError(message));
  });
});
