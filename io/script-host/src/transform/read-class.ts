import type {
  AccessorProperty,
  Class,
  Expression,
  MethodDefinition,
  PropertyDefinition,
  StaticBlock,
} from "oxc-parser";
import { type CodeUnit, codeUnit } from "./code-unit.ts";
import { nowhere, type Place, type ValueId } from "./flow.ts";
import { isImplicit, readAccessor } from "./read-accessor.ts";
import { readFunction } from "./read-function.ts";
import { propertyKey } from "./syntax.ts";
import type { ClassValue, World } from "./world.ts";

/** Reads a class and all that is in it; gives the class. */
export function readClass(world: World, node: Class, unit: CodeUnit): ValueId {
  const { flow, rules } = world;
  const base = node.superClass ? rules.expression(node.superClass, unit) : nowhere;
  const instance = flow.value({ kind: "object" });
  const instances = flow.holding(instance);
  const value: ClassValue = { kind: "class", construct: undefined, instance, instances };
  const id = flow.value(value);
  const prototype = flow.value({ kind: "object" });
  world.classOf.set(prototype, id);
  flow.put(prototype, flow.field(id, "prototype"));
  flow.put(prototype, flow.parents(instance));
  flow.put(id, flow.field(prototype, "constructor"));
  if (node.id) {
    const own = world.names.binding(node.id);
    if (own) flow.put(id, world.variable(own));
  }
  if (base !== nowhere) extend(world, value, { id, prototype, base });

  const sides: Sides = {
    fixed: { home: id, self: flow.holding(id) },
    own: { home: prototype, self: instances },
  };
  for (const element of node.body.body) {
    switch (element.type) {
      case "MethodDefinition":
        readMethod(world, element, unit, { value, sides });
        break;
      case "PropertyDefinition":
      case "AccessorProperty":
        readField(world, element, unit, { value, sides });
        break;
      case "StaticBlock":
        readStaticBlock(world, element, unit, sides.fixed);
        break;
      default:
    }
  }
  return id;
}

interface Side {
  readonly home: ValueId;
  readonly self: Place;
}

interface Sides {
  /** Of what is static, … */
  readonly fixed: Side;
  /** … and of what instances have. */
  readonly own: Side;
}

interface Around {
  readonly value: ClassValue;
  readonly sides: Sides;
}

function extend(
  world: World,
  value: ClassValue,
  { id, prototype, base }: { id: ValueId; prototype: ValueId; base: Place },
): void {
  const { flow } = world;
  flow.flow(base, flow.parents(id));
  flow.read(base, "prototype", flow.parents(prototype));
  flow.watch(base, (baseId) => {
    const known = flow.get(baseId);
    if (known.kind === "class") {
      flow.flow(value.instances, known.instances);
      flow.put(known.instance, flow.parents(value.instance));
    } else if (known.kind === "function") {
      flow.flow(value.instances, known.unit.self);
    }
  });
}

function readMethod(
  world: World,
  node: MethodDefinition,
  unit: CodeUnit,
  { value, sides }: Around,
): void {
  const { flow, rules } = world;
  if (node.computed) rules.expression(node.key as Expression, unit);
  const side = node.static ? sides.fixed : sides.own;
  const id = readFunction(world, node.value, unit, side);
  const method = flow.get(id);
  if (method.kind !== "function") return;
  const key = propertyKey(node);
  switch (node.kind) {
    case "constructor":
      method.unit.bar = "constructor";
      value.construct = method.unit;
      return;
    case "get":
    case "set":
      return readAccessor(world, method.unit, node.kind, flow.field(side.home, key));
    case "method":
      flow.put(id, flow.field(side.home, key));
      if (isImplicit(key)) method.unit.bar = "implicit method";
  }
}

function readField(
  world: World,
  node: PropertyDefinition | AccessorProperty,
  unit: CodeUnit,
  { value, sides }: Around,
): void {
  const { flow, rules } = world;
  if (node.computed) rules.expression(node.key as Expression, unit);
  if (node.value === null) return;
  const side = node.static ? sides.fixed : sides.own;
  const field = initializer(world, node, unit, side);
  field.bar = "field";
  const holder = node.static ? side.home : value.instance;
  flow.flow(rules.expression(node.value, field), flow.field(holder, propertyKey(node)));
}

function readStaticBlock(world: World, node: StaticBlock, unit: CodeUnit, side: Side): void {
  const block = initializer(world, node, unit, side);
  block.bar = "static block";
  for (const statement of node.body) world.rules.statement(statement, block);
}

/** What runs in the course of making a class or an instance. */
function initializer(
  world: World,
  node: PropertyDefinition | AccessorProperty | StaticBlock,
  outer: CodeUnit,
  { home, self }: Side,
): CodeUnit {
  const unit = codeUnit(node, "initializer", outer, () => world.flow.place());
  world.units.push(unit);
  world.unitOf.set(node, unit);
  unit.home = home;
  world.flow.flow(self, unit.self);
  return unit;
}
