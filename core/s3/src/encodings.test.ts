import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { toBase64, tryBase64 } from "./base64.ts";
import {
  toAmzDate,
  toHttpDate,
  toIsoDate,
  tryAmzDate,
  tryHttpDate,
  tryIsoDate,
} from "./calendar.ts";
import { toHex, tryHex } from "./hex.ts";
import { encodePath, encodeQuery, parseQuery } from "./uri.ts";

describe("dates", () => {
  const instants = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });

  test("are written as the platform writes them, and read back", () => {
    fc.assert(
      fc.property(instants, (ms) => {
        const date = new Date(ms);
        const iso = date.toISOString();
        expect(toIsoDate(ms)).toBe(iso);
        expect(toHttpDate(ms)).toBe(date.toUTCString());
        expect(toAmzDate(ms)).toBe(iso.replace(/\.\d+/, "").replace(/[-:]/g, ""));
        const wholeMs = Math.floor(ms / 1000) * 1000;
        expect([toAmzDate(ms)].map(tryAmzDate)).toEqual([wholeMs]);
        expect([toHttpDate(ms)].map(tryHttpDate)).toEqual([wholeMs]);
        expect([iso].map(tryIsoDate)).toEqual([ms]);
      }),
    );
  });

  test.each([
    ["20130229T000000Z", "2013-02-29T00:00:00Z", "Fri, 29 Feb 2013 00:00:00 GMT"],
    ["20131301T000000Z", "2013-13-01T00:00:00Z", "Fri, 01 Foo 2013 00:00:00 GMT"],
    ["20130524T240000Z", "2013-05-24T24:00:00Z", "Fri, 24 May 2013 24:00:00 GMT"],
    ["20130500T000000Z", "2013-05-00T00:00:00Z", "Fri, 00 May 2013 00:00:00 GMT"],
    ["20130524", "2013-05-24", "2013"],
  ])("%s, %s and %s are none", (amz, iso, http) => {
    expect([tryAmzDate(amz), tryIsoDate(iso), tryHttpDate(http)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("bytes as text", () => {
  test("are as the platform has them, and come back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect([toHex(bytes)].map(tryHex)).toEqual([bytes]);
        expect([toBase64(bytes)].map(tryBase64)).toEqual([bytes]);
      }),
    );
  });

  test.each(["A", "AA", "AAA", "AB==", "AA=A", "A===", "AA-_", "AAAA\n"])(
    "%j is no base64",
    (text) => {
      expect(tryBase64(text)).toBeUndefined();
    },
  );
});

describe("addresses", () => {
  test("a query comes back, whatever is in it", () => {
    const text = fc.string({ unit: "binary", maxLength: 10 });
    const names = fc.uniqueArray(text.filter(Boolean), { maxLength: 5 });
    fc.assert(
      fc.property(names, text, (all, value) => {
        const query = all.map((name) => [name, value] as const);
        expect(new Map(parseQuery(encodeQuery(query)))).toEqual(new Map(query));
      }),
    );
  });

  test.each([
    ["", []],
    ["a", [["a", ""]]],
    [
      "a=b=c&&d=+%2B",
      [
        ["a", "b=c"],
        ["d", " +"],
      ],
    ],
  ])("%j is %j", (text, want) => {
    expect(parseQuery(text)).toEqual(want as never);
  });

  test("a path keeps slashes and what RFC 3986 does not reserve", () => {
    expect(encodePath("/a~b-c_d.e/f g%*'()!ü😀")).toBe(
      "/a~b-c_d.e/f%20g%25%2A%27%28%29%21%C3%BC%F0%9F%98%80",
    );
  });
});
