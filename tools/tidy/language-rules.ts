import type { Node } from "oxc-parser";
import { isForUsers, isTest, type Rule } from "./rule.ts";
import { dottedName, type Located, type SourceFile } from "./source-file.ts";

export const languageRules: readonly Rule[] = [
  {
    name: "nothing is left to do in a comment",
    appliesTo: () => true,
    findings: ({ comments, lineAt }) =>
      comments
        .filter(({ value }) => /\b(TODO|FIXME|XXX)\b/.test(value))
        .map(({ start }) => ({ line: lineAt(start), what: "open an issue instead" })),
  },
  nodeRule(
    "there is no any, enum or namespace",
    () => true,
    ({ node }) => {
      if (node.type === "TSAnyKeyword") return "any: say unknown and parse it";
      if (node.type === "TSEnumDeclaration") return "an enum: use a union of strings";
      const isNamespace = node.type === "TSModuleDeclaration" && node.kind === "namespace";
      return isNamespace ? "a namespace: use a module" : undefined;
    },
  ),
  nodeRule("only what users write has default exports", isOurs, ({ node }) =>
    node.type === "ExportDefaultDeclaration" ? "a default export: give it a name" : undefined,
  ),
  nodeRule("only errors extend a class", isOurs, ({ node }) => {
    if (node.type !== "ClassDeclaration" && node.type !== "ClassExpression") return undefined;
    // A stream of Node's has no other way to know what it stands for.
    if (!node.superClass || /(Error|^Duplex)$/.test(dottedName(node.superClass))) return undefined;
    return `extends ${dottedName(node.superClass)}: hold one instead`;
  }),
  nodeRule(
    "core reads no clock and draws no random number",
    (path) => path.startsWith("core/") && !isTest(path),
    (located) => {
      const name = nameUsed(located);
      const isBanned = name === "Date" || name === "Math.random" || name === "performance";
      return isBanned ? `${name}: have it passed in` : undefined;
    },
  ),
  nodeRule("only io/process and the edges touch the process", hasNoProcess, touchOfProcess),
];

type Check = (located: Located, file: SourceFile) => string | undefined;

/** A rule that looks at one node at a time. */
export function nodeRule(name: string, appliesTo: Rule["appliesTo"], check: Check): Rule {
  return {
    name,
    appliesTo,
    findings: (file) =>
      file.nodes.flatMap((located) => {
        const what = check(located, file);
        return what === undefined ? [] : [{ line: file.lineAt(located.node.start), what }];
      }),
  };
}

function isOurs(path: string): boolean {
  return !isForUsers(path);
}

function hasNoProcess(path: string): boolean {
  const isEdge =
    /^(io\/process|tools|bench|deploy|examples)\/|^products\/[^/]+\/(src\/main\.ts$|bin\/)/.test(
      path,
    );
  return !isEdge && !isTest(path);
}

const banned = new Set(["argv", "env", "exit", "exitCode", "execArgv"]);

function touchOfProcess({ node, parent }: Located): string | undefined {
  const instead = "ask @breakwater/process, or have it passed in";
  if (node.type === "MemberExpression" && node.property.type === "Identifier") {
    const [object, name] = [dottedName(node.object), node.property.name];
    const isBanned = /^(process|Bun)$/.test(object) && banned.has(name);
    return isBanned ? `${object}.${name}: ${instead}` : undefined;
  }
  if (node.type === "CallExpression" && /^process\.(on|once)$/.test(dottedName(node.callee))) {
    const [event] = node.arguments;
    const isSignal = event?.type !== "Literal" || String(event.value).startsWith("SIG");
    return isSignal ? `a signal: ${instead}` : undefined;
  }
  if (node.type === "ObjectPattern" && parent?.node.type === "VariableDeclarator") {
    const from = parent.node.init ? dottedName(parent.node.init) : "";
    return /^(process|Bun)$/.test(from) ? `${from} taken apart: ${instead}` : undefined;
  }
  if (node.type === "ImportDeclaration" && /^(node:)?process$/.test(node.source.value)) {
    return `an import of the process: ${instead}`;
  }
  return undefined;
}

/** The name that an expression reads, in full; `undefined` for a key, a type or part of a name. */
function nameUsed({ node, parent }: Located): string | undefined {
  if (node.type === "MemberExpression") return dottedName(node);
  if (node.type !== "Identifier" || parent === undefined) return undefined;
  return isKey(node, parent.node) || parent.node.type.startsWith("TS") ? undefined : node.name;
}

function isKey(node: Node, outer: Node): boolean {
  if (outer.type === "MemberExpression") return outer.property === node && !outer.computed;
  return "key" in outer && outer.key === node && !("computed" in outer && outer.computed);
}
