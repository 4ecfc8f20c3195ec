import type { Expression } from "oxc-parser";
import { type CodeUnit, codeUnit, type UnitKind } from "./code-unit.ts";
import type { Place, ValueId } from "./flow.ts";
import { elementKey, type FunctionNode } from "./syntax.ts";
import type { World } from "./world.ts";

export interface MethodOf {
  /** The object that it stands in. */
  readonly home: ValueId;
  /** What its `this` is, whoever calls it. */
  readonly self: Place;
}

/** Reads a function and its body; gives the function. */
export function readFunction(
  world: World,
  node: FunctionNode,
  outer: CodeUnit,
  method?: MethodOf,
): ValueId {
  const { flow, rules } = world;
  const unit = codeUnit(node, kindOf(node), outer, () => flow.place());
  world.units.push(unit);
  world.unitOf.set(node, unit);
  const id = flow.value({ kind: "function", unit });
  if (method) {
    unit.home = method.home;
    flow.flow(method.self, unit.self);
  }
  if (node.type === "FunctionExpression" && node.id) {
    const own = world.names.binding(node.id);
    if (own) flow.put(id, world.variable(own));
  }
  for (const param of node.params) {
    const place = flow.place();
    unit.params.push(place);
    if (param.type === "RestElement") {
      unit.hasRest = true;
      const rest = flow.value({ kind: "array" });
      flow.flow(place, flow.field(rest, elementKey));
      rules.assign(param.argument, flow.holding(rest), unit);
    } else if (param.type !== "TSParameterProperty") {
      rules.assign(param, place, unit);
    }
  }
  readBody(world, node, unit);
  return id;
}

function readBody(world: World, { body }: FunctionNode, unit: CodeUnit): void {
  if (body?.type === "BlockStatement") {
    for (const statement of body.body) world.rules.statement(statement, unit);
  } else if (body) {
    const value = world.rules.expression(body as Expression, unit);
    world.returned.set(unit.node, { unit, place: value });
    world.flow.flow(value, unit.result);
  }
}

function kindOf({ async, generator }: FunctionNode): UnitKind {
  if (generator) return async ? "asyncGenerator" : "generator";
  return async ? "async" : "plain";
}
