import { expect, test } from "bun:test";
import { type CompileOptions, compileScript } from "./compile-script.ts";
import { loadScript } from "./load-script.ts";
import { caught, refusal } from "./testing/caught.ts";
import { type ScriptFolder, scriptFolder } from "./testing/script-folder.ts";

const http = { names: ["get", "post"], hasDefault: true, blocking: ["get", "post"] };
const apiModules = { k6: { names: ["sleep"], hasDefault: true }, "k6/http": http };

function compile(folder: ScriptFolder, options: Partial<CompileOptions> = {}) {
  const path = folder.file("script.js");
  return compileScript({ path, apiModules, globals: ["__VU"], ...options });
}

const urls: Readonly<Record<string, string>> = {
  "https://lib.test/deep/main.js":
    'import { x } from "../x.js"; import http from "k6/http"; export const go = () => [x, http.get(2)];',
  "https://lib.test/x.js": "export const x = 1;",
  "https://lib.test/bare.js": 'import _ from "lodash"; export const go = _;',
};

const remote = async (url: string) => {
  const contents = urls[url];
  if (contents === undefined) throw new Error("there is no network");
  return { contents, loader: "js" as const };
};

test("modules are imported by URL, and import what lies beside them", async () => {
  await using folder = await scriptFolder({
    "script.js": 'import { go } from "https://lib.test/deep/main.js";\nexport default () => go();',
  });
  const { portable } = await compile(folder, { remote });
  const api = { "k6/http": { get: async (x: unknown) => x } };
  const exports = await loadScript(portable).instantiate(api, {});
  expect(await (exports.default as () => unknown)()).toEqual([1, 2]);
  expect(portable.imports).toEqual(["k6/http"]);
});

test.each([
  ["https://lib.test/none.js", "there is no network"],
  ["http://lib.test/x.js", "use https:"],
  ["https://lib.test/bare.js", "imports by URL or path"],
  ["k6/nope", "there is no such module; known are k6, k6/http"],
  ["k6/x/sql", "extensions of k6"],
  ["k6/experimental/grpc", "k6/net/grpc"],
  ["k6/experimental/browser", "k6/browser"],
  ["k6/experimental/timers", "k6/timers"],
  ["k6/experimental/webcrypto", "crypto is a global"],
  ["k6/experimental/redis", "an extension"],
  ["k6/experimental/tracing", "traceparent"],
])("an import of %s is refused with its place", async (specifier, says) => {
  await using folder = await scriptFolder({
    "script.js": `\nimport x from "${specifier}";\nexport default () => x;`,
  });
  const { code, message, position } = await refusal(compile(folder, { remote }));
  expect(code).toBe("unresolved_import");
  expect(message).toContain(says);
  expect(position).toBeDefined();
});

test("a module of the host's is there in all forms, and require() gives it as well", async () => {
  await using folder = await scriptFolder({
    "script.js": `import whole, { get, post as send } from "k6/http";
      import * as all from "k6/http";
      import { required } from "./old.cjs";
      export const result = [whole.get === get, send === whole.post, all.get === get,
        all.default === whole, required.get === get, required.default === whole];`,
    "old.cjs": 'exports.required = require("k6/http");',
  });
  const { portable } = await compile(folder);
  const api = { "k6/http": { get: () => 1, post: () => 2 } };
  const { result } = await loadScript(portable).instantiate(api, {});
  expect(result).toEqual([true, true, true, true, true, true]);
});

test("a global that depends on the file is told which", async () => {
  await using folder = await scriptFolder({
    "script.js": `import { read } from "./lib/read.js";
      const mine = ((open) => open)(1);
      export const result = [open("a"), read("b"), typeof open, mine, { open }.open("c")];`,
    "lib/read.js": "export const read = (name) => open(name);",
  });
  const { portable } = await compile(folder, { fileGlobals: ["open"] });
  const open = (file: string) => (name: string) => [file, name];
  const { result } = await loadScript(portable).instantiate({}, { open });
  const script = folder.file("script.js");
  expect(result).toEqual([
    [script, "a"],
    [folder.file("lib/read.js"), "b"],
    "function",
    1,
    [script, "c"],
  ]);
});

test("a global is read anew at each use, and an unknown name fails when it is used", async () => {
  await using folder = await scriptFolder({
    "script.js": "export const vu = () => __VU;\nexport const bad = () => __NOPE;",
  });
  const globals = { __VU: 0 };
  const { portable } = await compile(folder);
  const exports = await loadScript(portable).instantiate({}, globals);
  globals.__VU = 7;
  expect((exports.vu as () => unknown)()).toBe(7);
  expect(exports.bad as () => unknown).toThrow(ReferenceError);
});

test("an error behind what was awaited is placed in line and column", async () => {
  await using folder = await scriptFolder({
    "script.js": `import http from "k6/http";
export default () => {
  const fail = (x) => { throw new Error(x); };
  const a = http.get(1) + http.get(2) + fail("late");
  return a;
};`,
  });
  const { portable } = await compile(folder);
  const script = loadScript(portable);
  const api = { "k6/http": { get: async (x: unknown) => x } };
  const exports = await script.instantiate(api, {});
  const { stack } = script.describe(await caught((exports.default as () => Promise<unknown>)()));
  expect(stack).toContain("script.js:3:");
  expect(stack).toContain("script.js:4:41");
});

test("an error in a bundle of the user's own is placed in what it was made of", async () => {
  // Line 2 of the bundle is line 5 of the source.
  const map = { version: 3, sources: ["src/test.ts"], names: [], mappings: "AAAA;AAIA" };
  const url = `data:application/json;base64,${btoa(JSON.stringify(map))}`;
  await using folder = await scriptFolder({
    "script.js": `export default () => {\nthrow new Error("x"); };\n//# sourceMappingURL=${url}\n`,
  });
  const { portable } = await compile(folder);
  const script = loadScript(portable);
  const exports = await script.instantiate({}, {});
  const run = async () => (exports.default as () => unknown)();
  const { position } = script.describe(await caught(run()));
  expect(position).toMatchObject({ file: folder.file("src/test.ts"), line: 5 });
});
