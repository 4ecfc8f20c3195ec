import { expect, test } from "bun:test";
import { logger } from "./logger.ts";
import { fakeIo } from "./testing/fake-io.ts";

test.each([
  [false, "warn: slow\n"],
  [true, "\x1b[33mwarn\x1b[0m: slow\n"],
])("a line says how bad it is (on a terminal in colour: %p)", (isTerminal, wanted) => {
  const io = fakeIo({ isTerminal: () => isTerminal });
  logger(io).write("warn", "slow");
  expect(io.err).toEqual([wanted]);
});

test("whoever keeps a live line is told before each", () => {
  const io = fakeIo();
  const log = logger(io);
  log.before = () => io.stderr("cleared ");
  log.write("error", "a");
  log.write("info", "b");
  expect(io.err.join("")).toBe("cleared error: a\ncleared info: b\n");
});
