import type { Node } from "oxc-parser";
import { type SourcePosition, waitError } from "../script-error.ts";
import type { Bar, CodeUnit } from "./code-unit.ts";
import { colourOf } from "./colours.ts";
import { calleeText } from "./syntax.ts";

/**
 * Throws for what waits, without a doubt, where the language has no way to. What only might is
 * left: should it come to that, it says so when it runs.
 */
export function refuseWaiting(
  units: readonly CodeUnit[],
  code: string,
  positionAt: (node: Node) => SourcePosition | undefined,
): void {
  for (const { bar, sites } of units) {
    if (bar === undefined) continue;
    const site = sites.find((found) => colourOf(found) === 3);
    if (site === undefined) continue;
    const { where, instead } = reasons[bar];
    throw waitError(calleeText(site.node, code), where, positionAt(site.node), instead);
  }
}

const reasons: Readonly<Record<Bar, { readonly where: string; readonly instead: string }>> = {
  constructor: {
    where: "a constructor",
    instead: "do it in a method, and call that after new",
  },
  getter: { where: "a getter", instead: "make it a method" },
  setter: { where: "a setter", instead: "make it a method" },
  field: {
    where: "the initial value of a class's field",
    instead: "set the field in a method, and call that after new",
  },
  "static block": {
    where: "a static block",
    instead: "do it in a static method, and call that after the class",
  },
  "implicit method": {
    where: "a method that JavaScript itself calls",
    instead: "give the method another name, and call it",
  },
  comparator: {
    where: "a comparator",
    instead: "first get what is to be compared, with map() say, and then sort",
  },
  reviver: {
    where: "a function for JSON.parse or JSON.stringify",
    instead: "do it before or after",
  },
  trap: { where: "a trap of a Proxy", instead: "let the trap return a function that does it" },
  "CommonJS module": {
    where: "the top level of a CommonJS module",
    instead: "do it in a function, or write the module with import and export",
  },
};
