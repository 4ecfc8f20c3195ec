import type MagicString from "magic-string";
import type { Node } from "oxc-parser";
import type { World } from "./world.ts";

/** The bundle while it is rewritten. */
export interface Rewriting {
  readonly text: MagicString;
  readonly world: World;
  /** Rewrites a node and what is in it. */
  rewrite(node: Node, frame: Frame): void;
}

/** The code of one function, without those in it. */
export interface Frame {
  readonly canWait: boolean;
  hasLoop: boolean;
  awaits: number;
}

/** What the bundle calls at run time. */
export const host = "$breakwater";
export const runtime = "$breakwater.run";

/** Put around a node after what is in it has been rewritten. */
export function surround(
  { text }: Rewriting,
  { start, end }: { start: number; end: number },
  before: string,
  after: string,
): void {
  text.prependRight(start, before);
  text.appendLeft(end, after);
}

/** Puts something else in the place of text, and keeps its line ends. */
export function replaceText(
  { text }: Rewriting,
  start: number,
  end: number,
  replacement: string,
): void {
  if (start === end) {
    text.appendLeft(start, replacement);
    return;
  }
  const lines = text.original.slice(start, end).split("\n").length;
  text.update(start, end, `${replacement}${"\n".repeat(lines - 1)}`);
}
