import type { Expression } from "oxc-parser";
import type { CodeUnit } from "./code-unit.ts";
import { nowhere, type Place } from "./flow.ts";
import type { World } from "./world.ts";

/** The object of a member expression; `super` is what the method's home takes properties from. */
export function readOwner(world: World, node: Expression, unit: CodeUnit): Place {
  if (node.type !== "Super") return world.rules.expression(node, unit);
  return unit.home === undefined ? nowhere : world.flow.parents(unit.home);
}
