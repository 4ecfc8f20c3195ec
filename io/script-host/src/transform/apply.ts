import { applyApi } from "./apply-api.ts";
import { applyBuiltIn } from "./built-ins.ts";
import { argument, invoke, invokeFurther } from "./callbacks.ts";
import type { CodeUnit } from "./code-unit.ts";
import type { ValueId } from "./flow.ts";
import { elementKey, fulfilledKey } from "./syntax.ts";
import type { Args, BoundValue, Call, ClassValue, World } from "./world.ts";

/** What a call does when it calls that value. */
export function apply(world: World, call: Call, callee: ValueId): void {
  const value = world.flow.get(callee);
  // What built-in functions call by way of others does not depend on the way.
  if (call.depth > 0 && value.kind !== "function" && isRepeated(world, call, callee)) return;
  switch (value.kind) {
    case "function":
      return applyFunction(world, call, callee, value.unit);
    case "class":
      return construct(world, call, callee, value);
    case "builtIn":
      return applyBuiltIn(world, call, value.name);
    case "api":
      return applyApi(world, call, value);
    case "bound":
      return applyBound(world, call, value);
    case "resolver":
      return world.flow.flow(argument(call.args, 0), world.flow.field(value.promise, fulfilledKey));
    case "commonJs":
      return world.flow.read(world.flow.holding(value.module), "exports", call.result);
    default:
  }
}

function isRepeated(world: World, { site }: Call, callee: ValueId): boolean {
  const count = world.applied.get(site) ?? new Set();
  world.applied.set(site, count);
  if (count.has(callee)) return true;
  count.add(callee);
  return false;
}

export function passArgs(world: World, unit: CodeUnit, args: Args): void {
  const { flow } = world;
  const all = [...args.fixed, args.rest];
  for (const place of all) flow.flow(place, unit.args);
  for (const [index, param] of unit.params.entries()) {
    if (unit.hasRest && index === unit.params.length - 1) {
      for (const place of all.slice(index)) flow.flow(place, param);
      flow.flow(args.rest, param);
    } else {
      flow.flow(argument(args, index), param);
    }
  }
}

function applyFunction(world: World, call: Call, callee: ValueId, unit: CodeUnit): void {
  const { flow } = world;
  const { site } = call;
  passArgs(world, unit, call.args);
  if (call.isNew) {
    const instance = world.once(unit, "instance", () => ({ kind: "object" }));
    flow.read(flow.holding(callee), "prototype", flow.parents(instance));
    flow.put(instance, unit.self);
    flow.put(instance, call.result);
    flow.flow(unit.result, call.result);
    site.targets.add(unit);
    return;
  }
  if (unit.node.type !== "ArrowFunctionExpression") flow.flow(call.self, unit.self);
  if (unit.kind === "plain") {
    flow.flow(unit.result, call.result);
    (call.isGuess ? site.guesses : site.targets).add(unit);
    return;
  }
  // A promise, or a generator: getting it takes no time.
  site.hasOthers = true;
  flow.put(unit.kind === "async" ? promiseOf(world, unit) : generatorOf(world, unit), call.result);
}

function promiseOf(world: World, unit: CodeUnit): ValueId {
  const promise = world.once(unit, "promise", () => ({ kind: "promise" }));
  world.flow.flow(unit.result, world.flow.field(promise, fulfilledKey));
  return promise;
}

/** The object that a generator function gives. */
export function generatorOf(world: World, unit: CodeUnit): ValueId {
  const { flow } = world;
  const turn = world.once(unit, "turn", () => ({ kind: "object" }));
  const generator = world.once(unit, "generator", () => ({ kind: "generator", unit, turn }));
  flow.flow(unit.yielded, flow.field(generator, elementKey));
  flow.flow(unit.yielded, flow.field(turn, "value"));
  flow.flow(unit.result, flow.field(turn, "value"));
  return generator;
}

/** `new` of a class, and `super()`, whose `this` is the instance that is being made. */
function construct(world: World, call: Call, id: ValueId, value: ClassValue): void {
  const { flow } = world;
  if (!call.isNew) return;
  flow.put(value.instance, call.result);
  if (value.construct !== undefined) {
    passArgs(world, value.construct, call.args);
    flow.flow(call.self, value.construct.self);
    flow.flow(value.construct.result, call.result);
    call.site.targets.add(value.construct);
    return;
  }
  // A class without a constructor hands its arguments to the one it extends.
  const self = flow.holding(value.instance);
  flow.flow(call.self, self);
  invoke(world, { ...call, self, result: flow.place() }, flow.parents(id));
}

function applyBound(world: World, call: Call, { target, self, args }: BoundValue): void {
  const all: Args = { fixed: [...args, ...call.args.fixed], rest: call.args.rest };
  invokeFurther(world, { ...call, self, args: all }, target);
}
