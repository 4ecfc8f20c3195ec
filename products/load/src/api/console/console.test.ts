import { expect, test } from "bun:test";
import { type ConsoleLevel, createConsole } from "./console.ts";

function printed(...values: unknown[]): string {
  const lines: string[] = [];
  createConsole((_level, line) => lines.push(line)).log(...values);
  expect(lines.length).toBe(1);
  return lines[0]!;
}

class Point {
  x = 1;
  get y() {
    return 2;
  }
}
class OwnError extends Error {
  override readonly name = "OwnError";
}
const circle: Record<string, unknown> = { a: 1 };
circle.self = circle;
circle.list = [circle];
const ring: unknown[] = [];
ring.push(ring);
const shared = { x: 1 };
const fields = { a: "x", b: undefined, c: null, d: () => 1, e: Number.NaN, f: -0, g: 1n, "h-i": 1 };

// What k6 v2.2.0 prints for the same values.
const cases: [values: unknown[], line: string][] = [
  [["a", 1, -0, 1.5e21, true, null, undefined], "a 1 0 1.5e+21 true null undefined"],
  [[Symbol("s"), 10n, () => 1, Point], "s 10 [object Function] [object Function]"],
  [[], ""],
  [["%s %d", "a", 5], "%s %d a 5"],
  [["a\nb"], "a\nb"],
  [[{}, [], [1, [2, { a: [] }]]], "{} [] [ 1, [ 2, { a: [] } ] ]"],
  [[fields], '{ a: "x", b: null, c: null, d: [object Function], e: NaN, f: 0, g: 1, h-i: 1 }'],
  [[[undefined, null, 3, 'q"uote']], '[ null, null, 3, "q"uote" ]'],
  [[new Array(2)], "[ null, null ]"],
  [[circle], "{ a: 1, self: [Circular], list: [ [Circular] ] }"],
  [[ring], "[ [Circular] ]"],
  [[{ a: shared, b: shared }], "{ a: { x: 1 }, b: { x: 1 } }"],
  [[new Error("boom"), { e: new TypeError("in") }], "Error: boom { e: TypeError: in }"],
  [[[new OwnError("q")], new Error("")], "[ OwnError: q ] Error"],
  [[new Date(0)], '"1970-01-01T00:00:00.000Z"'],
  [[[new Date(0), new Date(Number.NaN)]], '[ "1970-01-01T00:00:00.000Z", {} ]'],
  [[new Map([[1, 2]]), { s: new Set() }, /re/], "{} { s: {} } {}"],
  [[new Uint8Array([1, 255]), new Uint8Array(0)], "Uint8Array(2) [ 1, 255 ] Uint8Array(0) []"],
  [[Buffer.from([7]), new Float64Array([1.5])], "Uint8Array(1) [ 7 ] Float64Array(1) [ 1.5 ]"],
  [[new BigInt64Array([1n]), new DataView(new ArrayBuffer(2))], "BigInt64Array(1) [ 1 ] {}"],
  [
    [new Uint8Array([0, 255]).buffer, new ArrayBuffer(0)],
    "ArrayBuffer { [Uint8Contents]: <00 ff>, byteLength: 2 } " +
      "ArrayBuffer { [Uint8Contents]: <>, byteLength: 0 }",
  ],
  [[new Point(), Object.create({ inherited: 1 })], "{ x: 1 } {}"],
  [[new Proxy({ a: 1 }, {}), new Proxy([1], {}), Promise.resolve()], "{ a: 1 } [ 1 ] {}"],
  [[{ toJSON: () => "J" }, { s: Symbol("v") }], '{ toJSON: [object Function] } { s: "v" }'],
];

test.each(cases.map(([values, line]) => ({ values, line })))(
  "$line is what k6 prints",
  ({ values, line }) => {
    expect(printed(...values)).toBe(line);
  },
);

test("an object whose getter throws throws", () => {
  const value = {
    get a() {
      throw new Error("getter");
    },
  };
  expect(() => printed(value)).toThrow("getter");
});

test("each function has its level, and log is info", () => {
  const levels: ConsoleLevel[] = [];
  const console = createConsole((level) => levels.push(level));
  for (const name of ["log", "debug", "info", "warn", "error"] as const) console[name]("x");
  expect(levels).toEqual(["info", "debug", "info", "warn", "error"]);
});
