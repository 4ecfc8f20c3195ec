import type {
  DoWhileStatement,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  WhileStatement,
} from "oxc-parser";
import { isEndless } from "./endless-loop.ts";
import { type Frame, host, type Rewriting, runtime, surround } from "./rewriting.ts";
import { forEachChild } from "./syntax.ts";
import { verdictOn } from "./verdict.ts";

type Loop = DoWhileStatement | ForInStatement | ForOfStatement | ForStatement | WhileStatement;

/**
 * Turns that a function's loops take before they look up. The count is the function's own, so that
 * it stays in a register: 100 million empty turns took 25 ms as without, or 50 ms in four runs of
 * eight, by how the JIT compiled them.
 */
export const declareTurns = " let $turns = 4096;";

const lookUp = `if (--$turns < 0) $turns = ${host}.busy();`;
/** Where it can wait, others get their turn: timers, signals. */
const standBack = `if (--$turns < 0) $turns = await ${host}.pause();`;

/** Lets a loop look up now and then, and wait for what it loops over. */
export function rewriteLoop(rewriting: Rewriting, node: Loop, frame: Frame): void {
  const { text } = rewriting;
  const { awaits } = frame;
  forEachChild(node, (child) => rewriting.rewrite(child, frame));
  frame.hasLoop = true;
  if (node.type === "ForOfStatement") waitForElements(rewriting, node, frame);
  const mayPause = frame.canWait && (frame.awaits > awaits || isEndless(node));
  const check = mayPause ? standBack : lookUp;
  const { body } = node;
  if (body.type === "BlockStatement") text.prependRight(body.start + 1, ` ${check}`);
  else surround(rewriting, body, `{ ${check} `, " }");
}

/** `for (x of generator())`, where the generator waits. */
function waitForElements(rewriting: Rewriting, node: ForOfStatement, frame: Frame): void {
  const site = rewriting.world.siteOf.get(node);
  if (node.await) frame.awaits += 1;
  if (site === undefined || node.await || verdictOn(site) !== "await") return;
  frame.awaits += 1;
  rewriting.text.appendRight(node.start + "for".length, " await");
  surround(rewriting, node.right, `${runtime}.iterate(`, ")");
}
