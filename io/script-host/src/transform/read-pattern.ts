import type { Expression, MemberExpression } from "oxc-parser";
import type { CodeUnit } from "./code-unit.ts";
import type { Place } from "./flow.ts";
import { readOwner } from "./read-owner.ts";
import { anyKey, elementKey, memberKey, type Pattern, propertyKey, unknownKey } from "./syntax.ts";
import type { World } from "./world.ts";

/** Gives a value to the variables and properties of a pattern. */
export function assign(world: World, pattern: Pattern, from: Place, unit: CodeUnit): void {
  const { flow, rules } = world;
  switch (pattern.type) {
    case "Identifier": {
      const binding = world.names.binding(pattern);
      if (binding) flow.flow(from, world.variable(binding));
      else flow.write(flow.holding(world.builtIn("globalThis")), pattern.name, from);
      return;
    }
    case "MemberExpression":
      return writeMember(world, pattern, from, unit);
    case "AssignmentPattern": {
      const value = world.union([from, rules.expression(pattern.right, unit)]);
      return assign(world, pattern.left, value, unit);
    }
    case "ArrayPattern": {
      const elements = world.property(from, elementKey);
      for (const element of pattern.elements) {
        if (element?.type === "RestElement") assign(world, element.argument, from, unit);
        else if (element) assign(world, element, elements, unit);
      }
      return;
    }
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          const rest = flow.value({ kind: "object" });
          flow.flow(from, flow.parents(rest));
          assign(world, property.argument, flow.holding(rest), unit);
          continue;
        }
        if (property.computed) rules.expression(property.key as Expression, unit);
        const key = propertyKey(property);
        const value = world.property(from, key === unknownKey ? anyKey : key);
        assign(world, property.value, value, unit);
      }
      return;
    default:
  }
}

function writeMember(world: World, node: MemberExpression, from: Place, unit: CodeUnit): void {
  const { flow, rules } = world;
  if (node.computed) rules.expression(node.property, unit);
  const owner = readOwner(world, node.object, unit);
  const key = memberKey(node, unknownKey);
  if (key === "__proto__") {
    flow.watch(owner, (id) => flow.flow(from, flow.parents(id)));
    return;
  }
  flow.write(owner, key, from);
  // Whatever the object is, a call of that name may mean what is written here.
  flow.name(key, from);
}
