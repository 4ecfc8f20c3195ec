import { kept } from "./kept.ts";

/**
 * What stands in for built-in functions that call what they are given, where that waits: each call
 * ends before the next begins, as it does where calls hold the script up. For anything but what the
 * built-in functions are for, the object's own function is called.
 */
type Callback = (this: unknown, ...args: unknown[]) => unknown;
type Method = (this: unknown, ...args: unknown[]) => unknown;
type Sequence = ArrayLike<unknown> & object;

/** Of arrays and typed arrays, which differ only in what map() and filter() make. */
export const forEach: StandIn = standIn("forEach", async (list, callback, self) => {
  for (let at = 0, { length } = list; at < length; at += 1) {
    if (at in list) await callback.call(self, list[at], at, list);
  }
});

export const map: StandIn = standIn("map", async (list, callback, self) => {
  const { length } = list;
  const made = emptyLike(list, length);
  for (let at = 0; at < length; at += 1) {
    if (at in list) made[at] = kept(await callback.call(self, list[at], at, list));
  }
  return made;
});

export const filter: StandIn = standIn("filter", async (list, callback, self) => {
  const found: unknown[] = [];
  for (let at = 0, { length } = list; at < length; at += 1) {
    if (!(at in list)) continue;
    const value = list[at];
    if (kept(await callback.call(self, value, at, list))) found.push(value);
  }
  const made = emptyLike(list, ArrayBuffer.isView(list) ? found.length : 0);
  return Object.assign(made, found);
});

export const some: StandIn = standIn("some", async (list, callback, self) => {
  for (let at = 0, { length } = list; at < length; at += 1) {
    if (at in list && kept(await callback.call(self, list[at], at, list))) return true;
  }
  return false;
});

export const every: StandIn = standIn("every", async (list, callback, self) => {
  for (let at = 0, { length } = list; at < length; at += 1) {
    if (at in list && !kept(await callback.call(self, list[at], at, list))) return false;
  }
  return true;
});

/** Where it is found, and what; those that look for something look into holes, too. */
async function search(
  list: Sequence,
  callback: Callback,
  self: unknown,
  isFromEnd: boolean,
): Promise<readonly [at: number, value: unknown]> {
  const { length } = list;
  for (let step = 0; step < length; step += 1) {
    const at = isFromEnd ? length - 1 - step : step;
    const value = list[at];
    if (kept(await callback.call(self, value, at, list))) return [at, value];
  }
  return [-1, undefined];
}

export const find: StandIn = standIn("find", async (list, callback, self) => {
  return (await search(list, callback, self, false))[1];
});
export const findIndex: StandIn = standIn("findIndex", async (list, callback, self) => {
  return (await search(list, callback, self, false))[0];
});
export const findLast: StandIn = standIn("findLast", async (list, callback, self) => {
  return (await search(list, callback, self, true))[1];
});
export const findLastIndex: StandIn = standIn("findLastIndex", async (list, callback, self) => {
  return (await search(list, callback, self, true))[0];
});

export const flatMap: StandIn = standIn("flatMap", async (list, callback, self) => {
  const made = [];
  for (let at = 0, { length } = list; at < length; at += 1) {
    if (at in list) made.push(kept(await callback.call(self, list[at], at, list)));
  }
  return made.flat();
});

export const reduce: StandIn = folding("reduce", (at) => at);
export const reduceRight: StandIn = folding("reduceRight", (at, length) => length - 1 - at);

/** `(array, callback, …)`: what the method would give. */
export type StandIn = (object: unknown, ...args: unknown[]) => Promise<unknown>;

type Run = (list: Sequence, callback: Callback, self: unknown) => Promise<unknown>;

function standIn(name: string, run: Run): StandIn {
  return async (object, ...args) => {
    const [callback, self] = args;
    if (isList(object, name) && isFunction(callback)) return await run(object, callback, self);
    if (name === "forEach" && isFunction(callback) && (isMap(object) || isSet(object))) {
      // As the built-in one does, this sees what is added on the way.
      for (const [key, value] of object.entries()) await callback.call(self, value, key, object);
      return undefined;
    }
    return await callOwn(object, name, args);
  };
}

function folding(name: string, place: (at: number, length: number) => number): StandIn {
  return async (object, ...args) => {
    const [callback, initial] = args;
    if (!isList(object, name) || !isFunction(callback)) return await callOwn(object, name, args);
    const { length } = object;
    let at = 0;
    let result = initial;
    if (args.length < 2) {
      while (at < length && !(place(at, length) in object)) at += 1;
      // Nothing to start from: the method says so.
      if (at >= length) return await callOwn(object, name, args);
      result = object[place(at, length)];
      at += 1;
    }
    for (; at < length; at += 1) {
      const index = place(at, length);
      if (index in object) {
        result = kept(await callback.call(undefined, result, object[index], index, object));
      }
    }
    return result;
  };
}

/** `Array.from(items, callback, self)` */
export const from: StandIn = async (type, items, callback, self) => {
  if (type !== Array || !isFunction(callback))
    return await callOwn(type, "from", [items, callback, self]);
  const made: unknown[] = [];
  for (const item of Array.from(items as Iterable<unknown>)) {
    made.push(kept(await callback.call(self, item, made.length)));
  }
  return made;
};

/** `Object.groupBy(items, callback)` and `Map.groupBy` */
export const groupBy: StandIn = async (type, items, callback) => {
  if ((type !== Object && type !== Map) || !isFunction(callback)) {
    return await callOwn(type, "groupBy", [items, callback]);
  }
  const keys: unknown[] = [];
  const list = [...(items as Iterable<unknown>)];
  for (const item of list) keys.push(kept(await callback.call(undefined, item, keys.length)));
  const next = keys.values();
  const keyOf = (): PropertyKey => next.next().value as PropertyKey;
  return type === Map ? Map.groupBy(list, keyOf) : Object.groupBy(list, keyOf);
};

export const replace: StandIn = replacing("replace");
export const replaceAll: StandIn = replacing("replaceAll");

/** Finds the matches first, and then gives each the text that its call came to. */
function replacing(name: "replace" | "replaceAll"): StandIn {
  return async (text, pattern, callback) => {
    if (typeof text !== "string" || !isFunction(callback)) {
      return await callOwn(text, name, [pattern, callback]);
    }
    const matches: unknown[][] = [];
    text[name](pattern as string, (...match: unknown[]) => {
      matches.push(match);
      return "";
    });
    const texts: string[] = [];
    for (const match of matches) {
      texts.push(String(kept(await callback.call(undefined, ...match))));
    }
    return text[name](pattern as string, () => texts.shift() ?? "");
  };
}

/** The stand-in for a built-in function, for what is called by `.call()` or under another name. */
const standIns: ReadonlyMap<unknown, StandIn> = new Map<unknown, StandIn>([
  ...Object.entries({
    ...{ forEach, map, filter, some, every, find, findIndex, findLast, findLastIndex },
    ...{ flatMap, reduce, reduceRight },
  }).map(([name, run]) => [Reflect.get(Array.prototype, name), run] as const),
  [String.prototype.replace, replace],
  [String.prototype.replaceAll, replaceAll],
]);

/** `method.call(object, …)` */
export const call: StandIn = async (method, object, ...args) => {
  const run = standIns.get(method);
  if (run === undefined) return await callOwn(method, "call", [object, ...args]);
  // What looks like an array is taken for one: arguments, or what a query gave.
  const isLike = typeof object === "object" && object !== null && "length" in object;
  return await run(isLike && !Array.isArray(object) ? likeArray(object) : object, ...args);
};

/** `method.apply(object, args)` */
export const apply: StandIn = async (method, object, args) => {
  if (!standIns.has(method)) return await callOwn(method, "apply", [object, args]);
  return await call(method, object, ...Array.from((args ?? []) as ArrayLike<unknown>));
};

function likeArray(object: object): unknown[] {
  return Array.prototype.slice.call(object);
}

async function callOwn(object: unknown, name: string, args: readonly unknown[]): Promise<unknown> {
  const method = (object as Readonly<Record<string, Method>>)[name];
  if (typeof method !== "function") {
    throw new TypeError(`${name} is not a function of ${Bun.inspect(object, { depth: 0 })}`);
  }
  return kept(await method.apply(object, [...args]));
}

/** Whether it is an array whose method of that name is the built-in one. */
function isList(object: unknown, name: string): object is Sequence {
  if (Array.isArray(object))
    return Reflect.get(object, name) === Reflect.get(Array.prototype, name);
  return ArrayBuffer.isView(object) && !(object instanceof DataView);
}

function isFunction(value: unknown): value is Callback {
  return typeof value === "function";
}

function isMap(value: unknown): value is Map<unknown, unknown> {
  return value instanceof Map;
}

function isSet(value: unknown): value is Set<unknown> {
  return value instanceof Set;
}

/** ArraySpeciesCreate of ECMA-262, and its like for typed arrays. */
function emptyLike(list: Sequence, length: number): Record<number, unknown> {
  const type: unknown = Reflect.get(list, "constructor");
  if (type === Array || typeof type !== "function") return new Array<unknown>(length);
  const species = Reflect.get(type, Symbol.species) as
    | (new (
        n: number,
      ) => never)
    | null
    | undefined;
  return species ? new species(length) : new Array<unknown>(length);
}
