import type { Node } from "oxc-parser";
import type { CodeUnit } from "./code-unit.ts";
import { colourOf } from "./colours.ts";
import { declareTurns } from "./rewrite-loop.ts";
import { rewriteReturn } from "./rewrite-return.ts";
import { type Frame, type Rewriting, replaceText } from "./rewriting.ts";
import type { FunctionNode } from "./syntax.ts";
import { becomesAsync } from "./verdict.ts";

/** Makes a function async if it waits. */
export function rewriteFunction(rewriting: Rewriting, node: FunctionNode): void {
  const { text, world } = rewriting;
  const unit = world.unitOf.get(node);
  const isMade = unit !== undefined && becomesAsync(unit);
  const frame: Frame = { canWait: node.async || isMade, hasLoop: false, awaits: 0 };
  for (const param of node.params) rewriting.rewrite(param, frame);
  if (node.body) rewriting.rewrite(node.body, frame);
  if (node.type === "ArrowFunctionExpression" && node.expression) rewriteReturn(rewriting, node);
  if (frame.hasLoop && node.body) text.prependRight(startOfBody(node.body), declareTurns);
  if (!isMade) return;
  if (hasWaitingParameters(node, unit)) moveParameters(rewriting, node);
  text.prependRight(asyncAt(node, text.original), "async ");
}

/** Behind the directives, as "use strict" must come first. */
function startOfBody(body: Node): number {
  if (body.type !== "BlockStatement") return body.start;
  let at = body.start + 1;
  for (const statement of body.body) {
    if (statement.type !== "ExpressionStatement" || !statement.directive) break;
    at = statement.end;
  }
  return at;
}

function asyncAt(node: FunctionNode, code: string): number {
  const { parent } = node;
  if (parent?.type === "Property" && parent.value === node && parent.method) return parent.start;
  if (parent?.type !== "MethodDefinition" || parent.value !== node) return node.start;
  const [word = ""] = parent.static ? (/^static\s+/.exec(code.slice(parent.start)) ?? []) : [];
  return parent.start + word.length;
}

function hasWaitingParameters({ params, body }: FunctionNode, { sites }: CodeUnit): boolean {
  const [first] = params;
  if (first === undefined || !body) return false;
  const isIn = ({ node }: { node: Node }): boolean => node.start < body.start;
  return sites.some((site) => isIn(site) && colourOf(site) > 0);
}

/** `await` may not stand among parameters, so they become variables of the body. */
function moveParameters(rewriting: Rewriting, node: FunctionNode): void {
  const { text } = rewriting;
  const [first] = node.params;
  const last = node.params.at(-1);
  if (!first || !last || !node.body) return;
  const isArrow = node.type === "ArrowFunctionExpression";
  text.prependRight(first.start, `...$arguments) ${isArrow ? "=> " : ""}{ var [`);
  if (node.body.type === "BlockStatement") {
    replaceText(rewriting, last.end, node.body.start + 1, "] = $arguments;");
  } else {
    replaceText(rewriting, last.end, node.body.start, "] = $arguments; return (");
    text.appendLeft(node.body.end, "); }");
  }
}
