import type { AssignmentExpression, SpreadElement, VariableDeclarator } from "oxc-parser";
import { type Frame, type Rewriting, runtime, surround } from "./rewriting.ts";
import type { Pattern } from "./syntax.ts";
import { verdictOn } from "./verdict.ts";

/** `[...generator()]` and `[a, b] = generator()`, where the generator waits. */
export function rewriteIteration(
  rewriting: Rewriting,
  node: SpreadElement | VariableDeclarator | AssignmentExpression,
  frame: Frame,
): void {
  const site = rewriting.world.siteOf.get(node);
  if (site === undefined || verdictOn(site) !== "await") return;
  frame.awaits += 1;
  if (node.type === "SpreadElement") {
    return surround(rewriting, node.argument, `await ${runtime}.collect(`, ")");
  }
  const [pattern, value] =
    node.type === "VariableDeclarator" ? [node.id, node.init] : [node.left, node.right];
  if (value) surround(rewriting, value, `await ${runtime}.collect(`, `, ${wanted(pattern)})`);
}

/** How many elements an array pattern takes. */
function wanted(pattern: Pattern): string {
  if (pattern.type !== "ArrayPattern") return "Infinity";
  const hasRest = pattern.elements.at(-1)?.type === "RestElement";
  return hasRest ? "Infinity" : `${pattern.elements.length}`;
}
