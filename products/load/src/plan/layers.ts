import { PlanError } from "./error.ts";
import type { Options } from "./options.ts";
import type { OptionsSource } from "./parse-options.ts";

/** What one place says about the run. */
export interface Layer {
  readonly source: OptionsSource;
  readonly options: Options;
}

/** The options that say how iterations are started; a higher layer's replace a lower one's. */
const execution = ["duration", "iterations", "stages", "scenarios"] as const;

/**
 * What a higher layer sets wins; one execution setting there replaces all of them below it (k6's
 * rule). Tags are replaced as a whole unless `addTags` (k6's feature merge-run-tags).
 */
export function mergeOptions(
  lower: Options,
  higher: Options,
  { addTags = false }: { readonly addTags?: boolean } = {},
): Options {
  const merged = { ...lower };
  if (execution.some((key) => higher[key] !== undefined)) {
    for (const key of execution) delete merged[key];
  }
  for (const [key, value] of Object.entries(higher)) {
    if (value !== undefined) Object.assign(merged, { [key]: value });
  }
  if (lower.dns && higher.dns) merged.dns = { ...lower.dns, ...withoutUndefined(higher.dns) };
  if (isEmpty(higher.tags) && lower.tags) merged.tags = lower.tags;
  else if (addTags && higher.tags) merged.tags = { ...lower.tags, ...higher.tags };
  return merged;
}

/**
 * One set of options of all layers, the weakest first: config file, script, environment, command
 * line. Throws a PlanError where one layer or all together want two ways to run.
 */
export function mergeLayers(layers: readonly Layer[]): {
  readonly options: Options;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const addTags = layers.some(({ options }) => options.features?.includes("merge-run-tags"));
  let merged: Options = {};
  for (const { source, options } of layers) {
    const replaces = execution.find((key) => options[key] !== undefined);
    if (merged.scenarios && replaces) {
      warnings.push(`"${replaces}" of the ${source} replaces the scenarios and all about them`);
    }
    merged = mergeOptions(merged, options, { addTags });
  }
  return { options: withOneWayToRun(merged, warnings), warnings };
}

/** k6's rules for shortcuts that stand beside each other, or are there and empty. */
function withOneWayToRun(options: Options, warnings: string[]): Options {
  const { stages, scenarios, ...rest } = options;
  const { vus, duration, iterations } = rest;
  const isRamp = stages !== undefined && stages.length > 0;
  const set = execution.filter((key) => key !== "stages" && options[key] !== undefined);
  if (isRamp) set.push("stages");
  if (set.length > 1 && !(set.length === 2 && set[0] === "duration" && set[1] === "iterations")) {
    throw new PlanError([`options: ${set.join(" and ")} exclude each other: keep one of them`]);
  }
  if (isRamp) return { ...rest, stages };
  if (duration !== undefined || iterations !== undefined) return rest;
  if (stages !== undefined && scenarios === undefined) {
    warnings.push("options.stages is empty: one VU runs one iteration");
    return { ...rest, vus: undefined };
  }
  if (scenarios === undefined) return rest;
  if (vus !== undefined) {
    warnings.push(`vus (${vus}) replaces the scenarios: each VU runs one iteration`);
    return rest;
  }
  if (Object.keys(scenarios).length > 0) return options;
  warnings.push("options.scenarios is empty: one VU runs one iteration");
  return rest;
}

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return map !== undefined && Object.keys(map).length === 0;
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  const set = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(set) as Partial<T>;
}
