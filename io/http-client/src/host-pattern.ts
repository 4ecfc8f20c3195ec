/**
 * Whether a host name is what k6's patterns mean: the name itself, or `*` with any end of one
 * (`*.example.com`, `*`). Case does not count.
 */
export function matchesPattern(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  const name = host.toLowerCase();
  return wanted.startsWith("*") ? name.endsWith(wanted.slice(1)) : name === wanted;
}

/** The pattern that says most about the host: the name itself, else the longest. */
export function bestPattern(patterns: Iterable<string>, host: string): string | undefined {
  let best: string | undefined;
  for (const pattern of patterns) {
    if (!matchesPattern(pattern, host)) continue;
    if (!pattern.startsWith("*")) return pattern;
    if (best === undefined || pattern.length > best.length) best = pattern;
  }
  return best;
}
