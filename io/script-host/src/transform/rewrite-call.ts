import type {
  CallExpression,
  MemberExpression,
  NewExpression,
  Node,
  TaggedTemplateExpression,
} from "oxc-parser";
import type { CallSite } from "./code-unit.ts";
import { type Frame, type Rewriting, replaceText, runtime, surround } from "./rewriting.ts";
import { parentOf } from "./syntax.ts";
import { canWait, givesKept, verdictOn } from "./verdict.ts";

type CallNode = CallExpression | NewExpression | TaggedTemplateExpression;

/** Lets a call wait for what it calls, as far as it has to. */
export function rewriteCall(rewriting: Rewriting, node: CallNode, frame: Frame): void {
  const site = rewriting.world.siteOf.get(node);
  if (site === undefined) return;
  collectGenerators(rewriting, node, site, frame);
  if (node.type === "NewExpression") return rewriteExecutor(rewriting, node, site);
  const change = changeOf(site);
  if (change === undefined) return;
  if (change.isAwait) frame.awaits += 1;
  if (change.standIn) takeCalleeApart(rewriting, change.standIn.member, node as CallExpression);
  const isAwaited = parentOf(node)?.type === "AwaitExpression";
  const isWrapped = !change.isAwait || isAwaited || !needsParentheses(node);
  const [before, after] = aroundCall(change, { isAwaited });
  surround(rewriting, node, isWrapped ? before : `(${before}`, isWrapped ? after : `${after})`);
}

/** How a call changes. */
export interface CallChange {
  readonly isAwait: boolean;
  readonly isKept: boolean;
  /** The runtime's function that stands in for the built-in one. */
  readonly standIn: { readonly name: string; readonly member: MemberExpression } | undefined;
}

export function changeOf(site: CallSite): CallChange | undefined {
  const verdict = verdictOn(site);
  if (verdict === undefined) return undefined;
  const isAwait = verdict === "await";
  return { isAwait, isKept: givesKept(site), standIn: isAwait ? standInOf(site) : undefined };
}

/** What stands before and after a call that changes so. */
export function aroundCall(
  { isAwait, isKept, standIn }: CallChange,
  { isAwaited }: { isAwaited: boolean },
): [before: string, after: string] {
  const call = standIn ? `${runtime}.${standIn.name}(` : "";
  if (!isAwait) return [`${runtime}.now(`, ")"];
  if (isKept) return [`${runtime}.kept(await ${call}`, ")"];
  return [isAwaited ? call : `await ${call}`, ""];
}

/** `array.forEach(f)` becomes `run.forEach(array, f)`; that of `.call` and `.apply` likewise. */
function standInOf({ node, standIn, ordered }: CallSite): CallChange["standIn"] {
  if (standIn === undefined || ordered === undefined || node.type !== "CallExpression") return;
  if (![...ordered.targets, ...ordered.guesses].some(({ colour }) => colour > 0)) {
    if (!ordered.blocks) return;
  }
  const { callee: member } = node;
  if (member.type !== "MemberExpression" || member.computed || member.object.type === "Super") {
    return;
  }
  const { name } = member.property;
  return name === standIn || name === "call" || name === "apply" ? { name, member } : undefined;
}

/** From `array.forEach(f` to `array, f`. */
export function takeCalleeApart(
  rewriting: Rewriting,
  { object }: MemberExpression,
  { arguments: [first], end }: CallExpression,
): void {
  replaceText(rewriting, object.end, first?.start ?? end - 1, first ? ", " : "");
}

/** An executor that has become async fails the promise when it fails. */
function rewriteExecutor(
  rewriting: Rewriting,
  { callee, arguments: [executor], start }: NewExpression,
  { ordered, standIn }: CallSite,
): void {
  if (standIn !== "promise" || ordered === undefined || executor === undefined) return;
  if (callee.type !== "Identifier") return;
  const isAsync = [...ordered.targets].some(({ colour }) => colour > 0);
  if (isAsync) replaceText(rewriting, start, executor.start, `${runtime}.promise(`);
}

/** `new Set(generator())` gets all that the generator gives. */
function collectGenerators(
  rewriting: Rewriting,
  node: CallNode,
  { collected, unit }: CallSite,
  frame: Frame,
): void {
  if (node.type === "TaggedTemplateExpression" || !canWait(unit)) return;
  for (const [index, units] of collected) {
    const argument = node.arguments[index];
    if (argument === undefined || ![...units].some(({ colour }) => colour > 0)) continue;
    frame.awaits += 1;
    surround(rewriting, argument, `await ${runtime}.collect(`, ")");
  }
}

/** Whether what stands around the node binds more tightly than `await` does. */
export function needsParentheses(node: Node): boolean {
  let inner = node;
  let outer = node.parent;
  while (outer?.type === "ChainExpression") {
    inner = outer;
    outer = outer.parent;
  }
  switch (outer?.type) {
    case "MemberExpression":
      return outer.object === inner;
    case "CallExpression":
    case "NewExpression":
      return outer.callee === inner;
    case "TaggedTemplateExpression":
      return outer.tag === inner;
    case "BinaryExpression":
      return outer.operator === "**" && outer.left === inner;
    case "ClassDeclaration":
    case "ClassExpression":
      return outer.superClass === inner;
    default:
      return false;
  }
}
