import { expect, test } from "bun:test";
import { fakeExchange } from "@breakwater/http-server/testing";
import {
  checked,
  ParameterError,
  parseFieldNames,
  parseFieldValue,
  parseSize,
  parseSwitch,
  parseWhole,
} from "./parameter.ts";

test.each([
  ["0", 0],
  ["007", 7],
  ["3600000", 3_600_000],
])("%j is the whole number %d", (text, value) => {
  expect(parseWhole("delay", text, { max: 3_600_000 })).toBe(value);
});

const noWholeNumbers = ["", "-1", "1.5", "1e3", "0x10", "NaN", " 1", "Infinity", "9".repeat(400)];

test.each([...noWholeNumbers, "3600001"])("%j is no delay", (text) => {
  expect(() => parseWhole("delay", text, { max: 3_600_000, of: "milliseconds" })).toThrow(
    "it must be a whole number of milliseconds from 0 to 3600000",
  );
});

test.each([
  ["0", 0],
  ["10000G", 10_000 * 2 ** 30],
  ["2t", 2 * 2 ** 40],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
])("%j is %d bytes", (text, bytes) => {
  expect(parseSize("size", text, { max: Number.MAX_SAFE_INTEGER })).toBe(bytes);
});

test.each([...noWholeNumbers.filter((text) => text !== " 1"), "9007199254740992", "8192T", "1K1"])(
  "%j is no size",
  (text) => {
    expect(() => parseSize("size", text, { max: Number.MAX_SAFE_INTEGER })).toThrow(
      "whole bytes from 0 to 9007199254740991",
    );
  },
);

test("a size beyond the limit says the limit", () => {
  expect(() => parseSize("size", "65M", { min: 1, max: 2 ** 26 })).toThrow(
    'Cannot use size "65M": it must be whole bytes from 1 to 67108864, like 11111',
  );
});

test.each([
  ["true", true],
  ["1", true],
  ["YES", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["Off", false],
])("%j is %p", (text, value) => {
  expect(parseSwitch("chunked", text)).toBe(value);
});

test.each(["", "maybe", "truely"])("%j is neither yes nor no", (text) => {
  expect(() => parseSwitch("chunked", text)).toThrow("it must be true or false");
});

test.each(["", " a", "a ", "a\r\nSet-Cookie: b", "ü", "x".repeat(2049)])(
  "%j may not stand in a field",
  (text) => {
    expect(() => parseFieldValue("location", text)).toThrow(ParameterError);
  },
);

test("field names are told apart at commas", () => {
  expect(parseFieldNames("vary", "Accept-Language, Cookie")).toEqual(["Accept-Language", "Cookie"]);
});

test.each(["", "a,,b", "a b", "a:b", "x".repeat(65), Array(17).fill("a").join()])(
  "%j are no field names",
  (text) => {
    expect(() => parseFieldNames("vary", text)).toThrow("1 to 16 field names");
  },
);

test("a bad parameter is answered with 400 and its sentence, shortened where it is long", () => {
  const exchange = fakeExchange();
  const handler = checked(() => void parseWhole("count", "9".repeat(400), { max: 5 }));
  void handler(exchange, {});
  expect(exchange.answer.head?.status).toBe(400);
  expect(JSON.parse(exchange.text())).toEqual({
    error: `Cannot use count "${"9".repeat(60)}…": it must be a whole number from 0 to 5`,
  });
});

test("our own mistakes are not taken for bad parameters", () => {
  const broken = checked(() => {
    throw new TypeError("ours");
  });
  expect(() => broken(fakeExchange(), {})).toThrow("ours");
});
