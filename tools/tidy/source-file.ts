import { type Node, parseSync, visitorKeys } from "oxc-parser";

/** A file of the repository, parsed once for all rules. */
export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly lines: readonly string[];
  /** Every node of the syntax tree, parents before children. */
  readonly nodes: readonly Located[];
  readonly comments: readonly { readonly start: number; readonly value: string }[];
  /** What it imports or re-exports, statically or by a literal `import()`. */
  readonly imports: readonly Import[];
  /** The line, from 1, in which an offset lies. */
  lineAt(offset: number): number;
}

export interface Located {
  readonly node: Node;
  readonly parent: Located | undefined;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export function parseSourceFile(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`Cannot parse ${path}: ${error.message}`);
  const lines = text.split("\n");
  const lineAt = lineFinder(lines);
  const nodes: Located[] = [];
  collect(program, undefined, nodes);
  const imports = nodes.flatMap(({ node }) => {
    const specifier = importedBy(node);
    return specifier === undefined ? [] : [{ specifier, line: lineAt(node.start) }];
  });
  return { path, lines, nodes, comments, imports, lineAt };
}

/** A name with its members and calls, "expect().rejects.toThrow"; what has no name is "". */
export function dottedName(node: Node): string {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "MemberExpression":
      return node.computed || node.property.type !== "Identifier"
        ? `${dottedName(node.object)}[]`
        : `${dottedName(node.object)}.${node.property.name}`;
    case "CallExpression":
      return `${dottedName(node.callee)}()`;
    case "AwaitExpression":
      return dottedName(node.argument);
    default:
      return "";
  }
}

/** The nodes around this one, from the nearest to the program. */
export function* around(located: Located): Generator<Node> {
  for (let outer = located.parent; outer; outer = outer.parent) yield outer.node;
}

function collect(node: Node, parent: Located | undefined, into: Located[]): void {
  const located = { node, parent };
  into.push(located);
  for (const key of visitorKeys[node.type] ?? []) {
    const child: unknown = node[key as keyof Node];
    for (const part of Array.isArray(child) ? child : [child]) {
      if (part) collect(part as Node, located, into);
    }
  }
}

function importedBy(node: Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      return node.source.value;
    case "ExportNamedDeclaration":
      return node.source?.value;
    case "ImportExpression":
    case "TSImportType":
      return node.source.type === "Literal" ? String(node.source.value) : undefined;
    default:
      return undefined;
  }
}

function lineFinder(lines: readonly string[]): (offset: number) => number {
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  return (offset) => {
    const after = starts.findIndex((start) => start > offset);
    return after === -1 ? lines.length : after;
  };
}
