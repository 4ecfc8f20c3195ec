import type {
  AssignmentExpression,
  Expression,
  MemberExpression,
  Node,
  ObjectExpression,
} from "oxc-parser";
import type { CodeUnit } from "./code-unit.ts";
import { nowhere, type Place } from "./flow.ts";
import { isImplicit, readAccessor } from "./read-accessor.ts";
import { readCall, readNew, readTaggedTemplate } from "./read-call.ts";
import { readClass } from "./read-class.ts";
import { readFunction } from "./read-function.ts";
import { iterated, takenApart } from "./read-iteration.ts";
import { readOwner } from "./read-owner.ts";
import { anyKey, elementKey, forEachChild, isFunction, memberKey, propertyKey } from "./syntax.ts";
import type { World } from "./world.ts";

/** Reads an expression in a unit; gives the place of its value. */
export function readExpression(world: World, node: Expression, unit: CodeUnit): Place {
  const { flow, rules } = world;
  const read = (child: Expression): Place => rules.expression(child, unit);
  if (isFunction(node)) return flow.holding(readFunction(world, node, unit));
  switch (node.type) {
    case "Identifier": {
      const binding = world.names.binding(node);
      if (binding) return world.variable(binding);
      return node.name === "arguments" ? readArguments(world, unit) : freeName(world, node.name);
    }
    case "ThisExpression":
      return unit.self;
    case "ParenthesizedExpression":
    case "ChainExpression":
      return read(node.expression as Expression);
    case "ClassExpression":
      return flow.holding(readClass(world, node, unit));
    case "ArrayExpression":
      return readArray(world, node.elements, unit);
    case "ObjectExpression":
      return readObject(world, node, unit);
    case "MemberExpression":
      return readMember(world, node, unit);
    case "CallExpression":
      return readCall(world, node, unit);
    case "NewExpression":
      return readNew(world, node, unit);
    case "TaggedTemplateExpression":
      return readTaggedTemplate(world, node, unit);
    case "AssignmentExpression":
      return readAssignment(world, node, unit);
    case "AwaitExpression":
      return world.awaited(read(node.argument));
    case "YieldExpression": {
      const value = node.argument ? read(node.argument) : nowhere;
      flow.flow(node.delegate ? iterated(world, node, value, unit) : value, unit.yielded);
      return unit.sent;
    }
    case "LogicalExpression":
      return world.union([read(node.left), read(node.right)]);
    case "ConditionalExpression":
      read(node.test);
      return world.union([read(node.consequent), read(node.alternate)]);
    case "SequenceExpression":
      return node.expressions.map(read).at(-1) ?? nowhere;
    default:
      return readParts(world, node, unit);
  }
}

/** Reads what gives a number, a string or the like: only its parts matter. */
function readParts(world: World, node: Node, unit: CodeUnit): Place {
  forEachChild(node, (child) => {
    const isPart = child.type !== "TemplateElement" && child.type !== "PrivateIdentifier";
    if (isPart && node.type !== "MetaProperty") world.rules.expression(child as Expression, unit);
  });
  return nowhere;
}

function readArguments(world: World, unit: CodeUnit): Place {
  const { flow } = world;
  const list = world.once(unit, "arguments", () => ({ kind: "array" }));
  flow.flow(unit.args, flow.field(list, elementKey));
  return flow.holding(list);
}

/** A name that the script does not declare: the language's, or a property of the global object. */
function freeName(world: World, name: string): Place {
  const { flow } = world;
  if (name === "undefined" || name === "NaN" || name === "Infinity") return nowhere;
  const place = flow.holding(world.builtIn(name));
  flow.read(flow.holding(world.builtIn("globalThis")), name, place);
  return place;
}

function readArray(
  world: World,
  elements: readonly (Expression | { type: "SpreadElement"; argument: Expression } | null)[],
  unit: CodeUnit,
): Place {
  const { flow, rules } = world;
  const array = flow.value({ kind: "array" });
  const into = flow.field(array, elementKey);
  for (const element of elements) {
    if (element === null) continue;
    if (element.type === "SpreadElement") {
      const spread = rules.expression(element.argument, unit);
      flow.flow(iterated(world, element as Node, spread, unit), into);
    } else {
      flow.flow(rules.expression(element, unit), into);
    }
  }
  return flow.holding(array);
}

function readObject(world: World, node: ObjectExpression, unit: CodeUnit): Place {
  const { flow, rules } = world;
  const object = flow.value({ kind: "object" });
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      flow.flow(rules.expression(property.argument, unit), flow.parents(object));
      continue;
    }
    if (property.computed) rules.expression(property.key as Expression, unit);
    const key = propertyKey(property);
    const { value, kind } = property;
    const isProto = key === "__proto__" && kind === "init" && !property.shorthand;
    const place = isProto ? flow.parents(object) : flow.field(object, key);
    if (!isFunction(value) || value.type === "ArrowFunctionExpression") {
      flow.flow(rules.expression(value, unit), place);
      continue;
    }
    const id = readFunction(world, value, unit, { home: object, self: flow.holding(object) });
    const method = flow.get(id);
    if (method.kind !== "function") continue;
    if (kind === "init") flow.put(id, place);
    else readAccessor(world, method.unit, kind, place);
    if (isImplicit(key)) method.unit.bar ??= "implicit method";
  }
  return flow.holding(object);
}

function readMember(world: World, node: MemberExpression, unit: CodeUnit): Place {
  const { flow, rules } = world;
  if (node.computed) rules.expression(node.property, unit);
  const key = memberKey(node, anyKey);
  const into = flow.place();
  flow.read(readOwner(world, node.object, unit), key, into);
  return into;
}

function readAssignment(world: World, node: AssignmentExpression, unit: CodeUnit): Place {
  const { rules } = world;
  const right = rules.expression(node.right, unit);
  const value = /^(?:=|\|\|=|&&=|\?\?=)$/.test(node.operator) ? right : nowhere;
  const from = takenApart(world, node, { pattern: node.left, from: value }, unit);
  rules.assign(node.left, from, unit);
  if (node.operator === "=" || node.left.type !== "Identifier") return value;
  return world.union([value, rules.expression(node.left, unit)]);
}
