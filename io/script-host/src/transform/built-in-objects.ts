import { putArray, putPairs } from "./built-in-arrays.ts";
import { argument, type BuiltIn, callBarred, elementsOf, invokeFurther } from "./callbacks.ts";
import { nowhere, type Place } from "./flow.ts";
import { anyKey, elementKey, unknownKey } from "./syntax.ts";
import type { Call, World } from "./world.ts";

/** Of objects and functions. */
export const objectFunctions: Readonly<Record<string, BuiltIn>> = {
  "Object.assign": (world, call) => {
    const { fixed, rest } = call.args;
    for (const source of [...fixed.slice(1), rest]) inherit(world, argument(call.args, 0), source);
    world.flow.flow(argument(call.args, 0), call.result);
  },
  "Object.create": (world, call) => {
    const made = world.once(call.site, "object", () => ({ kind: "object" }));
    world.flow.flow(argument(call.args, 0), world.flow.parents(made));
    world.flow.put(made, call.result);
    define(world, world.flow.holding(made), argument(call.args, 1));
  },
  "Object.setPrototypeOf": (world, call) => {
    inherit(world, argument(call.args, 0), argument(call.args, 1));
    world.flow.flow(argument(call.args, 0), call.result);
  },
  "Object.getPrototypeOf": (world, call) => {
    const { flow } = world;
    flow.watch(argument(call.args, 0), (id) => flow.flow(flow.parents(id), call.result));
  },
  Object: same,
  "Object.freeze": same,
  "Object.seal": same,
  "Object.preventExtensions": same,
  "Object.keys": () => {},
  "Object.getOwnPropertyNames": () => {},
  "Object.values": (world, call) => {
    putArray(world, call, [world.property(argument(call.args, 0), anyKey)]);
  },
  "Object.entries": (world, call) => {
    putPairs(world, call, world.property(argument(call.args, 0), anyKey));
  },
  "Object.fromEntries": (world, call) => {
    const made = world.once(call.site, "object", () => ({ kind: "object" }));
    const values = elementsOf(world, elementsOf(world, argument(call.args, 0)));
    world.flow.flow(values, world.flow.field(made, unknownKey));
    world.flow.put(made, call.result);
  },
  "Object.defineProperty": (world, call) => {
    describe(world, argument(call.args, 0), argument(call.args, 2));
    same(world, call);
  },
  "Object.defineProperties": (world, call) => {
    define(world, argument(call.args, 0), argument(call.args, 1));
    same(world, call);
  },
  "Object.getOwnPropertyDescriptor": described,
  "Object.getOwnPropertyDescriptors": described,
  "Reflect.get": (world, call) => {
    world.flow.read(argument(call.args, 0), anyKey, call.result);
  },
  "Reflect.apply": (world, call) => {
    const { args } = call;
    const rest = elementsOf(world, argument(args, 2));
    const self = argument(args, 1);
    invokeFurther(world, { ...call, self, args: { fixed: [], rest } }, argument(args, 0));
  },
  "Reflect.construct": (world, call) => {
    const rest = elementsOf(world, argument(call.args, 1));
    invokeFurther(
      world,
      { ...call, args: { fixed: [], rest }, isNew: true },
      argument(call.args, 0),
    );
  },
  "#call": (world, call) => {
    const [self = call.args.rest, ...fixed] = call.args.fixed;
    invokeFurther(world, { ...call, self, args: { fixed, rest: call.args.rest } }, call.self);
  },
  "#apply": (world, call) => {
    const rest = elementsOf(world, argument(call.args, 1));
    invokeFurther(
      world,
      { ...call, self: argument(call.args, 0), args: { fixed: [], rest } },
      call.self,
    );
  },
  "#bind": (world, call) => {
    const [self = call.args.rest, ...args] = call.args.fixed;
    const { self: target } = call;
    world.flow.put(
      world.once(call.site, "bound", () => ({ kind: "bound", target, self, args })),
      call.result,
    );
    call.site.hasOthers = true;
  },
  "JSON.parse": (world, call) => {
    const callback = argument(call.args, 1);
    callBarred(world, call, { callback, args: [], into: world.flow.place() }, "reviver");
  },
  "JSON.stringify": (world, call) => {
    const callback = argument(call.args, 1);
    callBarred(world, call, { callback, args: [], into: world.flow.place() }, "reviver");
  },
  // What a CommonJS module gets of a module of the host's.
  "$breakwater.run.commonJs": same,
  Proxy: proxy,
  Map: collection,
  Set: collection,
  WeakMap: collection,
  WeakSet: collection,
};

function same(world: World, call: Call): void {
  world.flow.flow(argument(call.args, 0), call.result);
}

/** Whatever one object has, the other has, too. */
export function inherit({ flow }: World, to: Place, from: Place): void {
  if (from !== nowhere) flow.watch(to, (id) => flow.flow(from, flow.parents(id)));
}

/** A property of whatever name that is described by `{ value }` or `{ get }`. */
function describe(world: World, object: Place, descriptor: Place): void {
  const { flow } = world;
  flow.write(object, unknownKey, world.property(descriptor, "value"));
  flow.watch(world.property(descriptor, "get"), (id) => {
    const getter = flow.get(id);
    if (getter.kind === "function") flow.write(object, unknownKey, getter.unit.result);
  });
}

/** `{ value, get }`, for one property or all of them. */
function described(world: World, call: Call): void {
  const { flow } = world;
  const made = world.once(call.site, "descriptor", () => ({ kind: "object" }));
  flow.read(argument(call.args, 0), anyKey, flow.field(made, "value"));
  flow.put(made, flow.field(made, unknownKey));
  flow.put(made, call.result);
}

function define(world: World, object: Place, descriptors: Place): void {
  describe(world, object, world.property(descriptors, anyKey));
}

function collection(world: World, call: Call): void {
  const { flow } = world;
  const made = world.once(call.site, "collection", () => ({ kind: "collection" }));
  const elements = elementsOf(world, argument(call.args, 0));
  // Entries of a Map come as pairs, and are asked for one by one.
  for (const place of [elements, elementsOf(world, elements)]) {
    flow.flow(place, flow.field(made, elementKey));
  }
  flow.put(made, call.result);
  call.site.hasOthers = true;
}

function proxy(world: World, call: Call): void {
  const { flow } = world;
  const target = argument(call.args, 0);
  const handler = argument(call.args, 1);
  const args = [target, nowhere, target];
  const into = flow.place();
  const callback = world.union(
    ["get", "set", "has", "deleteProperty", "ownKeys", "getOwnPropertyDescriptor"].map((trap) =>
      world.property(handler, trap),
    ),
  );
  callBarred(world, call, { callback, args, into, self: handler }, "trap");
  const made = world.once(call.site, "proxy", () => ({ kind: "object" }));
  flow.flow(into, flow.field(made, unknownKey));
  flow.flow(target, flow.parents(made));
  flow.put(made, call.result);
  flow.flow(target, call.result);
  // Calling the proxy calls the trap, with the arguments as an array.
  flow.flow(world.property(handler, "apply"), call.result);
}
