import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { BundleMap } from "./bundle.ts";
import type { SourcePosition } from "./script-error.ts";

/**
 * Where in the user's files a place in the bundle comes from; `undefined` for what the bundler
 * added.
 */
export type SourceTrace = (line: number, column: number) => SourcePosition | undefined;

/** Reads the map at the first question: most runs never ask. */
export function sourceTrace({
  sources,
  mappings,
}: Pick<BundleMap, "sources" | "mappings">): SourceTrace {
  let map: TraceMap | undefined;
  return (line, column) => {
    // Sources go by their index, since the decoder would take a path for a URL.
    const names = sources.map((_, index) => `${index}`);
    map ??= new TraceMap({ version: 3, names: [], sources: names, mappings });
    const found = originalPositionFor(map, { line, column: column - 1 });
    const file = found.source === null ? "" : (sources[Number(found.source)] ?? "");
    if (found.source === null || file === "") return undefined;
    return { file, line: found.line, column: found.column + 1 };
  };
}
