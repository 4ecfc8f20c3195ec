import type { Node } from "oxc-parser";
import { bare, forEachChild, isFunction } from "./syntax.ts";

/** Whether nothing in a loop ends it or waits: `while (true) {}`. */
export function isEndless(loop: Node): boolean {
  switch (loop.type) {
    case "ForStatement":
      return (loop.test === null || isTrue(loop.test)) && !canLeave(loop.body, { isInner: false });
    case "WhileStatement":
    case "DoWhileStatement":
      return isTrue(loop.test) && !canLeave(loop.body, { isInner: false });
    default:
      return false;
  }
}

/** Whether there is one anywhere in the node. */
export function hasEndlessLoop(node: Node): boolean {
  if (isEndless(node)) return true;
  let has = false;
  forEachChild(node, (child) => {
    has ||= hasEndlessLoop(child);
  });
  return has;
}

function isTrue(node: Node): boolean {
  const test = bare(node);
  return test.type === "Literal" && Boolean(test.value);
}

/** Whether something in the loop's body leaves it, or lets others run. */
function canLeave(node: Node, { isInner }: { isInner: boolean }): boolean {
  if (isFunction(node) || node.type === "ClassDeclaration" || node.type === "ClassExpression") {
    return false;
  }
  switch (node.type) {
    case "ReturnStatement":
    case "ThrowStatement":
    case "AwaitExpression":
    case "YieldExpression":
      return true;
    case "BreakStatement":
      // A label may be that of a loop further out; where it is not, a yield does no harm.
      return !isInner || node.label !== null;
    case "ContinueStatement":
      return node.label !== null;
    default:
  }
  const isLeft = /^(?:For\w*|While|DoWhile|Switch)Statement$/.test(node.type);
  let can = false;
  forEachChild(node, (child) => {
    can ||= canLeave(child, { isInner: isInner || isLeft });
  });
  return can;
}
