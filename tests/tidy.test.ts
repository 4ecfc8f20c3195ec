import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { languageRules } from "../tools/tidy/language-rules.ts";
import { namingRules } from "../tools/tidy/naming-rules.ts";
import { readTree } from "../tools/tidy/read-tree.ts";
import type { Rule } from "../tools/tidy/rule.ts";
import { sizeRules } from "../tools/tidy/size-rules.ts";
import { parseSourceFile, type SourceFile } from "../tools/tidy/source-file.ts";
import { testRules } from "../tools/tidy/test-rules.ts";

const rules = [...namingRules, ...sizeRules, ...languageRules, ...testRules];
const tree = await readTree(join(import.meta.dir, ".."));

describe("house rules", () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_name, rule) => {
    expect(tree.flatMap((file) => broken(rule, file))).toEqual([]);
  });
});

function broken({ appliesTo, findings }: Rule, file: SourceFile): string[] {
  if (!appliesTo(file.path)) return [];
  return findings(file).map(({ line, what }) => `${file.path}:${line} ${what}`);
}

const inTest = "core/a/src/a.test.ts";
const inCore = "core/a/src/a.ts";
const inIo = "io/a/src/a.ts";
const lines = (count: number, line = "f();") => `${`${line}\n`.repeat(count)}`;
const wide = (start: string) => `${start}${"x".repeat(100)}`;

/** What each rule must find (the first column is the start of its name), and what it must not. */
const cases: readonly [rule: string, path: string, bad: string, good: string][] = [
  ["files have", inIo, lines(501), lines(500)],
  ["functions have", inIo, `() => {\n${lines(69)}}`, `() => {\n${lines(68)}}`],
  [
    "functions have",
    inIo,
    `class A { b() {\n${lines(69)}} }`,
    `class A {\n b() {}\n${lines(70, "  c() {}")}}`,
  ],
  [
    "functions have",
    inTest,
    `describe("a", () => {\n${lines(69)}});`,
    `describe("a", () => {\n${lines(70, 'test("b", () => {});')}});`,
  ],
  ["lines have", inIo, wide("// "), wide("// http://")],
  ["lines have", inIo, `f(${wide("")});`, `f("${wide("")}");`],
  ["lines have", inIo, `// "${wide("")}"`, `f(/${wide("")}/);`],
  ["lines have", inIo, `f(\n${wide("y")})`, `f(\`\n${wide("y")}\`)`],
  ["nothing is left", inIo, "// TO" + "DO: more", 'const todo = "TO' + 'DO";'],
  ["there is no any", inIo, "let a: any;", "let a: unknown; const any = 1;"],
  ["there is no any", inIo, "enum A { B }", 'type A = "b";'],
  ["there is no any", inIo, "namespace A { export const b = 1; }", "declare global { var a: 1 }"],
  ["only what users", inIo, "export default 1;", "export const a = 1;"],
  ["only errors", inIo, "class A extends B {}", "class A extends TypeError {}"],
  ["core reads no", inCore, "Math.random();", "Math.round(1);"],
  ["core reads no", inCore, "new Date();", "const a = { Date: 1 }; a.Date;"],
  ["core reads no", inCore, "performance.now();", "clock.nowMs();"],
  ["only io/process", inIo, "process.argv;", "process.cwd();"],
  ["only io/process", inIo, "Bun.env.A;", "Bun.version;"],
  ["only io/process", inIo, "process.exit(1);", "process.memoryUsage();"],
  ["only io/process", inIo, 'process.on("SIGINT", f);', 'process.on("warning", f);'],
  ["only io/process", inIo, "const { env } = process;", "const { env } = options;"],
  ["only io/process", inIo, 'import { argv } from "node:process";', 'import { a } from "node:os";'],
  ["tests wait", inTest, "setTimeout(f, 10);", "clock.at(10, f);"],
  ["tests wait", inTest, "await Bun.sleep(1);", "await Bun.write(a, b);"],
  ["every test runs", inTest, 'test.skip("a", f);', 'test.skipIf(isWindows)("a", f);'],
  ["every test runs", inTest, 'describe.only("a", f);', 'describe.each([1])("a", f);'],
  ["tests let", inTest, "Bun.serve({ port: 8080, fetch });", "Bun.serve({ port: 0, fetch });"],
  ["tests let", inTest, "server.listen(8080);", "expect(url).toEqual({ port: 8080 });"],
  ["tests do not leave", inTest, 'fetch("https://example.com/");', 'fetch("http://127.0.0.1:1/");'],
  ["tests do not leave", inTest, "fetch(`http://a.test/`);", "fetch(`http://[::1]/`);"],
  ["tests do not leave", inTest, 'new WebSocket("ws://a.test");', 'new URL("ws://a.test");'],
  [
    "a promise that",
    inTest,
    "expect(a).rejects.toThrow();",
    "await expect(a).rejects.toThrow(); expect(a).toBe(1);",
  ],
  ["no assertion", inTest, "if (a) { expect(b).toBe(1); }", "if (a) b(); expect(b).toBe(1);"],
  ["no assertion", inTest, "a ? expect(b).toBe(1) : c;", "expect(a ? b : c).toBe(1);"],
];

describe("each house rule can fail", () => {
  const findings = (start: string, path: string, text: string) => {
    const rule = rules.filter(({ name }) => name.startsWith(start));
    expect(rule).toHaveLength(1);
    return rule.flatMap((only) => broken(only, parseSourceFile(path, text))).length;
  };

  test.each(cases)("%s… (%s)", (start, path, bad, good) => {
    expect(findings(start, path, bad)).toBe(1);
    expect(findings(start, path, good)).toBe(0);
  });

  test.each([
    ["files and folders are in kebab-case", "io/aB/src/a.ts", "io/a-b/src/c.test.ts"],
    ["files and folders are in kebab-case", "io/a/src/a_b.ts", "io/a/src/a-b2.d.ts"],
    ["no file or folder has", "io/a/src/http-utils.ts", "io/a/src/utilisation.ts"],
    ["no file or folder has", "core/common/src/a.ts", "core/a/src/content-type.ts"],
  ])("%s… (%s)", (start, bad, good) => {
    expect(findings(start, bad, "")).toBe(1);
    expect(findings(start, good, "")).toBe(0);
  });

  test("and none is without a case", () => {
    const covered = [...cases.map(([start]) => start), "files and folders", "no file or folder"];
    const uncovered = rules.filter(({ name }) => !covered.some((start) => name.startsWith(start)));
    expect(uncovered.map(({ name }) => name)).toEqual([]);
  });
});
