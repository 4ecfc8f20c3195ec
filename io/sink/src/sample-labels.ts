import type { TagSource } from "@breakwater/metrics";

/** A sample's tags as outputs write them: by name, and apart what k6 calls metadata. */
export interface SampleLabels {
  readonly tags: readonly (readonly [name: string, value: string])[];
  /** What is different in every iteration: it never tells series apart. */
  readonly metadata: readonly (readonly [name: string, value: string])[];
}

/** k6's system tags that are metadata (load.md 1.4). */
const metadataTags: ReadonlySet<string> = new Set(["vu", "iter"]);

/** A source may have metadata of its own: what a script sets as `vu.metrics.metadata`. */
interface MetadataSource {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export function readLabels(source: TagSource & MetadataSource): SampleLabels {
  const sorted = Object.entries(source.all()).sort(([a], [b]) => (a < b ? -1 : 1));
  const own = Object.entries(source.metadata ?? {});
  const metadata = [...sorted.filter(([name]) => metadataTags.has(name)), ...own];
  if (metadata.length === 0) return { tags: sorted, metadata };
  metadata.sort(([a], [b]) => (a < b ? -1 : 1));
  return { tags: sorted.filter(([name]) => !metadataTags.has(name)), metadata };
}
