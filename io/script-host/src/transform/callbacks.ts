import { type Bar, callSite } from "./code-unit.ts";
import { nowhere, type Place } from "./flow.ts";
import { anyKey, elementKey } from "./syntax.ts";
import type { Args, Call, World } from "./world.ts";

/** Calls whatever comes to `callee`. */
export function invoke(world: World, call: Call, callee: Place): void {
  const seen = new Set<number>();
  world.flow.watch(callee, (id) => {
    if (seen.has(id)) return;
    seen.add(id);
    world.rules.apply(call, id);
  });
}

/** The same from a built-in function; these may be given each other, round and round. */
export function invokeFurther(world: World, call: Call, callee: Place): void {
  if (call.depth < maxDepth) invoke(world, { ...call, depth: call.depth + 1 }, callee);
}

const maxDepth = 2;

export function argument({ fixed, rest }: Args, index: number): Place {
  return fixed[index] ?? rest;
}

/** What a call of a built-in function does with functions and objects. */
export type BuiltIn = (world: World, call: Call) => void;

/** What a built-in function, or one of the host's, does with a function that it is given. */
export interface Callback {
  readonly callback: Place;
  readonly args: readonly Place[];
  readonly into: Place;
  readonly self?: Place;
}

/** Calls it before it returns, and for one that waits there is a stand-in that does so, too. */
export function callInOrder(world: World, call: Call, callback: Callback): void {
  const { site } = call;
  site.ordered ??= callSite(site.node, site.unit);
  run(world, { ...call, site: site.ordered }, callback);
}

/** Calls it some time, and does not wait for it. */
export function callLater(world: World, call: Call, callback: Callback): void {
  const { site } = call;
  handOut(world, callback.callback);
  site.later ??= callSite(site.node, site.unit);
  run(world, { ...call, site: site.later }, callback);
}

/** Calls it before it returns, and cannot wait for it. */
export function callBarred(world: World, call: Call, callback: Callback, bar: Bar): void {
  world.barred.push({ callback: callback.callback, bar });
  callLater(world, call, callback);
}

export function handOut({ flow }: World, place: Place): void {
  flow.watch(place, (id) => {
    const value = flow.get(id);
    if (value.kind === "function") value.unit.isHandedOut = true;
  });
}

function run(world: World, call: Call, { callback, args, into, self }: Callback): void {
  const made: Call = {
    ...call,
    self: self ?? nowhere,
    args: { fixed: args, rest: nowhere },
    result: into,
    isNew: false,
  };
  invokeFurther(world, made, callback);
}

/** What stands in an array, a Map or a Set. */
export function elementsOf(world: World, place: Place): Place {
  return world.property(place, elementKey);
}

/** Both the values and what they are made of. */
export function contentsOf(world: World, places: readonly Place[]): Place {
  return world.union(places.flatMap((place) => [place, world.property(place, anyKey)]));
}
