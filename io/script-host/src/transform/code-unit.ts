import type { AccessorProperty, Node, Program, PropertyDefinition, StaticBlock } from "oxc-parser";
import type { Place, ValueId } from "./flow.ts";
import type { FunctionNode } from "./syntax.ts";

/** A stretch of code that waits, or cannot wait, as a whole: a function, or the top level. */
export interface CodeUnit {
  readonly node: FunctionNode | Program | StaticBlock | PropertyDefinition | AccessorProperty;
  readonly kind: UnitKind;
  /** Whose `this` and `arguments` an arrow function uses. */
  readonly outer: CodeUnit | undefined;
  /** Why nothing in it can wait. */
  bar: Bar | undefined;
  /** What calls pass; the last one takes all that are left if `hasRest`. */
  readonly params: Place[];
  hasRest: boolean;
  readonly self: Place;
  /** The elements of `arguments`. */
  readonly args: Place;
  readonly result: Place;
  /** What a generator yields, … */
  readonly yielded: Place;
  /** … and what it is sent. */
  readonly sent: Place;
  /** The object in which a method stands, for `super`. */
  home: ValueId | undefined;
  /** Calls, and what else may have to wait, in its own code. */
  readonly sites: CallSite[];
  /** It has a loop that nothing ends, which must not starve everything else. */
  isEndless: boolean;
  /** Something that does not wait for it may call it. */
  isHandedOut: boolean;
  colour: Colour;
  /** Its result may be a promise that its callers get as such. */
  keepsPromise: boolean;
}

export type UnitKind =
  | "module"
  | "plain"
  | "async"
  | "generator"
  | "asyncGenerator"
  | "initializer";

/** Where the language has no way to wait. */
export type Bar =
  | "constructor"
  | "getter"
  | "setter"
  | "field"
  | "static block"
  | "implicit method"
  | "comparator"
  | "reviver"
  | "trap"
  | "CommonJS module";

/**
 * How sure it is that code waits: 3, it does where it is run at all; 2, one of several functions
 * that come there does; 1, one of that name does somewhere; 0, nothing is known to.
 */
export type Colour = 0 | 1 | 2 | 3;

/** A place in the code that may have to wait for what it runs. */
export interface CallSite {
  readonly node: Node;
  readonly unit: CodeUnit;
  /** The script's functions that it runs, … */
  readonly targets: Set<CodeUnit>;
  /** … and those that just have the right name. */
  readonly guesses: Set<CodeUnit>;
  /** It calls a function of the host's that holds the script up, … */
  blocks: boolean;
  /** … or one that just has the name of one. */
  mayBlock: boolean;
  /** It may as well call something that does not wait. */
  hasOthers: boolean;
  /** What it calls runs these functions some time, and does not wait for them. */
  later: CallSite | undefined;
  /** What it calls runs these functions, in order, before it returns. */
  ordered: CallSite | undefined;
  /** The built-in function that does so, as the runtime names its stand-in: "forEach". */
  standIn: string | undefined;
  /** Generators that a built-in function is given, by the argument's index. */
  readonly collected: Map<number, Set<CodeUnit>>;
}

export function codeUnit(
  node: CodeUnit["node"],
  kind: UnitKind,
  outer: CodeUnit | undefined,
  place: () => Place,
): CodeUnit {
  const isArrow = node.type === "ArrowFunctionExpression";
  return {
    node,
    kind,
    outer,
    bar: undefined,
    params: [],
    hasRest: false,
    self: isArrow && outer ? outer.self : place(),
    args: isArrow && outer ? outer.args : place(),
    result: place(),
    yielded: place(),
    sent: place(),
    home: isArrow ? outer?.home : undefined,
    sites: [],
    isEndless: false,
    isHandedOut: false,
    colour: 0,
    keepsPromise: false,
  };
}

export function callSite(node: Node, unit: CodeUnit): CallSite {
  return {
    node,
    unit,
    targets: new Set(),
    guesses: new Set(),
    blocks: false,
    mayBlock: false,
    hasOthers: false,
    ordered: undefined,
    later: undefined,
    standIn: undefined,
    collected: new Map(),
  };
}
