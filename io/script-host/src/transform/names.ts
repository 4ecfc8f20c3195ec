import type { BindingPattern, Class, Node, Program } from "oxc-parser";
import { type FunctionNode, forEachChild, type Identifier, isFunction } from "./syntax.ts";

/** Which variable each name of a module stands for. */
export interface Names {
  /** Of an identifier that declares, reads or writes; `undefined` when nothing declares it. */
  binding(identifier: Node): Binding | undefined;
  /** Reads and writes of names that nothing declares. */
  readonly free: readonly Identifier[];
}

export interface Binding {
  readonly name: string;
  readonly isTopLevel: boolean;
}

/** Strict mode, as in every module. Parameters and the body of a function are one scope. */
export function resolveNames(program: Program): Names {
  const bindings = new Map<Node, Binding>();
  const references: Reference[] = [];
  const root: Scope = { parent: undefined, isFunction: true, bindings: new Map() };
  for (const statement of program.body) walk(statement, root, { bindings, references });

  const free: Identifier[] = [];
  for (const { identifier, scope } of references) {
    const binding = find(identifier.name, scope);
    if (binding === undefined) free.push(identifier);
    else bindings.set(identifier, binding);
  }
  return { binding: (identifier) => bindings.get(identifier), free };
}

interface Scope {
  readonly parent: Scope | undefined;
  readonly isFunction: boolean;
  readonly bindings: Map<string, Binding>;
}

interface Reference {
  readonly identifier: Identifier;
  readonly scope: Scope;
}

interface Found {
  readonly bindings: Map<Node, Binding>;
  readonly references: Reference[];
}

function find(name: string, scope: Scope): Binding | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const binding = at.bindings.get(name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

const inner = (parent: Scope, isFunction = false): Scope => ({
  parent,
  isFunction,
  bindings: new Map(),
});

function walk(node: Node, scope: Scope, found: Found): void {
  if (isFunction(node)) return walkFunction(node, scope, found);
  switch (node.type) {
    case "Identifier":
      found.references.push({ identifier: node, scope });
      return;
    case "ClassDeclaration":
    case "ClassExpression":
      return walkClass(node, scope, found);
    case "VariableDeclaration": {
      const target = node.kind === "var" ? functionScope(scope) : scope;
      for (const { id, init } of node.declarations) {
        declare(id, target, scope, found);
        if (init) walk(init, scope, found);
      }
      return;
    }
    case "CatchClause": {
      const own = inner(scope);
      if (node.param) declare(node.param, own, own, found);
      return walk(node.body, own, found);
    }
    case "ImportDeclaration":
      for (const { local } of node.specifiers) declare(local, scope, scope, found);
      return;
    case "ExportNamedDeclaration":
      if (node.source) return;
      for (const { local } of node.specifiers) walk(local, scope, found);
      if (node.declaration) walk(node.declaration, scope, found);
      return;
    case "BlockStatement":
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "SwitchStatement":
    case "StaticBlock": {
      const own = inner(scope, node.type === "StaticBlock");
      return forEachChild(node, (child) => walk(child, own, found));
    }
    default:
      forEachReferring(node, (child) => walk(child, scope, found));
  }
}

/** The children in which names stand for variables: no labels, no names of properties. */
function forEachReferring(node: Node, visit: (child: Node) => void): void {
  switch (node.type) {
    case "MemberExpression":
      visit(node.object);
      if (node.computed) visit(node.property);
      return;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      if (node.computed) visit(node.key);
      if (node.value) visit(node.value);
      return;
    case "LabeledStatement":
      return visit(node.body);
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
    case "ExportAllDeclaration":
      return;
    default:
      forEachChild(node, visit);
  }
}

function walkFunction(node: FunctionNode, scope: Scope, found: Found): void {
  let outer = scope;
  if (node.id) {
    outer = node.type === "FunctionDeclaration" ? scope : inner(scope);
    declare(node.id, outer, outer, found);
  }
  const own = inner(outer, true);
  for (const param of node.params) {
    if (param.type === "RestElement") declare(param.argument, own, own, found);
    else if (param.type !== "TSParameterProperty") declare(param, own, own, found);
  }
  if (node.body?.type === "BlockStatement") {
    for (const statement of node.body.body) walk(statement, own, found);
  } else if (node.body) {
    walk(node.body, own, found);
  }
}

function walkClass(node: Class, scope: Scope, found: Found): void {
  let own = scope;
  if (node.id) {
    own = node.type === "ClassDeclaration" ? scope : inner(scope);
    declare(node.id, own, own, found);
  }
  forEachChild(node, (child) => {
    if (child !== node.id) walk(child, own, found);
  });
}

function functionScope(scope: Scope): Scope {
  let at = scope;
  while (!at.isFunction && at.parent !== undefined) at = at.parent;
  return at;
}

/** Declares the names of a pattern in `target`; its defaults and keys are read in `scope`. */
function declare(pattern: BindingPattern, target: Scope, scope: Scope, found: Found): void {
  switch (pattern.type) {
    case "Identifier": {
      const { name } = pattern;
      // A variable may be declared twice by var, and is the same one then.
      const binding = target.bindings.get(name) ?? {
        name,
        isTopLevel: target.parent === undefined,
      };
      target.bindings.set(name, binding);
      found.bindings.set(pattern, binding);
      return;
    }
    case "AssignmentPattern":
      declare(pattern.left, target, scope, found);
      return walk(pattern.right, scope, found);
    case "ArrayPattern":
      for (const element of pattern.elements) {
        if (element?.type === "RestElement") declare(element.argument, target, scope, found);
        else if (element) declare(element, target, scope, found);
      }
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          declare(property.argument, target, scope, found);
          continue;
        }
        if (property.computed) walk(property.key, scope, found);
        declare(property.value, target, scope, found);
      }
  }
}
