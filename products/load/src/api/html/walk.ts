import { type HtmlElement, type HtmlNode, isElement } from "./node.ts";

/** The next node from one in some direction; null where there is none. */
type Step = (node: HtmlNode) => HtmlNode | null;

/** The elements on the way from a node, without itself, the nearest first. */
export function walk(start: HtmlNode, step: Step): HtmlElement[] {
  const met: HtmlElement[] = [];
  for (let node = step(start); node !== null; node = step(node)) {
    if (isElement(node)) met.push(node);
  }
  return met;
}

export const nextOf: Step = (node) => node.next;
export const prevOf: Step = (node) => node.prev;
export const parentOf: Step = (node) => node.parent;

/** Whether one is inside the other; none is inside itself. */
export function contains(outer: HtmlNode, node: HtmlNode): boolean {
  for (let at: HtmlNode | null = node.parent; at !== null; at = at.parent) {
    if (at === outer) return true;
  }
  return false;
}
