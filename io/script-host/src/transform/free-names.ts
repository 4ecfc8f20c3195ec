import type MagicString from "magic-string";
import type { Names } from "./names.ts";
import { host } from "./rewriting.ts";
import type { Identifier } from "./syntax.ts";

/**
 * Gives globals that depend on the file that uses them, such as `open`, the file's name:
 * `$breakwater.of("lib/data.js", "open")`.
 */
export function placeFileGlobals(
  text: MagicString,
  { free }: Names,
  { fileGlobals, fileAt }: FileGlobals,
): void {
  for (const node of free) {
    if (!fileGlobals.includes(node.name)) continue;
    const { parent } = node;
    // What is assigned to is no value; it fails as any assignment to an undeclared name does.
    if (parent?.type === "AssignmentExpression" && parent.left === node) continue;
    const isShorthand = parent?.type === "Property" && parent.shorthand;
    const value = `${host}.of(${JSON.stringify(fileAt(node))}, ${JSON.stringify(node.name)})`;
    text.update(node.start, node.end, isShorthand ? `${node.name}: ${value}` : value);
  }
}

export interface FileGlobals {
  readonly fileGlobals: readonly string[];
  readonly fileAt: (node: Identifier) => string;
}
