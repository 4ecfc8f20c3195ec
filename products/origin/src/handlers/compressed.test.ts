import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { FakeClock } from "@breakwater/clock/testing";
import type { Coding } from "@breakwater/http-server";
import type { FakeRequest } from "@breakwater/http-server/testing";
import { compressor } from "../compressor.ts";
import { sampleText, wholeText } from "../sample-text.ts";
import { ask, fieldsOf, jsonOf } from "../testing/ask.ts";
import { type CompressedOptions, coded, compressed } from "./compressed.ts";

const text = sampleText();
const size = "300K";
const whole = Buffer.from(wholeText(text, 307_200));

test.each([
  ["zstd", zstdDecompressSync],
  ["br", brotliDecompressSync],
  ["gzip", gunzipSync],
  ["deflate", inflateSync],
] as const)("/%s sends text in that coding, whatever is accepted", async (coding, decompress) => {
  const headers = [["Accept-Encoding", "identity"]] as const;
  const exchange = ask(coded(coding, tools()), { headers }, { size });
  const { head, body } = await exchange.done;
  expect(head).toMatchObject({ status: 200, contentLength: body.length });
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "text/plain; charset=utf-8",
    "content-encoding": coding,
    etag: `"text-307200-${coding}"`,
  });
  expect(body.length).toBeLessThan(150_000);
  expect(decompress(body).equals(whole)).toBe(true);
});

test.each<[string, Coding]>([
  ["gzip, deflate", "gzip"],
  ["gzip;q=0.5, br", "br"],
])("what is accepted (%s) is sent in %s, and caches are told", async (accepted, coding) => {
  const exchange = get({ headers: [["Accept-Encoding", accepted]] });
  await exchange.done;
  expect(fieldsOf(exchange)).toMatchObject({
    "content-encoding": coding,
    vary: "accept-encoding",
    etag: `"text-307200-${coding}"`,
  });
});

test("who accepts no coding gets the text as it is", async () => {
  const exchange = get({});
  const { head, body } = await exchange.done;
  expect(head).toMatchObject({ status: 200, contentLength: 307_200 });
  expect(fieldsOf(exchange)).toEqual({
    "content-type": "text/plain; charset=utf-8",
    vary: "accept-encoding",
    etag: '"text-307200-identity"',
  });
  expect(Buffer.from(body).equals(whole)).toBe(true);
});

test("who accepts nothing at all gets 406", () => {
  const exchange = get({ headers: [["Accept-Encoding", "*;q=0"]] });
  expect(exchange.answer.head?.status).toBe(406);
  expect(jsonOf(exchange)).toEqual({ error: expect.stringContaining("identity would do") });
});

test("who has it already gets 304, but only in the same coding", () => {
  const headers = [
    ["Accept-Encoding", "gzip"],
    ["If-None-Match", '"text-307200-gzip"'],
  ] as const;
  expect(get({ headers }).answer.head?.status).toBe(304);
  expect(get({ headers: headers.slice(1) }).answer.head?.status).toBe(200);
});

test("HEAD has the length of what GET would send", async () => {
  const headers = [["Accept-Encoding", "gzip"]] as const;
  const { body } = await get({ headers }).done;
  const { head, parts } = await get({ method: "HEAD", headers }).done;
  expect(head).toMatchObject({ contentLength: body.length });
  expect(parts).toEqual([]);
});

test("when too many are waited for, that is said", async () => {
  const busy: CompressedOptions = { ...tools(), compressor: { compress: () => "busy" } };
  const exchange = ask(coded("gzip", busy), {}, { size });
  const { head } = await exchange.done;
  expect(head?.status).toBe(503);
});

test.each(["64.1M", "65M", "-1", "NaN", "", "1X"])(
  "the size %j is refused with the limit",
  (bad) => {
    const exchange = ask(coded("gzip", tools()), {}, { size: bad });
    expect(exchange.answer.head?.status).toBe(400);
    expect(jsonOf(exchange)).toEqual({ error: expect.stringContaining("from 0 to 67108864") });
  },
);

function get(request: FakeRequest) {
  return ask(compressed(tools()), request, { size });
}

function tools(): CompressedOptions {
  return {
    text,
    compressor: compressor((bytes) => wholeText(text, bytes), {
      maxKeptBytes: 2 ** 20,
      maxWaiting: 4,
    }),
    clock: new FakeClock(),
    soon: (run) => run(),
  };
}
