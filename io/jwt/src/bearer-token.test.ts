import { expect, test } from "bun:test";
import { bearerToken } from "./bearer-token.ts";

test.each([
  ["Bearer abc.DEF-_.~+/==", "abc.DEF-_.~+/=="],
  ["bearer a", "a"],
  ["BEARER  a", "a"],
  [undefined, undefined],
  ["", undefined],
  ["Bearer", undefined],
  ["Bearer ", undefined],
  ["Bearera", undefined],
  ["Bearer\ta", undefined],
  ["Bearer a b", undefined],
  ["Bearer a, Bearer b", undefined],
  ["Bearer a ", undefined],
  [" Bearer a", undefined],
  ["Bearer a=b", undefined],
  ["Bearer ä", undefined],
  ["Bearer a\nb", undefined],
  ["Basic YTpi", undefined],
  ["Token a", undefined],
])("%j has the token %p", (authorization, token) => {
  expect(bearerToken(authorization)).toBe(token!);
});

test("a header of a megabyte of blanks is looked through once", () => {
  expect(bearerToken(`Bearer ${" ".repeat(1_000_000)},`)).toBeUndefined();
});
