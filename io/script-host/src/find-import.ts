import type { BundleMap } from "./bundle.ts";
import type { SourcePosition } from "./script-error.ts";

/** An import as the user's file has it: the bundle no longer says where it stood. */
export function findImport(
  map: BundleMap,
  isWanted: (specifier: string) => boolean,
): FoundImport | undefined {
  for (const [index, text] of map.sourcesContent.entries()) {
    const found = findImportIn(text, map.sources[index] ?? "", isWanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same in one file. */
export function findImportIn(
  text: string,
  file: string,
  isWanted: (specifier: string) => boolean,
): FoundImport | undefined {
  for (const { 0: quoted, index: at } of text.matchAll(/(["'])[^"'\n]+\1/g)) {
    const specifier = quoted.slice(1, -1);
    if (!isWanted(specifier)) continue;
    const before = text.slice(0, at).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { specifier, position: { file, line: before.length, column } };
  }
  return undefined;
}

export interface FoundImport {
  readonly specifier: string;
  readonly position: SourcePosition;
}
