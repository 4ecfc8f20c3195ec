import type { Rule } from "./rule.ts";
import { around, dottedName, type Located, type SourceFile } from "./source-file.ts";

const MAX_FILE_LINES = 500;
const MAX_FUNCTION_LINES = 70;
const MAX_COLUMNS = 100;

/** Tables of data, which are as long as what they list. */
const longTables: readonly string[] = ["io/script-host/src/transform/testing/corpus.ts"];

export const sizeRules: readonly Rule[] = [
  {
    name: `files have at most ${MAX_FILE_LINES} lines`,
    appliesTo: (path) => !longTables.includes(path),
    findings: ({ lines }) =>
      lines.length - 1 > MAX_FILE_LINES ? [{ line: 1, what: `${lines.length - 1} lines` }] : [],
  },
  {
    name: `functions have at most ${MAX_FUNCTION_LINES} lines`,
    appliesTo: () => true,
    findings: (file) =>
      file.nodes
        .filter(({ node }) => isFunction(node.type))
        .map((located) => ({ located, length: ownLines(file, located) }))
        .filter(({ length }) => length > MAX_FUNCTION_LINES)
        .map(({ located: { node }, length }) => ({
          line: file.lineAt(node.start),
          what: `a function of ${length} lines`,
        })),
  },
  {
    name: `lines have at most ${MAX_COLUMNS} columns, but for links and long texts`,
    appliesTo: () => true,
    findings: (file) =>
      file.lines.flatMap((line, index) => {
        const columns = [...line].length;
        if (columns <= MAX_COLUMNS || line.includes("://")) return [];
        // A message in one piece can be searched for, and Biome leaves it in one piece.
        const isText = /(["'`/]).{50,}\1/.test(line) && !/^\s*(\/\/|\/?\*)/.test(line);
        if (isText || isInsideTemplate(file, index + 1)) return [];
        return [{ line: index + 1, what: `${columns} columns` }];
      }),
  },
];

function isInsideTemplate({ nodes, lineAt }: SourceFile, line: number): boolean {
  return nodes.some(({ node }) => {
    if (node.type !== "TemplateLiteral") return false;
    const [first, last] = [lineAt(node.start), lineAt(node.end)];
    return first < last && first <= line && line <= last;
  });
}

function isFunction(type: string): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type);
}

/** Without the tests inside: a suite is as long as what it lists. */
function ownLines(file: SourceFile, located: Located): number {
  const tests = file.nodes.filter((inner) => {
    if (!isTestCall(inner)) return false;
    const outer = [...around(inner)];
    return (
      outer.includes(located.node) && !outer.slice(0, outer.indexOf(located.node)).some(isCall)
    );
  });
  const lines = [located, ...tests].map(
    ({ node }) => file.lineAt(node.end) - file.lineAt(node.start) + 1,
  );
  return lines.reduce((all, inTest) => all - inTest);
}

const isCall = (node: Located["node"]) => node.type === "CallExpression";

function isTestCall({ node }: Located): boolean {
  return node.type === "CallExpression" && /^(test|describe)\b/.test(dottedName(node.callee));
}
