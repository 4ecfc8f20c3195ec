/** k6's feature flags, and what each does here. */
export const features = {
  "freeze-env": "__ENV cannot be changed by the script",
  "merge-run-tags": "tags of config file, script, environment and flags add up",
  "native-histograms": "Prometheus gets native histograms of trends",
} as const;

export type Feature = keyof typeof features;

/** Those that are known, and a sentence for each that is not. */
export function readFeatures(names: readonly string[]): {
  readonly known: readonly Feature[];
  readonly warnings: readonly string[];
} {
  const known = names.filter((name): name is Feature => Object.hasOwn(features, name));
  const unknown = names.filter((name) => !Object.hasOwn(features, name));
  const all = Object.keys(features).join(", ");
  const warnings = unknown.map((name) => `There is no feature "${name}": there are ${all}`);
  return { known: [...new Set(known)], warnings };
}
