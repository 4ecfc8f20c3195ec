import type { Node } from "oxc-parser";
import { invoke } from "./callbacks.ts";
import type { CodeUnit } from "./code-unit.ts";
import { nowhere, type Place } from "./flow.ts";
import { elementKey, iteratorKey, type Pattern } from "./syntax.ts";
import type { World } from "./world.ts";

/**
 * What comes out of something that is iterated over by `node`, which has to wait where the iterator
 * does.
 */
export function iterated(world: World, node: Node, from: Place, unit: CodeUnit): Place {
  if (from === nowhere) return nowhere;
  const { flow } = world;
  const site = world.site(node, unit);
  const elements = flow.place();
  flow.read(from, elementKey, elements);

  const iterator = flow.place();
  flow.watch(from, (id) => {
    if (flow.get(id).kind === "generator") flow.put(id, iterator);
  });
  const args = { fixed: [], rest: nowhere };
  const call = { site, args, isNew: false, isGuess: false, depth: 0 };
  invoke(world, { ...call, self: from, result: iterator }, world.property(from, iteratorKey));
  const turn = flow.place();
  invoke(world, { ...call, self: iterator, result: turn }, world.property(iterator, "next"));
  flow.read(turn, "value", elements);
  return elements;
}

/** What an array pattern takes apart: it iterates. Any other pattern takes the thing as it is. */
export function takenApart(
  world: World,
  node: Node,
  { pattern, from }: { pattern: Pattern; from: Place },
  unit: CodeUnit,
): Place {
  if (pattern.type !== "ArrayPattern" || from === nowhere) return from;
  const { flow } = world;
  const array = flow.value({ kind: "array" });
  flow.flow(iterated(world, node, from, unit), flow.field(array, elementKey));
  return world.union([from, flow.holding(array)]);
}
