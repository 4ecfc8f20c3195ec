import { arrayMethods } from "./built-in-arrays.ts";
import { objectFunctions } from "./built-in-objects.ts";
import { promiseFunctions } from "./built-in-promises.ts";
import { type BuiltIn, callLater } from "./callbacks.ts";
import type { CodeUnit } from "./code-unit.ts";
import { nowhere } from "./flow.ts";
import { iteratorKey } from "./syntax.ts";
import type { Call, World } from "./world.ts";

const builtIns: Readonly<Record<string, BuiltIn>> = {
  ...arrayMethods,
  ...objectFunctions,
  ...promiseFunctions,
};

export const knownBuiltIns: ReadonlySet<string> = new Set(Object.keys(builtIns));

export function applyBuiltIn(world: World, call: Call, name: string): void {
  if (call.depth === 0) {
    collectGenerators(world, call);
    if (iterating.test(name)) collectIterated(world, call);
  }
  const known = knownBuiltIns.has(name) ? builtIns[name] : undefined;
  if (known !== undefined) return known(world, call);
  call.site.hasOthers = true;
  // What is not listed gives nothing that could be called, but may call what it is given.
  const { fixed, rest } = call.args;
  const callback = world.union([...fixed, rest]);
  const args = [callback, callback, callback];
  if (callback !== nowhere) callLater(world, call, { callback, args, into: world.flow.place() });
}

/** `new Set(generator())` runs the generator, so one that waits must be run before. */
function collectGenerators({ flow }: World, { site, args }: Call): void {
  for (const [index, place] of args.fixed.entries()) {
    flow.watch(place, (id) => {
      const value = flow.get(id);
      if (value.kind !== "generator" || value.unit.kind !== "generator") return;
      const units = site.collected.get(index) ?? new Set<CodeUnit>();
      site.collected.set(index, units.add(value.unit));
    });
  }
}

/** Functions that run over an object which is given to them, and cannot wait. */
const iterating =
  /^(?:#from|Array\.from|Object\.fromEntries|Promise\.\w+|(?:Weak)?(?:Set|Map)|\w+Array)$/;

/** The same for an object that is run over by a generator of its own. */
function collectIterated(world: World, { site, args }: Call): void {
  const { flow } = world;
  for (const [index, place] of args.fixed.entries()) {
    if (place === nowhere) continue;
    flow.watch(world.property(place, iteratorKey), (id) => {
      const value = flow.get(id);
      if (value.kind !== "function" || value.unit.kind !== "generator") return;
      const units = site.collected.get(index) ?? new Set<CodeUnit>();
      site.collected.set(index, units.add(value.unit));
    });
  }
}
