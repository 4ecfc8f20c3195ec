import { expect, test } from "bun:test";
import { parseArguments } from "./arguments.ts";
import { benches } from "./benches.ts";

const parse = (line: string) => parseArguments(line.split(" ").filter(Boolean), benches);

test("by default all benches run at full length", () => {
  const { action, rounds, seconds, isFull } = parse("");
  expect({ action, rounds, seconds, isFull }).toEqual({
    ...{ action: "run", rounds: 5, seconds: 5 },
    isFull: true,
  });
  expect(parse("").benches).toBe(benches);
});

test.each([
  ["--only url-5000,noise", "noise,url-5000"],
  ["--only noise --only https-64", "noise,https-64"],
])("%s chooses, in the order of the table", (line, want) => {
  expect(
    parse(line)
      .benches.map(({ name }) => name)
      .join(),
  ).toBe(want);
});

test.each(["--rounds 4", "--seconds 4", "--bw /tmp/main.ts"])(
  "with %s the figures are not the project's",
  (line) => {
    expect(parse(line).isFull).toBe(false);
  },
);

test.each(["--rounds 8 --seconds 10", "--only noise"])("with %s they are", (line) => {
  expect(parse(line).isFull).toBe(true);
});

test.each([
  ["--only noise,foo", 'There is no bench "foo": use noise, '],
  ["--rounds 0", '--rounds cannot be "0"'],
  ["--rounds 1.5", '--rounds cannot be "1.5"'],
  ["--seconds ten", '--seconds cannot be "ten"'],
  ["--fast", "'--fast'"],
  ["noise", "noise"],
])("%s is refused", (line, message) => {
  expect(() => parse(line)).toThrow(
    expect.objectContaining({ code: "bad_argument", message: expect.stringContaining(message) }),
  );
});

test("every bench has a name of its own", () => {
  expect(new Set(benches.map(({ name }) => name)).size).toBe(benches.length);
});
