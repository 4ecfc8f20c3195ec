import { argument, type BuiltIn, callBarred, callInOrder, elementsOf } from "./callbacks.ts";
import type { Place } from "./flow.ts";
import { elementKey } from "./syntax.ts";
import type { Call, World } from "./world.ts";

/** Of arrays, Maps, Sets and strings: `#` is what they are a method of. */
export const arrayMethods: Readonly<Record<string, BuiltIn>> = {
  "#forEach": inOrder("forEach", () => {}),
  "#some": inOrder("some", () => {}),
  "#every": inOrder("every", () => {}),
  "#findIndex": inOrder("findIndex", () => {}),
  "#findLastIndex": inOrder("findLastIndex", () => {}),
  "#find": inOrder("find", ({ flow }, { result }, { elements }) => flow.flow(elements, result)),
  "#findLast": inOrder("findLast", ({ flow }, { result }, { elements }) => {
    flow.flow(elements, result);
  }),
  "#filter": inOrder("filter", ({ flow }, { self, result }) => flow.flow(self, result)),
  "#map": inOrder("map", (world, call, { given }) => putArray(world, call, [given])),
  "#flatMap": inOrder("flatMap", (world, call, { given }) => {
    putArray(world, call, [given, elementsOf(world, given)]);
  }),
  "#reduce": reduce("reduce"),
  "#reduceRight": reduce("reduceRight"),
  "#sort": sort,
  "#toSorted": sort,
  "#replace": replace("replace"),
  "#replaceAll": replace("replaceAll"),
  "#push": put,
  "#unshift": put,
  "#splice": put,
  "#toSpliced": put,
  "#fill": put,
  "#with": put,
  "#add": put,
  "#set": setEntry,
  "#at": take,
  "#copyWithin": take,
  "#flat": take,
  "#get": take,
  "#pop": take,
  "#reverse": take,
  "#shift": take,
  "#slice": take,
  "#subarray": take,
  "#toArray": take,
  "#toReversed": take,
  "#values": take,
  "#concat": (world, call) => {
    const all = [call.self, ...call.args.fixed, call.args.rest];
    putArray(world, call, [...all, ...all.map((place) => elementsOf(world, place))]);
  },
  "#entries": (world, call) => putPairs(world, call, elementsOf(world, call.self)),
  "Array.from": (world, call) => {
    const elements = elementsOf(world, argument(call.args, 0));
    const given = world.flow.place();
    call.site.standIn = "from";
    const callback = argument(call.args, 1);
    const self = argument(call.args, 2);
    callInOrder(world, call, { callback, args: [elements], into: given, self });
    putArray(world, call, [elements, given]);
    putInstance(world, call, [elements, given]);
  },
  "Array.of": (world, call) => {
    putArray(world, call, [...call.args.fixed, call.args.rest]);
    putInstance(world, call, [...call.args.fixed, call.args.rest]);
  },
  Array: (world, call) => putArray(world, call, [...call.args.fixed, call.args.rest]),
  "Object.groupBy": groupBy,
  "Map.groupBy": groupBy,
};

/** What Array.from() gives as a method of a class that extends Array. */
function putInstance({ flow }: World, call: Call, elements: readonly Place[]): void {
  flow.watch(call.self, (id) => {
    const value = flow.get(id);
    if (value.kind !== "class") return;
    flow.put(value.instance, call.result);
    for (const place of elements) flow.flow(place, flow.field(value.instance, elementKey));
  });
}

interface Run {
  readonly elements: Place;
  /** What the callback returned. */
  readonly given: Place;
}

/** A method that runs its first argument for each element: `(element, index, array)`. */
function inOrder(name: string, end: (world: World, call: Call, run: Run) => void): BuiltIn {
  return (world, call) => {
    const elements = elementsOf(world, call.self);
    const given = world.flow.place();
    call.site.standIn = name;
    // A Map gives a key and itself in the places of index and array.
    const args = [elements, elements, call.self];
    const callback = argument(call.args, 0);
    callInOrder(world, call, { callback, args, into: given, self: argument(call.args, 1) });
    end(world, call, { elements, given });
  };
}

function reduce(name: string): BuiltIn {
  return (world, call) => {
    const { flow } = world;
    const elements = elementsOf(world, call.self);
    call.site.standIn = name;
    const { result } = call;
    flow.flow(elements, result);
    flow.flow(argument(call.args, 1), result);
    const callback = argument(call.args, 0);
    const args = [result, elements, elements, call.self];
    callInOrder(world, call, { callback, args, into: result });
  };
}

function sort(world: World, call: Call): void {
  const elements = elementsOf(world, call.self);
  const callback = argument(call.args, 0);
  call.site.hasOthers = true;
  const into = world.flow.place();
  callBarred(world, call, { callback, args: [elements, elements], into }, "comparator");
  world.flow.flow(call.self, call.result);
}

function replace(name: string): BuiltIn {
  return (world, call) => {
    call.site.standIn = name;
    const into = world.flow.place();
    callInOrder(world, call, { callback: argument(call.args, 1), args: [], into });
  };
}

function groupBy(world: World, call: Call): void {
  const elements = elementsOf(world, argument(call.args, 0));
  call.site.standIn = "groupBy";
  const into = world.flow.place();
  callInOrder(world, call, { callback: argument(call.args, 1), args: [elements], into });
  putArray(world, call, [argument(call.args, 0)]);
}

/** Gives the array or collection, or something like it, or what is in it. */
function take(world: World, call: Call): void {
  const { flow } = world;
  flow.flow(call.self, call.result);
  flow.read(call.self, elementKey, call.result);
  call.site.hasOthers = true;
}

/** Puts the arguments among the elements. */
function put(world: World, call: Call): void {
  const { flow } = world;
  const { fixed, rest } = call.args;
  for (const place of [...fixed, rest]) flow.write(call.self, elementKey, place);
  flow.flow(call.self, call.result);
  call.site.hasOthers = true;
}

function setEntry(world: World, call: Call): void {
  const { fixed, rest } = call.args;
  put(world, call);
  world.flow.write(call.self, elementKey, pairOf(world, call, [...fixed, rest]));
}

function pairOf(world: World, call: Call, places: readonly Place[]): Place {
  const { flow } = world;
  const pair = world.once(call.site, "pair", () => ({ kind: "array" }));
  for (const place of places) flow.flow(place, flow.field(pair, elementKey));
  return flow.holding(pair);
}

/** A new array of `[key, value]`. */
export function putPairs(world: World, call: Call, values: Place): void {
  putArray(world, call, [pairOf(world, call, [values])]);
}

/** A new array with these elements. */
export function putArray(world: World, call: Call, elements: readonly Place[]): void {
  const { flow } = world;
  const array = world.once(call.site, "array", () => ({ kind: "array" }));
  for (const place of elements) flow.flow(place, flow.field(array, elementKey));
  flow.put(array, call.result);
}
