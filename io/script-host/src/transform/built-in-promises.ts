import { argument, type BuiltIn, callInOrder, callLater, elementsOf } from "./callbacks.ts";
import type { Place } from "./flow.ts";
import { elementKey, fulfilledKey } from "./syntax.ts";
import type { Call, World } from "./world.ts";

/** Of promises and generators. */
export const promiseFunctions: Readonly<Record<string, BuiltIn>> = {
  Promise: (world, call) => {
    const { flow } = world;
    const promise = world.once(call.site, "promise", () => ({ kind: "promise" }));
    const resolver = world.once(call.site, "resolver", () => ({ kind: "resolver", promise }));
    flow.put(promise, call.result);
    call.site.standIn = "promise";
    call.site.hasOthers = true;
    const callback = argument(call.args, 0);
    callInOrder(world, call, { callback, args: [flow.holding(resolver)], into: flow.place() });
  },
  "Promise.resolve": (world, call) => fulfil(world, call, world.awaited(argument(call.args, 0))),
  "Promise.reject": (world, call) => fulfil(world, call, world.flow.place()),
  "Promise.try": (world, call) => later(world, call, [argument(call.args, 0)]),
  "Promise.all": all,
  "Promise.allSettled": all,
  "Promise.race": all,
  "Promise.any": all,
  "#then": (world, call) => later(world, call, [argument(call.args, 0), argument(call.args, 1)]),
  "#catch": (world, call) => later(world, call, [argument(call.args, 0)]),
  "#finally": (world, call) => later(world, call, [argument(call.args, 0)]),
  "#next": turn,
  "#return": turn,
  "#throw": turn,
};

/** A new promise, fulfilled with these. */
function fulfil(world: World, call: Call, ...values: Place[]): void {
  const { flow } = world;
  const promise = world.once(call.site, "promise", () => ({ kind: "promise" }));
  for (const value of values) flow.flow(value, flow.field(promise, fulfilledKey));
  flow.put(promise, call.result);
  call.site.hasOthers = true;
}

function later(world: World, call: Call, callbacks: readonly Place[]): void {
  const into = world.flow.place();
  const value = world.awaited(call.self);
  for (const callback of callbacks) callLater(world, call, { callback, args: [value], into });
  fulfil(world, call, value, world.awaited(into));
}

function all(world: World, call: Call): void {
  const { flow } = world;
  const array = world.once(call.site, "array", () => ({ kind: "array" }));
  const settled = world.awaited(elementsOf(world, argument(call.args, 0)));
  flow.flow(settled, flow.field(array, elementKey));
  fulfil(world, call, flow.holding(array), settled);
}

/** A generator runs on: calling it did not, so this is where it may have to wait. */
function turn(world: World, call: Call): void {
  const { flow } = world;
  flow.watch(call.self, (id) => {
    const value = flow.get(id);
    if (value.kind !== "generator") return;
    flow.put(value.turn, call.result);
    flow.flow(argument(call.args, 0), value.unit.sent);
    if (value.unit.kind === "generator") call.site.targets.add(value.unit);
  });
}
