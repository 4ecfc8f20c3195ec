import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { type LoadedScript, loadScript } from "./load-script.ts";
import { caught } from "./testing/caught.ts";
import { type ScriptFolder, scriptFolder } from "./testing/script-folder.ts";

/** As a worker gets it: through JSON. */
async function load(folder: ScriptFolder, name?: string): Promise<LoadedScript> {
  const { portable } = await folder.compile(name);
  return loadScript(JSON.parse(JSON.stringify(portable)));
}

/** The exports of a script that needs no API. */
async function run(text: string, files: Readonly<Record<string, string>> = {}) {
  await using folder = await scriptFolder({ ...files, "script.ts": text });
  return await (await load(folder)).instantiate({ breakwater: {} }, { __ENV: {} });
}

// biome-ignore lint/complexity/noBannedTypes: a script's function may take and give anything.
const call = (value: unknown, ...args: unknown[]): unknown => (value as Function)(...args);

test("module state is private to each instance, in helpers and packages too", async () => {
  await using folder = await scriptFolder({
    "script.ts": `import { next } from "./lib/counter.ts";
      import tally from "tally";
      let own = 0;
      export default () => [(own += 1), next(), tally.next()];`,
    "lib/counter.ts": "let count = 0;\nexport const next = () => (count += 1);",
    "node_modules/tally/package.json": '{ "name": "tally", "main": "main.js" }',
    "node_modules/tally/main.js": "let count = 0; exports.next = function () { return ++count; };",
  });
  const script = await load(folder);
  const first = await script.instantiate({}, {});
  const second = await script.instantiate({}, {});
  expect(call(first.default)).toEqual([1, 1, 1]);
  expect(call(first.default)).toEqual([2, 2, 2]);
  expect(call(second.default)).toEqual([1, 1, 1]);
});

test("each instance gets its own API and globals", async () => {
  await using folder = await scriptFolder({
    "script.ts": `import { http, check as verify } from "breakwater";
      import * as everything from "breakwater";
      export default () => [http, verify, everything.http, __ENV.NAME, typeof __ENV];`,
  });
  const script = await load(folder);
  const first = await script.instantiate(
    { breakwater: { http: 1, check: 2 } },
    { __ENV: { NAME: "a" } },
  );
  const second = await script.instantiate(
    { breakwater: { http: 3, check: 4 } },
    { __ENV: { NAME: "b" } },
  );
  expect(call(first.default)).toEqual([1, 2, 1, "a", "object"]);
  expect(call(second.default)).toEqual([3, 4, 3, "b", "object"]);
});

test("a variable of the user's may have the name of a global", async () => {
  const { mine, theirs } = await run(`const __ENV = 1;
    export const mine = __ENV;
    export const theirs = ((__ENV) => __ENV)(2);`);
  expect([mine, theirs]).toEqual([1, 2]);
});

test.each([
  ["function", "export default function () { return 1; }"],
  ["named function", "export default function main() { return 1; }"],
  ["async function", "export default async function () { return 1; }"],
  ["arrow", "export default () => 1;"],
  ["async arrow", "export default async () => await Promise.resolve(1);"],
  ["renamed local", "function main() { return 1; }\nexport { main as default };"],
  ["re-export", 'export { default } from "./main.ts";'],
  ["renamed re-export", 'export { main as default } from "./main.ts";'],
  ["imported and exported", 'import main from "./main.ts";\nexport default main;'],
  ["CommonJS", "module.exports = { default: () => 1 };"],
  ["CommonJS by name", "exports.default = () => 1;"],
])("a default export as %s is found", async (_, text) => {
  const main = "export function main() { return 1; }\nexport default main;";
  const exports = await run(text, { "main.ts": main });
  expect(Object.keys(exports)).toEqual(["default"]);
  expect(await call(exports.default)).toBe(1);
});

test("exports are live", async () => {
  const exports = await run(`export let count = 0;
    export let later: string;
    export const bump = () => { count += 1; later = "set"; };`);
  call(exports.bump);
  expect(exports).toMatchObject({ count: 1, later: "set" });
});

test("names that are no identifiers, and all of a helper's, can be exported", async () => {
  const exports = await run(
    'export * from "./helper.ts";\nexport * as all from "./helper.ts";\nconst x = 1;\nexport { x as "a name", x as for };',
    { "helper.ts": "export const one = 1;\nexport const two = 2;" },
  );
  expect(exports).toMatchObject({ one: 1, two: 2, "a name": 1, for: 1 });
  expect(exports.all).toMatchObject({ one: 1, two: 2 });
});

test("a script without exports has none", async () => {
  expect(await run("const a = 1;")).toEqual({});
});

test("top-level await runs in order, in helpers first", async () => {
  const exports = await run(
    'import { log } from "./helper.ts";\nlog.push(await Promise.resolve("script"));\nexport { log };',
    { "helper.ts": 'export const log: string[] = [];\nlog.push(await Promise.resolve("helper"));' },
  );
  expect(exports.log).toEqual(["helper", "script"]);
});

test.each([
  ["an undeclared variable", "export default () => { undeclared = 1; };", ReferenceError],
  ["a frozen object", "export default () => { Object.freeze([]).push(1); };", TypeError],
  ["this of a plain call", "export default () => (function () { this.x = 1; })();", TypeError],
])("strict mode holds: assigning to %s throws", async (_, text, expected) => {
  const exports = await run(text);
  expect(() => call(exports.default)).toThrow(expected);
  expect(globalThis).not.toHaveProperty("undeclared");
});

test("types, interfaces and unused imports leave no trace, enums and class fields work", async () => {
  const { result } = await run(`import type { Missing } from "./missing.ts";
    import { Options } from "breakwater-types";
    interface Point { readonly x: number }
    enum Color { Red = 1, Green }
    class Dot implements Point {
      static made = 0;
      #secret = 5;
      readonly x: number;
      y = this.#secret;
      constructor(x: number) { this.x = x; Dot.made += 1; }
      get both() { return [this.x, this.y] as const; }
    }
    const options: Options = {} satisfies Partial<Missing>;
    export const result = [new Dot(3).both, Dot.made, Color.Green, Color[1], options!];`);
  expect(result).toEqual([[3, 5], 1, 2, "Red", {}]);
});

test("JSON, YAML and text are imported as data", async () => {
  const exports = await run(
    `import data, { users } from "./data.json";
     import more from "./data.yaml";
     import text from "./data.txt";
     import query from "./query.graphql" with { type: "text" };
     export const result = [data.users, users, more, text, query];`,
    {
      "data.json": '{ "users": [1] }',
      "data.yaml": "a: [1, 2]",
      "data.txt": "text",
      "query.graphql": "{ me }",
    },
  );
  expect(exports.result).toEqual([[1], [1], { a: [1, 2] }, "text", "{ me }"]);
});

test("the runtime's modules can be imported in every form", async () => {
  const exports = await run(`import path, { join, sep as separator } from "node:path";
    import * as all from "path";
    import "node:fs";
    export { basename as base } from "node:path";
    export * from "node:querystring";
    const { dirname } = await import("node:path");
    const os = require("node:os");
    export const result = [path.join === join, separator, all.join === join, dirname("/a/b"), os.EOL];`);
  expect(exports.result).toEqual([true, "/", true, "/a", "\n"]);
  expect(call(exports.base, "/a/b")).toBe("b");
  expect(exports.parse).toBeFunction();
});

test("a helper that is imported when needed is part of the bundle", async () => {
  const exports = await run('export default async () => (await import("./late.ts")).value;', {
    "late.ts": 'export const value = await Promise.resolve("late");',
  });
  expect(await call(exports.default)).toBe("late");
});

test("import.meta is that of the file that asks", async () => {
  await using folder = await scriptFolder({
    "script.ts": `import { here } from "./lib/helper.ts";
      export const result = [import.meta.filename, import.meta.resolve("./data.bin"), here];`,
    "lib/helper.ts":
      'export const here = [import.meta.dirname, new URL("x", import.meta.url).pathname];',
  });
  const { result } = await (await load(folder)).instantiate({}, {});
  expect(result).toEqual([
    folder.file("script.ts"),
    Bun.pathToFileURL(folder.file("data.bin")).href,
    [folder.file("lib"), Bun.pathToFileURL(folder.file("lib/x")).pathname],
  ]);
});

test("a script may come without a file, and still import the files beside it", async () => {
  await using folder = await scriptFolder({ "lib/helper.ts": "export const known = 1;" });
  const source =
    'import { known } from "./lib/helper.ts";\nexport const result: number = known + 1;';
  const { portable } = await folder.compile("-", source);
  expect(await loadScript(portable).instantiate({}, {})).toMatchObject({ result: 2 });
});

test.each([
  ["script.js", "export const result = <T,>(x) => x;", false],
  ["script.mjs", "export const result = 1;", true],
  ["script.cjs", "exports.result = 1;", true],
  ["script.mts", "export const result: number = 1;", true],
  ["script", "export const result: number = 1;", true],
])("%s is read as its name says", async (name, text, isRead) => {
  await using folder = await scriptFolder({ [name]: text });
  const compiled = folder.compile(name).then(
    () => true,
    () => false,
  );
  expect(await compiled).toBe(isRead);
});

test("an instance rejects with what the top level throws, and the next one starts anew", async () => {
  await using folder = await scriptFolder({
    "script.ts": 'if (__ENV.FAIL) throw new RangeError("top");\nexport const result = 1;',
  });
  const script = await load(folder);
  const error = await caught(script.instantiate({}, { __ENV: { FAIL: "1" } }));
  expect(error).toBeInstanceOf(RangeError);
  expect(await script.instantiate({}, { __ENV: {} })).toMatchObject({ result: 1 });
});

test("an instance costs about a kilobyte, however long the code", async () => {
  const count = 1000;
  const long = `export default function () { return [${"x => x + 1, ".repeat(2000)}]; }`;
  await using folder = await scriptFolder({
    "script.ts": `import { http, check } from "breakwater";
      let n = 0;
      export const options = { vus: 1 };
      export function setup() { return check(http, n); }
      ${long}`,
  });
  const script = await load(folder);
  const api = { breakwater: { http: {}, check: () => true } };
  const instances = [await script.instantiate(api, {})];
  Bun.gc(true);
  const before = heapStats().heapSize;
  while (instances.length <= count) instances.push(await script.instantiate(api, {}));
  Bun.gc(true);
  expect((heapStats().heapSize - before) / count).toBeLessThan(2000);
});
