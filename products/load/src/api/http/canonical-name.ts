const canonicalNames = new Map<string, string>();
/** Servers send few different names; one that sends new ones for ever must not fill the memory. */
const MAX_CANONICAL_NAMES = 1000;

/** Content-Type, whatever a server writes: k6's names of headers. */
export function canonicalName(name: string): string {
  const known = canonicalNames.get(name);
  if (known) return known;
  const canonical = name
    .toLowerCase()
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("-");
  if (canonicalNames.size < MAX_CANONICAL_NAMES) canonicalNames.set(name, canonical);
  return canonical;
}
