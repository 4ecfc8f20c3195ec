import type MagicString from "magic-string";
import type { Node, Program } from "oxc-parser";
import type { ApiSurface } from "../api-surface.ts";
import type { SourcePosition } from "../script-error.ts";
import { analyse } from "./analyse.ts";
import { placeFileGlobals } from "./free-names.ts";
import { resolveNames } from "./names.ts";
import { refuseWaiting } from "./refuse.ts";
import { rewrite } from "./rewrite.ts";
import { linkParents } from "./syntax.ts";

/**
 * Rewrites a bundle of scripts made for k6, whose calls hold the script up, so that they are
 * awaited: what may call them becomes async. Every line stays on its line. Throws `ScriptError` for
 * what cannot be made so.
 */
export function transform(program: Program, text: MagicString, options: TransformOptions): void {
  const { surfaces, fileGlobals, foreign, positionAt, fileAt } = options;
  linkParents(program);
  const names = resolveNames(program);
  const world = analyse(program, { names, surfaces, foreign, positionAt });
  refuseWaiting(world.units, text.original, ({ start }) => positionAt(start));
  placeFileGlobals(text, names, { fileGlobals, fileAt: ({ start }) => fileAt(start) });
  rewrite(program, text, world);
}

export interface TransformOptions {
  /** Of the host's modules that the bundle imports. */
  readonly surfaces: Readonly<Record<string, ApiSurface>>;
  /** Statements of packages that do not use those modules. */
  readonly foreign: ReadonlySet<Node>;
  /** Globals that depend on the file that uses them. */
  readonly fileGlobals: readonly string[];
  readonly positionAt: (offset: number) => SourcePosition | undefined;
  /** The user's file, as the bundle names it. */
  readonly fileAt: (offset: number) => string;
}
