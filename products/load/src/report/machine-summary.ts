import type { GroupResult } from "@breakwater/metrics";
import { isShown, type ShownMetrics } from "./metric-block.ts";
import type { SummaryData, SummaryMetric } from "./summary-data.ts";
import { type CheckCount, mergeByName } from "./summary-groups.ts";

/**
 * k6's summary for machines (`--new-machine-readable-summary`), version 1.0.0 of its shape: what
 * `--summary-export` writes and handleSummary() gets then.
 */
export interface MachineSummary {
  readonly version: "1.0.0";
  readonly metadata: { readonly generated_at: string; readonly k6_version: string };
  readonly config: {
    /** The script's text. */
    readonly script: string;
    /** In seconds. */
    readonly duration: number;
    readonly execution: "local";
  };
  readonly results: {
    readonly checks?: {
      readonly metrics: readonly MachineMetric[];
      readonly results: readonly CheckCount[];
    };
    readonly metrics: readonly MachineMetric[];
  };
}

export interface MachineMetric {
  readonly name: string;
  readonly type: SummaryMetric["type"];
  readonly contains: SummaryMetric["contains"];
  /** counter: count; gauge: value, min, max; rate: matches, total, rate; trend: avg … p95. */
  readonly values: Readonly<Record<string, number>>;
}

export interface MachineSummaryOptions {
  readonly script: string;
  readonly generatedAt: Date;
  readonly k6Version: string;
  readonly mode: ShownMetrics["mode"];
}

export function toMachineSummary(
  data: SummaryData,
  { script, generatedAt, k6Version, mode }: MachineSummaryOptions,
): MachineSummary {
  const checks: SummaryMetric | undefined = data.metrics.checks;
  const metrics = Object.entries(data.metrics)
    .filter(([key]) => isShown(key.split("{", 1)[0]!, mode))
    .map(([name, metric]) => toMetric(name, metric));
  return {
    version: "1.0.0",
    metadata: { generated_at: generatedAt.toISOString(), k6_version: k6Version },
    config: { script, duration: data.state.testRunDurationMs / 1000, execution: "local" },
    results: {
      ...(checks !== undefined && { checks: toChecks(checks, data.root_group) }),
      metrics,
    },
  };
}

function toChecks({ values }: SummaryMetric, rootGroup: GroupResult) {
  const { passes = 0, fails = 0 } = values;
  const total = passes + fails;
  const share = (name: string, matches: number): MachineMetric => {
    const rate = total === 0 ? 0 : matches / total;
    return { name, type: "rate", contains: "default", values: { matches, total, rate } };
  };
  const count = { count: total };
  return {
    metrics: [
      { name: "checks_total", type: "counter", contains: "default", values: count } as const,
      share("checks_failed", fails),
      share("checks_succeeded", passes),
    ],
    results: mergeByName(rootGroup),
  };
}

function toMetric(name: string, { type, contains, values }: SummaryMetric): MachineMetric {
  return { name, type, contains, values: toValues(type, values) };
}

function toValues(type: SummaryMetric["type"], values: SummaryMetric["values"]) {
  switch (type) {
    case "counter":
      return { count: values.count ?? 0 };
    case "gauge":
      return values;
    case "rate": {
      const { passes = 0, fails = 0, rate = 0 } = values;
      return { matches: passes, total: passes + fails, rate };
    }
    case "trend":
      return Object.fromEntries(
        Object.entries(machineStats)
          .filter(([stat]) => values[stat] !== undefined)
          .map(([stat, name]) => [name, values[stat]!]),
      );
  }
}

/** The stats that the shape has a place for. */
const machineStats: Readonly<Record<string, string>> = {
  avg: "avg",
  min: "min",
  med: "med",
  max: "max",
  "p(90)": "p90",
  "p(95)": "p95",
};
