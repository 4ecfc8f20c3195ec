import { expect, test } from "bun:test";
import { loadScript } from "./load-script.ts";
import { caught } from "./testing/caught.ts";
import { scriptFolder } from "./testing/script-folder.ts";

/**
 * What the default function of `script.ts` throws, as the user is told; paths without the folder.
 */
async function describeThrown(text: string, files: Readonly<Record<string, string>> = {}) {
  await using folder = await scriptFolder({ ...files, "script.ts": text });
  const script = loadScript((await folder.compile()).portable);
  const http = {
    get: async (url: string) => {
      await Promise.resolve();
      throw new TypeError(`no host in ${url}`);
    },
  };
  const run = async () => {
    const exports = await script.instantiate({ breakwater: { http } }, {});
    await (exports.default as () => unknown)();
  };
  const { message, stack, position } = script.describe(await caught(run()));
  const near = (path: string) => path.replaceAll(folder.file("/"), "");
  return {
    message,
    stack: near(stack).split("\n"),
    position: position && { ...position, file: near(position.file) },
  };
}

test("the stack goes through helpers, in the user's lines and without the engine's", async () => {
  const told = await describeThrown(
    `import { http } from "breakwater";
import { inner } from "./lib/helper.ts";

interface Unused { readonly a: string }
export default async function main(): Promise<void> {
  const x: number = 1;
  await inner(x);
}`,
    {
      "lib/helper.ts": `type A = string;

export async function inner(x: number) {
  await Promise.resolve();
  fail(x);
}
function fail(x: number): asserts x is 2 {
  throw new RangeError("bad " + x);
}`,
    },
  );
  expect(told).toEqual({
    message: "RangeError: bad 1",
    stack: [
      "RangeError: bad 1",
      "    at fail (lib/helper.ts:8:13)",
      "    at inner (lib/helper.ts:5:3)",
      "    at async main (script.ts:7:9)",
    ],
    position: { file: "lib/helper.ts", line: 8, column: 13 },
  });
});

test("an error of the host's is placed where the user called", async () => {
  const told = await describeThrown(`import { http } from "breakwater";
const url = "x:";
export default async () => {
  const response = await http.get(url);
};`);
  expect(told.message).toBe("TypeError: no host in x:");
  expect(told.position).toMatchObject({ file: "script.ts", line: 4 });
  expect(told.stack).toHaveLength(2);
});

test("an error of the top level is placed, before and after an await", async () => {
  const before = await describeThrown("\n\nnull.before;");
  expect(before.stack).toEqual([
    "TypeError: null is not an object (evaluating 'null.before')",
    "    at script.ts:3:1",
  ]);
  const after = await describeThrown('import "node:fs";\nawait 1;\n\n  missing();');
  expect(after.stack).toEqual(["ReferenceError: missing is not defined", "    at script.ts:4:3"]);
});

test("an error in a package is placed in the package", async () => {
  const told = await describeThrown(
    'import thrower from "thrower";\nexport default () => { thrower(); };',
    {
      "node_modules/thrower/package.json": '{ "name": "thrower", "main": "main.js" }',
      "node_modules/thrower/main.js": 'module.exports = () => {\n  throw new Error("deep");\n};',
    },
  );
  expect(told.position).toMatchObject({ file: "node_modules/thrower/main.js", line: 2 });
  expect(told.stack.at(-1)).toContain("script.ts:2");
});

test("the engine's message has the API's names", async () => {
  const told = await describeThrown(
    'import { http } from "breakwater";\nexport default () => { http.gett(); };',
  );
  expect(told.message).toBe(
    "TypeError: http.gett is not a function. (In 'http.gett()', 'http.gett' is undefined)",
  );
});

test("causes follow, and a ring of them ends", async () => {
  const told = await describeThrown(`export default () => {
  const inner = new Error("inner");
  throw new Error("outer", { cause: inner });
};`);
  expect(told.stack[0]).toBe("Error: outer");
  expect(told.stack[2]).toBe("Caused by: Error: inner");
  expect(told.stack[3]).toContain("script.ts:2:21");

  const ring = await describeThrown(
    "const e = new Error('ring');\ne.cause = e;\nexport default () => { throw e; };",
  );
  expect(ring.stack.filter((line) => line.includes("Error: ring"))).toHaveLength(6);
});

test.each([
  ['"plain text"', "plain text"],
  ["42", "42"],
  ["undefined", "undefined"],
  ["{ a: 1 }", "{ a: 1 }"],
  ["Object.assign(new Error('x'), { stack: 5 })", "Error: x"],
  ["{ get a() { throw 1; } }", expect.stringContaining("a: [Getter]")],
  ["Object.assign(new Error(), { toString() { throw 1; } })", "an error that cannot be shown"],
  ["new Proxy({}, { getPrototypeOf() { throw 1; } })", expect.any(String)],
])("what is thrown as %s is one line", async (thrown, message) => {
  const told = await describeThrown(
    `const thrown = ${thrown};\nexport default () => { throw thrown; };`,
  );
  expect(told.message).toEqual(message);
});

test("an error without the user's code is one line", async () => {
  await using folder = await scriptFolder({ "script.ts": "" });
  const script = loadScript((await folder.compile()).portable);
  expect(script.describe(new Error("the host's own"))).toEqual({
    message: "Error: the host's own",
    stack: "Error: the host's own",
    position: undefined,
  });
});
