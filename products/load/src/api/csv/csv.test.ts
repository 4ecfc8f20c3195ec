import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import fc from "fast-check";
import { caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { FsFile } from "../fs/fs-file.ts";
import { parseCsv, parserClass } from "./csv.ts";

let files = 0;
function fileOf(text: string): FsFile {
  files += 1;
  return new FsFile(`/${files}.csv`, new TextEncoder().encode(text));
}

/** What both ways of reading give, which must be the same: rows, or the message of the error. */
async function readBoth(text: string, options?: unknown): Promise<unknown> {
  using vu = testUser({ clock: new FakeClock() });
  const all = await parseCsv(vu.user, fileOf(text), options).then((rows) => [...rows], messageOf);
  const one = await oneByOne(vu, fileOf(text), options).catch(messageOf);
  expect(one).toEqual(all);
  return all;
}

async function oneByOne(vu: ReturnType<typeof testUser>, file: FsFile, options: unknown) {
  const Parser = parserClass(vu.user);
  const parser = new Parser(file, options);
  const rows: unknown[] = [];
  let result = await parser.next();
  for (; !result.done; result = await parser.next()) rows.push(result.value);
  expect(result.value).toEqual([]);
  return rows;
}

const sample = 'a,b,c\n1,2,3\n"x, y","q""uote",z\n\n# not comment,5,6\nlast,"multi\nline",9';
const rows = [
  ["a", "b", "c"],
  ["1", "2", "3"],
  ["x, y", 'q"uote', "z"],
  ["# not comment", "5", "6"],
  ["last", "multi\nline", "9"],
];
const objects = rows.slice(1).map(([a, b, c]) => ({ a, b, c }));

// The same calls on k6 v2.2.0 give the same.
test.each<[string, unknown, unknown[]]>([
  [sample, undefined, rows],
  [sample, {}, rows],
  [sample, { nope: 1 }, rows],
  [sample, { asObjects: true }, objects],
  [sample, { asObjects: true, fromLine: 0 }, objects],
  [sample, { asObjects: true, toLine: 2 }, objects.slice(0, 2)],
  [sample, { skipFirstLine: true }, rows.slice(1)],
  [sample, { skipFirstLine: true, fromLine: 1 }, rows.slice(1)],
  [sample, { skipFirstLine: true, fromLine: 3 }, rows.slice(3)],
  [sample, { fromLine: 2 }, rows.slice(2)],
  [sample, { fromLine: "2" }, rows.slice(2)],
  [sample, { fromLine: null }, rows],
  [sample, { fromLine: 2, toLine: 3 }, rows.slice(2, 4)],
  [sample, { toLine: 2 }, rows.slice(0, 3)],
  [sample, { toLine: 0 }, rows],
  [
    "a;b\r\n1;2\r\n",
    { delimiter: ";" },
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["a\tb\n", { delimiter: "\t" }, [["a", "b"]]],
  ["\uFEFFa,b\n1,2\n", { asObjects: true }, [{ "\uFEFFa": "1", b: "2" }]],
  ["a,a\n1,2\n", { asObjects: true }, [{ a: "2" }]],
  [
    "a,b\n 1 , 2 \n",
    undefined,
    [
      ["a", "b"],
      [" 1 ", " 2 "],
    ],
  ],
  [
    ',\n,\n"",""\n',
    undefined,
    [
      ["", ""],
      ["", ""],
      ["", ""],
    ],
  ],
  ['one\n""\n \ntwo\n', undefined, [["one"], [""], [" "], ["two"]]],
  ['"a\r\nb"\r\n', undefined, [["a\nb"]]],
  ["a\rb\n", undefined, [["a\rb"]]],
  ["\n\r\n\n", undefined, []],
  ["", undefined, []],
])("%j with %p is read as k6 reads it", async (text, options, wanted) => {
  expect(await readBoth(text, options)).toEqual(wanted);
});

test.each<[string, unknown, string]>([
  ["a,b\n1,2,3\n", undefined, "Cannot read line 2 of the CSV: it has 3 fields, the first record"],
  ['a,b\n1,x"y\n', undefined, 'Cannot read line 2 of the CSV: a quote stands within "x"y"'],
  ['a,b\n1,"x"y\n', undefined, "Cannot read line 2 of the CSV: text follows a closing quote"],
  ['a,b\n1,"open\n', undefined, 'Cannot read line 2 of the CSV: a quote is not closed: "open\n"'],
  ["", { skipFirstLine: true }, "Cannot read CSV up to line 1: it ends before"],
  ["", { asObjects: true }, "Cannot read CSV up to line 1: it ends before"],
  [sample, { fromLine: 100 }, "Cannot read CSV up to line 100: it ends before"],
  [sample, { fromLine: -1 }, "Cannot read CSV with fromLine -1: give 0 or more"],
  [sample, { toLine: -1 }, "Cannot read CSV with toLine -1: give 0 or more"],
  [sample, { fromLine: 3, toLine: 3 }, "Cannot read CSV from line 3 to 3: fromLine comes first"],
  [sample, { asObjects: true, skipFirstLine: true }, "Cannot read CSV with asObjects and skipFi"],
  [sample, { asObjects: true, fromLine: 2 }, "Cannot read CSV with asObjects and fromLine: the"],
  [sample, { delimiter: ";;" }, 'Cannot part CSV by ";;": give one character, neither " nor a'],
  [sample, { delimiter: "" }, 'Cannot part CSV by "": give one character'],
  [sample, { delimiter: '"' }, 'Cannot part CSV by "\\"": give one character'],
  [sample, { delimiter: "\n" }, 'Cannot part CSV by "\\n": give one character'],
  [sample, { delimiter: null }, "Cannot part CSV by null: give one character"],
  [sample, null, "Cannot use null as options of CSV: give an object"],
])("%j with %p is refused", async (text, options, message) => {
  expect(await readBoth(text, options)).toStartWith(message);
});

test.each([undefined, null, "t.csv", {}])("%p is no file to read", async (file) => {
  using vu = testUser({ clock: new FakeClock() });
  const message = `Cannot read ${file} as CSV: give a file that open() of k6/experimental/fs opened`;
  const Parser = parserClass(vu.user);
  expect(messageOf(await caught(parseCsv(vu.user, file, undefined)))).toBe(message);
  expect(messageOf(await caught(() => new Parser(file)))).toBe(message);
});

test("a file is parsed once for all VUs, by its path and the options", async () => {
  using vu = testUser({ clock: new FakeClock() });
  using other = testUser({ clock: new FakeClock(), shared: { test: vu.user.test } });
  const file = fileOf(sample);
  const first = await parseCsv(vu.user, file, undefined);
  expect(await parseCsv(other.user, file, {})).toBe(first);
  expect(await parseCsv(other.user, file, { asObjects: true })).not.toBe(first);
});

test("rows can be read in any order, and not be changed", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const array = await parseCsv(vu.user, fileOf(sample), undefined);
  expect([array[4], array[1], array[4], array[-1]]).toEqual([
    rows[4]!,
    rows[1]!,
    rows[4]!,
    undefined as unknown as string[],
  ]);
  expect(Object.isFrozen(array[0])).toBe(true);
});

test("reading starts where the file was sought to", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const file = fileOf("a,b\n1,2\n3,4\n");
  await file.seek(4, 0);
  expect(await oneByOne(vu, file, {})).toEqual([
    ["1", "2"],
    ["3", "4"],
  ]);
});

test("a Parser is made at the script's top level, and read in an iteration", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const Parser = parserClass(vu.user);
  const file = fileOf("a,b\n1,2\n");
  const parser = new Parser(file);
  const [result, error] = await vu.inside(async () => [
    await parser.next(),
    await caught(() => new Parser(file)),
  ]);
  expect(result).toEqual({ done: false, value: ["a", "b"] });
  expect(messageOf(error)).toBe("Cannot make a CSV Parser now: do it at the script's top level");
});

test("a field that goes on for too long is refused", async () => {
  const message = await readBoth(`"${"x".repeat(2 ** 24 + 1)}\nmore"`);
  expect(message).toStartWith("Cannot read line 2 of the CSV: a quote is not closed");
});

test("what is written as CSV is read back, whatever is in it", async () => {
  const field = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", ";", "ü", "\uFEFF") });
  const records = fc
    .integer({ min: 1, max: 4 })
    .chain((count) => fc.array(fc.array(field, { minLength: count, maxLength: count })));
  const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(records, fc.constantFrom("\n", "\r\n"), async (table, end) => {
      const text = table.map((record) => record.map(quote).join(",") + end).join("");
      expect(await readBoth(text)).toEqual(table);
    }),
  );
});
