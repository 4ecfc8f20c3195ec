import { dirname, resolve } from "node:path";
import { originalPositionFor, type SourceMapSegment, TraceMap } from "@jridgewell/trace-mapping";
import type { BundleMap } from "./bundle.ts";
import { isUrl } from "./script-error.ts";
import { decodeMappings, encodeMappings } from "./transform/compose-map.ts";

/**
 * Leads on to where the user's files come from, where they say so: a script may be a bundle of
 * webpack's with a source map in its last line or beside it.
 */
export async function followMaps(map: BundleMap): Promise<Pick<BundleMap, "sources" | "mappings">> {
  const { sourcesContent } = map;
  const inner = await Promise.all(
    map.sources.map((source, index) => readMap(source, sourcesContent[index] ?? "")),
  );
  if (inner.every((found) => found === undefined)) return map;

  const sources = [...map.sources];
  const indexes = new Map<string, number>();
  const indexOf = (source: string): number => {
    const known = indexes.get(source);
    if (known !== undefined) return known;
    indexes.set(source, sources.push(source) - 1);
    return sources.length - 1;
  };
  const lines = decodeMappings(map.mappings).map((segments) =>
    segments.map((segment): SourceMapSegment => {
      if (segment.length === 1) return segment;
      const [column, source, line, sourceColumn] = segment;
      const own = inner[source];
      if (own === undefined) return segment;
      const found = originalPositionFor(own, { line: line + 1, column: sourceColumn });
      if (found.source === null) return [column];
      const file = isUrl(found.source)
        ? found.source
        : resolve(dirname(map.sources[source] ?? ""), found.source);
      return [column, indexOf(file), found.line - 1, found.column];
    }),
  );
  return { sources, mappings: encodeMappings(lines) };
}

async function readMap(source: string, text: string): Promise<TraceMap | undefined> {
  const url = text.match(lastComment)?.[1];
  if (url === undefined || source === "") return undefined;
  try {
    if (!url.startsWith("data:")) {
      if (isUrl(url) || isUrl(source)) return undefined;
      return new TraceMap(await Bun.file(resolve(dirname(source), url)).text());
    }
    return new TraceMap(await (await fetch(url)).text());
  } catch {
    // A map that is not there or not one is as good as none: lines are then the file's own.
    return undefined;
  }
}

const lastComment = /\/\/[#@] sourceMappingURL=(\S+)\s*$/;
