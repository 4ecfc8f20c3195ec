import { expect, test } from "bun:test";
import { formatPlace, type Place, tryParsePlace } from "./place.ts";

test.each<[string, Place]>([
  ["localhost:6060", { hostname: "localhost", port: 6060 }],
  ["127.0.0.1:0", { hostname: "127.0.0.1", port: 0 }],
  [":8080", { hostname: undefined, port: 8080 }],
  ["[::1]:65535", { hostname: "::1", port: 65_535 }],
])("%s is a place, and is written so", (text, place) => {
  expect(tryParsePlace(text)).toEqual(place);
  expect(formatPlace(place)).toBe(text);
});

test.each([
  "8080",
  "localhost",
  "::1:80",
  "a:65536",
  "a:-1",
  "a:b",
  "http://a:1",
  "a:1/",
  "[x]:1",
  "",
])("%j is no place", (text) => {
  expect(tryParsePlace(text)).toBeUndefined();
});
