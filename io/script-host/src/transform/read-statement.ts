import type {
  Expression,
  ForInStatement,
  ForOfStatement,
  Node,
  Statement,
  VariableDeclaration,
} from "oxc-parser";
import { handOut } from "./callbacks.ts";
import type { CodeUnit } from "./code-unit.ts";
import { isEndless } from "./endless-loop.ts";
import { nowhere, type Place } from "./flow.ts";
import { readClass } from "./read-class.ts";
import { readFunction } from "./read-function.ts";
import { iterated, takenApart } from "./read-iteration.ts";
import type { World } from "./world.ts";

/** Reads a statement of a unit, and the statements in it. */
export function readStatement(world: World, node: Statement, unit: CodeUnit): void {
  const { flow, rules } = world;
  const read = (child: Expression | null): Place => {
    return child ? rules.expression(child, unit) : nowhere;
  };
  const run = (child: Statement | null): void => {
    if (child) rules.statement(child, unit);
  };
  switch (node.type) {
    case "ExpressionStatement":
      read(node.expression);
      return;
    case "VariableDeclaration":
      return readVariables(world, node, unit);
    case "FunctionDeclaration": {
      const id = readFunction(world, node, unit);
      const own = node.id && world.names.binding(node.id);
      if (own) flow.put(id, world.variable(own));
      return;
    }
    case "ClassDeclaration":
      readClass(world, node, unit);
      return;
    case "ReturnStatement": {
      const value = read(node.argument);
      world.returned.set(node, { unit, place: value });
      flow.flow(value, unit.result);
      return;
    }
    case "ThrowStatement":
      flow.flow(read(node.argument), world.thrown);
      return;
    case "IfStatement":
      read(node.test);
      run(node.consequent);
      return run(node.alternate);
    case "SwitchStatement":
      read(node.discriminant);
      for (const { test, consequent } of node.cases) {
        read(test);
        for (const statement of consequent) run(statement);
      }
      return;
    case "BlockStatement":
      for (const statement of node.body) run(statement);
      return;
    case "LabeledStatement":
      return run(node.body);
    case "TryStatement":
      run(node.block);
      if (node.handler?.param) rules.assign(node.handler.param, world.thrown, unit);
      run(node.handler?.body ?? null);
      return run(node.finalizer);
    default:
      readLoop(world, node, unit);
      return readExport(world, node, unit);
  }
}

function readLoop(world: World, node: Statement, unit: CodeUnit): void {
  const { rules } = world;
  const read = (child: Expression | null): Place => {
    return child ? rules.expression(child, unit) : nowhere;
  };
  if (isEndless(node)) unit.isEndless = true;
  switch (node.type) {
    case "WhileStatement":
    case "DoWhileStatement":
      read(node.test);
      return rules.statement(node.body, unit);
    case "ForStatement":
      if (node.init?.type === "VariableDeclaration") rules.statement(node.init, unit);
      else read(node.init);
      read(node.test);
      read(node.update);
      return rules.statement(node.body, unit);
    case "ForInStatement":
      read(node.right);
      assignEach(world, node, nowhere, unit);
      return rules.statement(node.body, unit);
    case "ForOfStatement": {
      const elements = iterated(world, node, read(node.right), unit);
      assignEach(world, node, node.await ? world.awaited(elements) : elements, unit);
      return rules.statement(node.body, unit);
    }
    default:
  }
}

/** Gives what a loop runs over to the variable that stands before `of` or `in`. */
function assignEach(
  world: World,
  { left }: ForInStatement | ForOfStatement,
  from: Place,
  unit: CodeUnit,
): void {
  if (left.type !== "VariableDeclaration") return world.rules.assign(left, from, unit);
  for (const { id } of left.declarations) world.rules.assign(id, from, unit);
}

function readVariables(world: World, { declarations }: VariableDeclaration, unit: CodeUnit): void {
  for (const declarator of declarations) {
    const { id, init } = declarator;
    if (init === null) {
      if (id.type !== "Identifier") world.rules.assign(id, nowhere, unit);
      continue;
    }
    const value = world.rules.expression(init, unit);
    world.rules.assign(id, takenApart(world, declarator, { pattern: id, from: value }, unit), unit);
  }
}

/** The bundle's one export statement; whoever imports the bundle may call what it exports. */
function readExport(world: World, node: Node, unit: CodeUnit): void {
  const { rules } = world;
  if (node.type === "ExportDefaultDeclaration") {
    handOut(world, rules.expression(node.declaration as Expression, unit));
  } else if (node.type === "ExportNamedDeclaration") {
    if (node.declaration) rules.statement(node.declaration, unit);
    for (const { local } of node.specifiers) {
      if (local.type === "Identifier" && !node.source)
        handOut(world, rules.expression(local, unit));
    }
  }
}
