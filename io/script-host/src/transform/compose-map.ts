import {
  decodedMappings,
  encodedMappings,
  type SourceMapSegment,
  TraceMap,
} from "@jridgewell/trace-mapping";
import type MagicString from "magic-string";

/**
 * The mappings of a text whose every line has stayed on its line, but not all that is in it in its
 * column.
 */
export function shiftMappings(mappings: string, text: MagicString): string {
  const { mappings: edits } = text.generateDecodedMap({ hires: false });
  const lines = decodeMappings(mappings).map((segments, line) => {
    const moved = edits[line] ?? [];
    let next = 0;
    let shift = 0;
    return segments.map((segment): SourceMapSegment => {
      for (; next < moved.length; next += 1) {
        const [now = 0, , , before = 0] = moved[next] ?? [];
        if (before > segment[0]) break;
        shift = now - before;
      }
      const [column, ...rest] = segment;
      return [column + shift, ...rest] as SourceMapSegment;
    });
  });
  return encodeMappings(lines);
}

/** By line, segments of `[column, source, line, column, name]`, all counted from 0. */
export function decodeMappings(mappings: string): readonly (readonly SourceMapSegment[])[] {
  return decodedMappings(traceMap(mappings)).map((line) => [...line]);
}

export function encodeMappings(lines: readonly (readonly SourceMapSegment[])[]): string {
  const mappings = lines.map((line) => [...line]);
  return encodedMappings(new TraceMap({ version: 3, names: [], sources: [], mappings }));
}

function traceMap(mappings: string): TraceMap {
  return new TraceMap({ version: 3, names: [], sources: [], mappings });
}
