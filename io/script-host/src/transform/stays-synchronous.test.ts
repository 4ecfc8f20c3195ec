import { expect, test } from "bun:test";
import { printCompiled } from "../compile-script.ts";
import { hostSurface } from "../testing/both-ways.ts";
import { scriptFolder } from "../testing/script-folder.ts";

/** The compiled default function and what stands beside it, without the imports. */
async function print(text: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  await using folder = await scriptFolder({ ...files, "script.ts": text });
  const path = folder.file("script.ts");
  const native = { names: ["get"], hasDefault: false };
  const apiModules = { host: hostSurface, breakwater: native };
  return await printCompiled({ path, apiModules, globals: [] });
}

test.each([
  ["a callback", "[1].filter((x) => x > 0)", ".filter((x) => x > 0)"],
  ["a check", "host.check(1, { one: (x) => x === 1 })", "  host.check(1, { one: (x) =>"],
  ["a group", 'host.group("g", () => { host.log(1); })', '  host.group("g", () => {'],
  ["a generator", "[...(function* () { yield 1; })()]", "[...function* () {"],
])("%s that does not wait stays as it is in a function that does", async (_what, body, code) => {
  const printed = await print(
    `import host from "host";\nexport default () => { host.call(1); ${body}; };`,
  );
  expect(printed).toContain(" await host.call(1);");
  expect(printed).toContain(code);
});

test("a call is awaited without anything around it", async () => {
  const printed = await print(
    'import host from "host";\nexport default () => { const x = host.call(1); return x; };',
  );
  expect(printed).toContain("const x = await host.call(1);\n  return x;");
  expect(printed).not.toContain("$breakwater.run");
});

test("a script that awaits by itself comes out as it is", async () => {
  const printed = await print(
    `import { get } from "breakwater";
     const plain = (x) => [x].map((y) => y + 1);
     export default async () => { const x = await get(plain(1)); return x?.y.z; };`,
  );
  expect(printed).toContain("var plain = (x) => [x].map((y) => y + 1);");
  expect(printed).toContain("const x = await get(plain(1));\n  return x?.y.z;");
  expect(printed).not.toContain("$breakwater.run");
});

test("a package that is given no function that waits stays as it is", async () => {
  const printed = await print(
    `import host from "host";
     import { each } from "tool";
     export default () => { each([1], (x) => x + 1); return host.call(1); };`,
    {
      "node_modules/tool/package.json": '{ "name": "tool", "type": "module", "main": "main.js" }',
      "node_modules/tool/main.js": "export const each = (list, run) => run(list[0]);",
    },
  );
  expect(printed).toContain("var each = (list, run) => run(list[0]);");
});

test("what is printed is the same wherever the files lie and the process runs", async () => {
  const files = { "lib/a.js": "export const here = import.meta.url;" };
  const text = 'import { here } from "./lib/a.js";\nexport default () => here;';
  const first = await print(text, files);
  const before = process.cwd();
  process.chdir("/");
  try {
    expect(await print(text, files)).toBe(first);
  } finally {
    process.chdir(before);
  }
  expect(first).toContain("// lib/a.js\n");
  expect(first).toContain("// script.ts\n");
  expect(first).toContain('$breakwater.meta("lib/a.js")');
  expect(first).not.toMatch(/tmp|debugId/);
});
