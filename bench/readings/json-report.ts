import { toNumber } from "./to-number.ts";

/** A tool's report in JSON, whose numbers are asked for by their path in it. */
export interface JsonReport {
  /** Throws when the number is not there. */
  readonly number: (...path: readonly string[]) => number;
  /** Zero when the path is not there: for counters that appear with their first event. */
  readonly count: (...path: readonly string[]) => number;
  readonly has: (...path: readonly string[]) => boolean;
  /** The counters of an object by their names. */
  readonly counts: (...path: readonly string[]) => ReadonlyMap<string, number>;
}

export function jsonReport(tool: string, text: string): JsonReport {
  const root = tryParse(text);
  const at = (path: readonly string[]): unknown => path.reduce(member, root);
  const number: JsonReport["number"] = (...path) =>
    toNumber(at(path), `${path.join(".")} of ${tool}`, text);
  const has: JsonReport["has"] = (...path) => at(path) !== undefined;
  return {
    number,
    has,
    count: (...path) => (has(...path) ? number(...path) : 0),
    counts: (...path) => {
      const names = Object.keys(at(path) ?? {});
      return new Map(names.map((name) => [name, number(...path, name)]));
    },
  };
}

/** Not JSON is the same as JSON without the numbers: the error shows how it began. */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
