import { expect, test } from "bun:test";
import { type OriginOptions, parseOriginOptions } from "./options.ts";

test("what is left out is the default", () => {
  expect(parseOriginOptions({})).toMatchObject({
    port: 8080,
    hostname: undefined,
    idleTimeoutMs: 10_000,
    maxBodyBytes: 2 ** 40,
  });
});

test("zero is a value, not something left out", () => {
  const zeros = { port: 0, idleTimeoutMs: 0, maxBodyBytes: 0 };
  expect(parseOriginOptions(zeros)).toMatchObject(zeros);
});

test.each<[OriginOptions, string]>([
  [{ port: -1 }, "Cannot use port -1: it must be a whole number from 0 to 65535"],
  [{ port: 65_536 }, "Cannot use port 65536"],
  [{ port: 80.5 }, "Cannot use port 80.5"],
  [{ port: Number.NaN }, "Cannot use port NaN"],
  [{ hostname: "" }, 'Cannot use hostname ""'],
  [{ idleTimeoutMs: 255_001 }, "Cannot use idleTimeoutMs 255001"],
  [{ maxBodyBytes: -1 }, "Cannot use maxBodyBytes -1"],
])("%j is refused with what would do", (options, message) => {
  expect(() => parseOriginOptions(options)).toThrow(
    expect.objectContaining({ code: "bad_option", message: expect.stringContaining(message) }),
  );
});
