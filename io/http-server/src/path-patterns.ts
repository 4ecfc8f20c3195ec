/** What a path fits, and what the pattern's names stand for in it. */
export interface PathMatch<Value> {
  readonly value: Value;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the pattern that a path fits, segment by segment; an exact one before one with parameters.
 * "*" at the end stands for any rest, whose name is "rest". Parameters come percent-decoded, or as
 * sent where that cannot be.
 */
export function pathPatterns<Value>(
  patterns: Iterable<readonly [pattern: string, value: Value]>,
): (path: string) => PathMatch<Value> | undefined {
  const exact = new Map<string, PathMatch<Value>>();
  const others: { readonly segments: readonly string[]; readonly value: Value }[] = [];
  for (const [pattern, value] of patterns) {
    if (pattern.includes(":") || pattern.endsWith("*")) {
      others.push({ segments: pattern.split("/"), value });
    } else exact.set(pattern, { value, params: noParams });
  }
  return (path) => {
    const same = exact.get(path);
    if (same !== undefined || others.length === 0) return same;
    const parts = path.split("/");
    for (const { segments, value } of others) {
      const params = tryMatch(segments, parts);
      if (params !== undefined) return { value, params };
    }
    return undefined;
  };
}

/** Of every pattern without parameters, so that one can be told by it. */
export const noParams: Readonly<Record<string, string>> = {};

function tryMatch(
  segments: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const hasRest = segments.at(-1) === "*";
  if (hasRest ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index]!;
    if (segment === "*") params["rest"] = decoded(parts.slice(index).join("/"));
    else if (segment.startsWith(":")) params[segment.slice(1)] = decoded(part);
    else if (segment !== part) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
