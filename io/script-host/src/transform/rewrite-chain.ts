import type {
  CallExpression,
  ChainExpression,
  Expression,
  MemberExpression,
  Node,
} from "oxc-parser";
import { aroundCall, type CallChange, changeOf, takeCalleeApart } from "./rewrite-call.ts";
import { type Frame, type Rewriting, replaceText, runtime } from "./rewriting.ts";

/**
 * `a?.b().c`, where `b` waits: as `(await a?.b()).c` it would fail for an `a` that is nothing. What
 * follows the question mark becomes a function, which is not called then:
 * `await run.chain(a, async ($) => (await $.b()).c)`.
 *
 * Says whether it has rewritten the chain; most need nothing of that kind.
 */
export function rewriteChain(rewriting: Rewriting, node: ChainExpression, frame: Frame): boolean {
  const chain = linksOf(rewriting, node);
  if (!isCut(chain)) return false;
  const { base, links } = chain;
  rewriting.rewrite(base, frame);
  for (const { node: link } of links) rewriteParts(rewriting, link, frame);
  frame.awaits += 1;

  const cuts = links.flatMap(({ node: link }, index) => (link.optional ? [index] : []));
  const bounds = [0, ...cuts, links.length];
  for (const [segment, from] of bounds.slice(0, -1).entries()) {
    const next = bounds[segment + 1] ?? links.length;
    const call = next < links.length ? `await ${runtime}.${cutName(links, next)}(` : "";
    const before = `${call}${opening(rewriting, links.slice(from, next))}`;
    if (segment === 0) rewriting.text.prependRight(base.start, `(${before}`);
    else cut(rewriting, links, from, before);
  }
  rewriting.text.appendLeft(node.end, `${")".repeat(cuts.length)})`);
  return true;
}

interface Link {
  readonly node: CallExpression | MemberExpression;
  readonly change: CallChange | undefined;
}

interface Chain {
  readonly base: Expression;
  /** From the base outwards. */
  readonly links: readonly Link[];
}

function linksOf({ world }: Rewriting, { expression }: ChainExpression): Chain {
  const links: Link[] = [];
  let at: Expression = expression as Expression;
  while (at.type === "CallExpression" || at.type === "MemberExpression") {
    const site = world.siteOf.get(at);
    links.unshift({ node: at, change: site && changeOf(site) });
    at = at.type === "CallExpression" ? at.callee : at.object;
  }
  return { base: at, links };
}

/** Whether `await` would come between a question mark and what that may leave out. */
function isCut({ base, links }: Chain): boolean {
  if (base.type === "Super") return false;
  const firstOptional = links.findIndex(({ node }) => node.optional);
  return links.some(({ change }, index) => {
    if (!change?.isAwait || index < firstOptional) return false;
    return index < links.length - 1 || change.standIn !== undefined || change.isKept;
  });
}

function rewriteParts(rewriting: Rewriting, link: Node, frame: Frame): void {
  if (link.type === "CallExpression") {
    for (const argument of link.arguments) rewriting.rewrite(argument, frame);
  } else if (link.type === "MemberExpression" && link.computed) {
    rewriting.rewrite(link.property, frame);
  }
}

/** What stands before a segment; what closes its calls is put behind each. */
function opening(rewriting: Rewriting, links: readonly Link[]): string {
  let text = "";
  for (const { node, change } of links) {
    if (change === undefined) continue;
    const [before, after] = aroundCall(change, { isAwaited: false });
    text = `(${before}${text}`;
    // Where the question mark stands before the method's name, its cut does that.
    if (change.standIn && !change.standIn.member.optional && node.type === "CallExpression") {
      takeCalleeApart(rewriting, change.standIn.member, node);
    }
    rewriting.text.appendLeft(node.end, `${after})`);
  }
  return text;
}

/** `a.b?.()` calls `b` as a method of `a`: `run.chainMethod(a, "b", async ($) => $())`. */
function cutName(links: readonly Link[], index: number): string {
  return methodOf(links, index) ? "chainMethod" : "chain";
}

function methodOf(links: readonly Link[], index: number): MemberExpression | undefined {
  const before = links[index - 1]?.node;
  const isCall = links[index]?.node.type === "CallExpression";
  return isCall && before?.type === "MemberExpression" ? before : undefined;
}

/** Puts the function's head in the place of `?.`. */
function cut(rewriting: Rewriting, links: readonly Link[], index: number, before: string): void {
  const { node } = links[index]!;
  const head = `, async ($) => ${before}$`;
  if (node.type === "MemberExpression") {
    const next = links[index + 1];
    if (next?.change?.standIn && next.node.type === "CallExpression") {
      const [first] = next.node.arguments;
      const end = first?.start ?? next.node.end - 1;
      return replaceText(rewriting, node.object.end, end, first ? `${head}, ` : head);
    }
    // The method's own cut follows, and takes the name as a string.
    if (links[index + 1]?.node.optional && methodOf(links, index + 1)) {
      return replaceText(
        rewriting,
        node.object.end,
        node.property.start,
        `${head}${nameOpener(node)}`,
      );
    }
    const opener = node.computed ? "[" : ".";
    return replaceText(rewriting, node.object.end, node.property.start, `${head}${opener}`);
  }
  const end = node.arguments[0]?.start ?? node.end - 1;
  const method = methodOf(links, index);
  if (method === undefined) return replaceText(rewriting, node.callee.end, end, `${head}(`);
  if (!method.optional) {
    replaceText(rewriting, method.object.end, method.property.start, nameOpener(method));
  }
  replaceText(rewriting, method.property.end, end, `${method.computed ? "" : '"'}${head}(`);
}

function nameOpener({ computed }: MemberExpression): string {
  return computed ? ", " : ', "';
}
