import type { GroupResult } from "@breakwater/metrics";
import type { SummaryData, SummaryMetric } from "./summary-data.ts";

/**
 * k6's `--summary-export` file: groups and checks by name, a metric's values beside its thresholds.
 */
export interface SummaryExport {
  readonly root_group: ExportedGroup;
  readonly metrics: Readonly<Record<string, ExportedMetric>>;
  readonly setup_data: unknown;
}

export type ExportedGroup = Omit<GroupResult, "groups" | "checks"> & {
  readonly groups: Readonly<Record<string, ExportedGroup>>;
  readonly checks: Readonly<Record<string, GroupResult["checks"][number]>>;
};

/** Under `thresholds`, true is a threshold that FAILED: so k6 has it, and its readers expect it. */
export type ExportedMetric = Readonly<Record<string, number | Readonly<Record<string, boolean>>>>;

export function toSummaryExport(data: SummaryData): SummaryExport {
  const metrics = Object.entries(data.metrics).map(([key, metric]) => [key, toMetric(metric)]);
  return {
    root_group: toGroup(data.root_group),
    metrics: Object.fromEntries(metrics),
    setup_data: data.setup_data,
  };
}

function toGroup({ groups, checks, ...group }: GroupResult): ExportedGroup {
  return {
    ...group,
    groups: Object.fromEntries(groups.map((child) => [child.name, toGroup(child)])),
    checks: Object.fromEntries(checks.map((check) => [check.name, check])),
  };
}

function toMetric({ type, values, thresholds }: SummaryMetric): ExportedMetric {
  const { rate, ...others } = values;
  const exported = type === "rate" ? { ...others, value: rate! } : values;
  if (thresholds === undefined) return exported;
  const failed = Object.entries(thresholds).map(([expression, { ok }]) => [expression, !ok]);
  return { ...exported, thresholds: Object.fromEntries(failed) };
}
