import {
  type ArrowFunctionExpression,
  type AssignmentTarget,
  type AssignmentTargetMaybeDefault,
  type BindingPattern,
  type Function as FunctionSyntax,
  type MemberExpression,
  type Node,
  visitorKeys,
} from "oxc-parser";

export type FunctionNode = FunctionSyntax | ArrowFunctionExpression;
export type Identifier = Extract<Node, { type: "Identifier" }>;
/** What a value is given to, with or without a default. */
export type Pattern = BindingPattern | AssignmentTarget | AssignmentTargetMaybeDefault;

export function forEachChild(node: Node, visit: (child: Node) => void): void {
  // The parser's table says which fields hold nodes, or arrays of nodes and holes.
  const fields = node as unknown as Record<string, Node | (Node | null)[] | null | undefined>;
  for (const key of visitorKeys[node.type] ?? []) {
    const child = fields[key];
    if (Array.isArray(child)) {
      for (const item of child) if (item) visit(item);
    } else if (child) {
      visit(child);
    }
  }
}

/** Sets `parent` throughout. */
export function linkParents(node: Node): void {
  forEachChild(node, (child) => {
    child.parent = node;
    linkParents(child);
  });
}

export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** Without the parentheses around it, and without the marker of an optional chain. */
export function bare(node: Node): Node {
  let inner = node;
  while (inner.type === "ParenthesizedExpression" || inner.type === "ChainExpression") {
    inner = inner.expression;
  }
  return inner;
}

/** What stands around the node, parentheses and optional chains aside. */
export function parentOf(node: Node): Node | undefined {
  let outer = node.parent ?? undefined;
  while (outer?.type === "ParenthesizedExpression" || outer?.type === "ChainExpression") {
    outer = outer.parent ?? undefined;
  }
  return outer;
}

/** Names that no property has: elements of arrays and collections, … */
export const elementKey = "[]";
/** … what was written to a property whose name is computed, … */
export const unknownKey = "[*]";
/** … all properties, when a name is computed at reading, … */
export const anyKey = "[?]";
/** … and what a promise is fulfilled with. */
export const fulfilledKey = "[then]";
export const iteratorKey = "[iterator]";

/** The property that a member expression names. */
export function memberKey(node: MemberExpression, computed: string): string {
  if (node.computed) return computedKey(node.property, computed);
  return node.property.type === "PrivateIdentifier"
    ? `[#]${node.property.name}`
    : node.property.name;
}

/** The property that a literal, pattern or class names. */
export function propertyKey({ key, computed }: { key: Node; computed: boolean }): string {
  if (computed) return computedKey(key, unknownKey);
  if (key.type === "Identifier") return key.name;
  if (key.type === "PrivateIdentifier") return `[#]${key.name}`;
  return computedKey(key, unknownKey);
}

function computedKey(node: Node, unknown: string): string {
  const key = bare(node);
  if (key.type === "Literal") {
    if (typeof key.value === "number") return elementKey;
    if (typeof key.value !== "string") return unknown;
    return /^\d+$/.test(key.value) ? elementKey : key.value;
  }
  if (key.type === "MemberExpression" && !key.computed) {
    const owner = bare(key.object);
    if (owner.type === "Identifier" && owner.name === "Symbol") {
      return key.property.name === "iterator" ? iteratorKey : `[Symbol]${key.property.name}`;
    }
  }
  return unknown;
}

/** How messages call what is called: "http.get()". */
export function calleeText(node: Node, code: string): string {
  const call = bare(node);
  if (call.type !== "CallExpression") return "this";
  const text = code.slice(call.callee.start, call.callee.end).replace(/\s+/g, " ");
  return `${text.length > 40 ? `${text.slice(0, 40)}…` : text}()`;
}
