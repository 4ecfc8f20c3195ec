import { aggregate, type GroupResult, parseTrendStat, type Sink } from "@breakwater/metrics";
import {
  type Cell,
  cellSnapshot,
  emptyCell,
  mergeCell,
  type StandingSeries,
  trendStat,
} from "@breakwater/sink";
import type { SummaryMetric } from "./summary-data.ts";

/** How one group or scenario did, for the summary's full mode. */
export interface SummaryGroup {
  readonly name: string;
  /** Of its own: a group within it counts for itself. */
  readonly metrics: Readonly<Record<string, SummaryMetric>>;
  readonly checks: readonly CheckCount[];
  readonly groups: readonly SummaryGroup[];
}

export interface CheckCount {
  readonly name: string;
  readonly passes: number;
  readonly fails: number;
}

export interface SummaryGroups {
  /** Of what has no scenario, and of the scenario that k6 calls "default". */
  readonly groups: readonly SummaryGroup[];
  /** By name; each has everything that it did, inside of groups and out. */
  readonly scenarios: readonly SummaryGroup[];
}

export interface ValueOptions {
  readonly summaryTrendStats: readonly string[];
  readonly elapsedMs: number;
}

/** Gathers what was folded by the tags scenario, group and check. */
export function toSummaryGroups(
  folded: readonly StandingSeries[],
  options: ValueOptions,
): SummaryGroups {
  const root = new Part("");
  const scenarios = new Map<string, Part>();
  for (const series of folded) {
    const { scenario, group = "", check } = Object.fromEntries(series.tags);
    let part = root;
    if (scenario !== undefined && scenario !== "default") {
      part = scenarios.get(scenario) ?? new Part(scenario);
      scenarios.set(scenario, part);
      part.add(series, check);
    }
    // What setup and teardown do themselves belongs to no group; groups inside of them do.
    if (group === "" || group === "::setup" || group === "::teardown") continue;
    for (const name of group.slice("::".length).split("::")) part = part.group(name);
    part.add(series, check);
  }
  const sorted = [...scenarios.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    groups: root.toGroup(options).groups,
    scenarios: sorted.map((part) => part.toGroup(options)),
  };
}

class Part {
  readonly name: string;
  readonly #metrics = new Map<string, { contains: SummaryMetric["contains"]; cell: Cell }>();
  readonly #checks = new Map<string, Extract<Cell, { type: "rate" }>>();
  readonly #groups = new Map<string, Part>();

  constructor(name: string) {
    this.name = name;
  }

  group(name: string): Part {
    const group = this.#groups.get(name) ?? new Part(name);
    this.#groups.set(name, group);
    return group;
  }

  add({ name, contains, cell }: StandingSeries, check: string | undefined): void {
    const metric = this.#metrics.get(name) ?? { contains, cell: emptyCell(cell.type) };
    this.#metrics.set(name, metric);
    mergeCell(metric.cell, cellSnapshot(cell));
    if (name !== "checks" || check === undefined || cell.type !== "rate") return;
    const count = this.#checks.get(check) ?? { type: "rate", passes: 0, total: 0 };
    this.#checks.set(check, count);
    mergeCell(count, cell);
  }

  toGroup(options: ValueOptions): SummaryGroup {
    const metrics = [...this.#metrics].map(([name, { contains, cell }]) => {
      return [name, { type: cell.type, contains, values: cellValues(cell, options) }];
    });
    return {
      name: this.name,
      metrics: Object.fromEntries(metrics),
      checks: [...this.#checks].map(([name, { passes, total }]) => {
        return { name, passes, fails: total - passes };
      }),
      groups: [...this.#groups.values()].map((group) => group.toGroup(options)),
    };
  }
}

function cellValues(cell: Cell, { summaryTrendStats, elapsedMs }: ValueOptions): Values {
  switch (cell.type) {
    case "counter":
      return { count: cell.total, rate: elapsedMs > 0 ? cell.total / (elapsedMs / 1000) : 0 };
    case "gauge":
      return { value: cell.value, min: cell.min, max: cell.max };
    case "rate":
      return rateValues(cell.passes, cell.total);
    case "trend":
      return Object.fromEntries(
        summaryTrendStats.map((stat) => [stat, trendStat(cell.sketch, parseTrendStat(stat))]),
      );
  }
}

/** The values that k6's summary has of a metric. */
export function sinkValues(sink: Sink, { summaryTrendStats, elapsedMs }: ValueOptions): Values {
  switch (sink.type) {
    case "counter":
      return { count: sink.total, rate: sink.rate(elapsedMs) };
    case "gauge":
      return { value: sink.value, min: sink.min, max: sink.max };
    case "rate":
      return rateValues(sink.passes, sink.total);
    case "trend":
      return Object.fromEntries(
        summaryTrendStats.map((stat) => [stat, aggregate(sink, parseTrendStat(stat), elapsedMs)]),
      );
  }
}

type Values = SummaryMetric["values"];

function rateValues(passes: number, total: number): Values {
  return { rate: total === 0 ? 0 : passes / total, passes, fails: total - passes };
}

/** The totals count a check by its name, in whatever groups it stands. */
export function mergeByName(root: GroupResult): readonly CheckCount[] {
  const merged = [...Map.groupBy(allChecks(root), ({ name }) => name)];
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return merged.map(([name, same]) => ({
    name,
    passes: sum(same.map(({ passes }) => passes)),
    fails: sum(same.map(({ fails }) => fails)),
  }));
}

function allChecks({ checks, groups }: GroupResult): readonly CheckCount[] {
  return [...checks, ...groups.flatMap(allChecks)];
}
