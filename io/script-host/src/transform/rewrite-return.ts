import type { ArrowFunctionExpression, ReturnStatement } from "oxc-parser";
import { mayBePromise } from "./analyse.ts";
import { type Rewriting, runtime, surround } from "./rewriting.ts";

/**
 * A function that has become async would give what a promise is fulfilled with where it gave the
 * promise itself, so that is packed; its callers unpack it.
 */
export function rewriteReturn(
  rewriting: Rewriting,
  node: ReturnStatement | ArrowFunctionExpression,
): void {
  const { world } = rewriting;
  const returned = world.returned.get(node);
  const value = node.type === "ReturnStatement" ? node.argument : node.body;
  if (!returned?.unit.keepsPromise || value === null) return;
  if (mayBePromise(world.flow, returned.place)) {
    surround(rewriting, value, `${runtime}.keep(`, ")");
  }
}
