import { expect, test } from "bun:test";
import type { ScriptErrorCode } from "./script-error.ts";
import { refusal } from "./testing/caught.ts";
import { scriptFolder } from "./testing/script-folder.ts";

const helper = "export const known = 1;";

const refused: readonly [
  what: string,
  text: string,
  expected: { code: ScriptErrorCode; at: string; says: string },
][] = [
  [
    "a missing expression",
    "const a = 1;\nconst b = ;\n",
    { code: "syntax", at: "script.ts:2:11", says: "Unexpected ;" },
  ],
  [
    "a brace too few, with Windows line ends",
    "export default () => {\r\n  if (1) {\r\n}\r\n",
    { code: "syntax", at: "script.ts:4:1", says: "Unexpected end of file" },
  ],
  [
    "an error behind characters outside of ASCII",
    'const é = "😀"; let x = 4 +;',
    { code: "syntax", at: "script.ts:1:28", says: "Unexpected ;" },
  ],
  [
    "a name declared twice",
    "let a = 1;\nlet a = 2;\n",
    { code: "syntax", at: "script.ts:2:5", says: '"a" has already been declared' },
  ],
  [
    "a constant assigned to",
    "const a = 1;\nexport default () => {\n  a = 2;\n};",
    { code: "syntax", at: "script.ts:3:3", says: "it is a constant" },
  ],
  [
    "a return outside of a function",
    "const a = 1;\n  if (a) return;\n",
    { code: "syntax", at: "script.ts:2:10", says: "'return'" },
  ],
  [
    "a helper that does not parse",
    'import "./lib/broken.ts";',
    { code: "syntax", at: "lib/broken.ts:2:7", says: "Unexpected =" },
  ],
  [
    "JSON that does not parse",
    'import data from "./broken.json";\nexport default () => data;',
    { code: "syntax", at: "broken.json:1:7", says: "Unexpected }" },
  ],
  [
    "a file that is not there",
    'import { known } from "./lib/helper.ts";\n  import x from "./lib/nope.ts";\nx(known);',
    { code: "unresolved_import", at: "script.ts:2:17", says: "lib/nope.ts, nor one with" },
  ],
  [
    "a directory",
    'import x from "./lib";\nx();',
    { code: "unresolved_import", at: "script.ts:1:15", says: "without an index file" },
  ],
  [
    "a package that is not installed",
    'import x from "not-installed";\nx();',
    { code: "unresolved_import", at: "script.ts:1:15", says: "install it there with npm" },
  ],
  [
    "an address on the network",
    '\nimport x from "https://localhost/x.js";\nx();',
    { code: "unresolved_import", at: "script.ts:2:15", says: "download it, and import" },
  ],
  [
    "a module that the runtime does not have",
    'import x from "node:nope";\nx();',
    { code: "unresolved_import", at: "script.ts:1:15", says: '"node:nope"' },
  ],
  [
    "an image",
    'import image from "./image.png";\nexport default () => image;',
    { code: "unresolved_import", at: "script.ts:1:19", says: "read it with node:fs" },
  ],
  [
    "a style sheet",
    '\nimport "./style.css";',
    { code: "unresolved_import", at: "script.ts:2:8", says: "./style.css" },
  ],
  [
    "a computed import",
    'const name = "helper";\nawait import("./lib/" + name);',
    { code: "unresolved_import", at: "script.ts:2:7", says: "string literal" },
  ],
  [
    "a name that the API lacks",
    'import { check, nope } from "breakwater";\nexport default () => nope(check);',
    { code: "unknown_import", at: "script.ts:1:17", says: "it exports http, check" },
  ],
  [
    "a default import from the API",
    'import breakwater from "breakwater";\nbreakwater();',
    { code: "unknown_import", at: "script.ts:1:8", says: '"default" from "breakwater"' },
  ],
  [
    "a name that a helper lacks",
    'import { known, unknown } from "./lib/helper.ts";\nunknown(known);',
    { code: "unknown_import", at: "script.ts:1:17", says: "that file exports no such name" },
  ],
];

test.each(refused)("%s is refused with its place in the user's file", async (_, text, expected) => {
  await using folder = await scriptFolder({
    "script.ts": text,
    "lib/helper.ts": helper,
    "lib/broken.ts": "// é\nlet = = 1;",
    "broken.json": '{"a": }',
    "image.png": "pixels",
    "style.css": "a { color: red }",
  });
  const [name = "", line, column] = expected.at.split(":");
  const { code, message, position } = await refusal(folder.compile());
  expect({ code, position }).toEqual({
    code: expected.code,
    position: { file: folder.file(name), line: Number(line), column: Number(column) },
  });
  expect(message).toContain(folder.file(expected.at));
  expect(message).toContain(expected.says);
  expect(message).not.toMatch(/\n|\.$/);
});

test.each<[name: string, code: ScriptErrorCode, says: string]>([
  ["nope.ts", "not_found", "Cannot find the script"],
  ["script.ts/below.ts", "not_found", "Cannot find the script"],
  ["lib", "unreadable", "it is a directory"],
])("the path %s is refused as %s", async (name, code, says) => {
  await using folder = await scriptFolder({ "script.ts": "", "lib/helper.ts": helper });
  const error = await refusal(folder.compile(name));
  expect(error.code).toBe(code);
  expect(error.message).toContain(says);
  expect(error.message).toContain(folder.file(name));
});

test("a path within the working directory is shown as seen from there", async () => {
  await using folder = await scriptFolder({});
  const before = process.cwd();
  process.chdir(folder.file("."));
  try {
    const { message } = await refusal(folder.compile("script.ts", "\nlet a = ;"));
    expect(message).toBe("Cannot parse the script at script.ts:2:9: Unexpected ;");
  } finally {
    process.chdir(before);
  }
});

test("compiling runs nothing of the script", async () => {
  await using folder = await scriptFolder({ "script.ts": 'throw new Error("ran");' });
  expect(await folder.compile()).toMatchObject({ path: folder.file("script.ts") });
});

test("compiling the same files twice gives the same", async () => {
  await using folder = await scriptFolder({
    "script.ts": 'import { known } from "./lib/helper.ts";\nexport default () => known;',
    "lib/helper.ts": helper,
  });
  expect(await folder.compile()).toEqual(await folder.compile());
});

test("a script of 200 kB compiles in less than a second", async () => {
  const step = (index: number) => `export async function step${index}(a, b = ${index}) {
    const response = await http.get(\`\${__ENV.URL}/path/${index}?a=\${a}\`);
    return [a, b].map((value) => value + response.status).filter((value) => value > ${index});
  }\n`;
  let text = 'import { http } from "breakwater";\n';
  for (let index = 0; text.length < 200_000; index += 1) text += step(index);
  await using folder = await scriptFolder({ "script.ts": text });
  const startMs = performance.now();
  await folder.compile();
  expect(performance.now() - startMs).toBeLessThan(1000);
});

test("imports of a script without a file start from the path it is given", async () => {
  await using folder = await scriptFolder({ "deep/file.ts": "" });
  const { message } = await refusal(folder.compile("deep/-", 'import "./missing.ts";'));
  expect(message).toContain(folder.file("deep/missing.ts"));
});
