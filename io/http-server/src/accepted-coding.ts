/** As Content-Encoding calls them: RFC 9110, section 8.4.1; RFC 7932; RFC 8878. */
export type Coding = "zstd" | "br" | "gzip" | "deflate";

/** Best first, where a client likes several as much. */
const preferred: readonly Coding[] = ["zstd", "br", "gzip", "deflate"];

/**
 * Which coding a client wants by its Accept-Encoding: RFC 9110, section 12.5.3.
 *
 * Where it says nothing it gets "identity". Undefined: it takes none of ours, nor identity.
 */
export function acceptedCoding(field: string | undefined): Coding | "identity" | undefined {
  const weights = new Map<string, number>();
  for (const item of (field ?? "").split(",")) {
    const parts = /^\s*(?:x-)?([^\s;]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i.exec(item);
    if (parts !== null) weights.set(parts[1]!.toLowerCase(), Number(parts[2] ?? 1));
  }
  const others = weights.get("*");
  let best: Coding | undefined;
  let bestWeight = 0;
  for (const coding of preferred) {
    const weight = weights.get(coding) ?? others ?? 0;
    if (weight > bestWeight) [best, bestWeight] = [coding, weight];
  }
  const identity = weights.get("identity");
  if (best !== undefined && bestWeight >= (identity ?? 0)) return best;
  return (identity ?? (others === 0 ? 0 : 1)) > 0 ? "identity" : best;
}
