import type MagicString from "magic-string";
import type { Node, Program } from "oxc-parser";
import { rewriteCall } from "./rewrite-call.ts";
import { rewriteChain } from "./rewrite-chain.ts";
import { rewriteFunction } from "./rewrite-function.ts";
import { rewriteIteration } from "./rewrite-iteration.ts";
import { declareTurns, rewriteLoop } from "./rewrite-loop.ts";
import { rewriteReturn } from "./rewrite-return.ts";
import type { Frame, Rewriting } from "./rewriting.ts";
import { forEachChild, isFunction } from "./syntax.ts";
import type { World } from "./world.ts";

/**
 * Lets the code wait where it has to, and look up from its loops now and then. What is in a node is
 * rewritten before the node, so that what goes around it goes around all.
 */
export function rewrite(program: Program, text: MagicString, world: World): void {
  const rewriting: Rewriting = {
    text,
    world,
    rewrite: (node, frame) => rewriteNode(rewriting, node, frame),
  };
  const top: Frame = { canWait: true, hasLoop: false, awaits: 0 };
  for (const statement of program.body) rewriting.rewrite(statement, top);
  if (top.hasLoop) text.prepend(declareTurns);
}

function rewriteNode(rewriting: Rewriting, node: Node, frame: Frame): void {
  if (isFunction(node)) return rewriteFunction(rewriting, node);
  const parts = (): void => forEachChild(node, (child) => rewriting.rewrite(child, frame));
  switch (node.type) {
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      return rewriteLoop(rewriting, node, frame);
    case "StaticBlock": {
      const own: Frame = { canWait: false, hasLoop: false, awaits: 0 };
      for (const statement of node.body) rewriting.rewrite(statement, own);
      const [first] = node.body;
      if (own.hasLoop && first) rewriting.text.prependRight(first.start, declareTurns);
      return;
    }
    case "ChainExpression":
      if (rewriteChain(rewriting, node, frame)) return;
      return parts();
    case "CallExpression":
    case "NewExpression":
    case "TaggedTemplateExpression":
      parts();
      return rewriteCall(rewriting, node, frame);
    case "SpreadElement":
    case "VariableDeclarator":
    case "AssignmentExpression":
      parts();
      return rewriteIteration(rewriting, node, frame);
    case "ReturnStatement":
      parts();
      return rewriteReturn(rewriting, node);
    case "AwaitExpression":
      frame.awaits += 1;
      return parts();
    default:
      return parts();
  }
}
