import { expect, test } from "bun:test";
import { tryNearMiss } from "./near-miss.ts";

test.each([
  ["prot", "port"],
  ["max_open", "maxOpen"],
  ["maxopne", "maxOpen"],
  ["timout", "timeout"],
  ["timeoutt", "timeout"],
  ["x", undefined],
  ["", undefined],
  ["something", undefined],
  ["t".repeat(100_000), undefined],
])("%s is near %p", (given, near) => {
  expect(tryNearMiss(given, ["port", "maxOpen", "timeout", "host"])).toBe(near!);
});
