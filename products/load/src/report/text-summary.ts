import { formatNumber, formatPercent, formatValue } from "./format-value.ts";
import { metricBlock, pad, printLabel, type ShownMetrics, sortedKeys } from "./metric-block.ts";
import { makePaint, type Paint } from "./paint.ts";
import type { SummaryData, SummaryMetric } from "./summary-data.ts";
import {
  type CheckCount,
  mergeByName,
  type SummaryGroup,
  type SummaryGroups,
} from "./summary-groups.ts";

export interface TextSummaryOptions {
  /** "full" adds the parts of a request's time, and a block for each group and scenario. */
  readonly mode: "compact" | "full";
  readonly colors: boolean;
  /** For the full mode. */
  readonly groups?: SummaryGroups;
}

/**
 * The end-of-test summary in k6's layout. Lines end without spaces; the text ends with a newline.
 */
export function textSummary(data: SummaryData, options: TextSummaryOptions): string {
  const { mode, colors, groups = { groups: [], scenarios: [] } } = options;
  const paint = makePaint({ colors });
  const part = (heading: string, group: SummaryGroup): string[] => [
    title(`${heading}: ${group.name}`, paint),
    ...groupLines(group, { data, mode, paint, indent: 4 }),
  ];
  const blocks = [
    thresholdBlock(data, paint),
    totalBlock(data, mode, paint),
    ...groups.groups.map((group) => part("GROUP", group)),
    ...groups.scenarios.map((scenario) => part("SCENARIO", scenario)),
    precisionBlock(data, paint),
  ];
  const shown = blocks.filter((block) => block.length > 0);
  return `\n${shown.map((lines) => lines.join("\n")).join("\n\n\n")}\n`;
}

function thresholdBlock(data: SummaryData, paint: Paint): string[] {
  const held = Object.entries(data.metrics).filter(([, { thresholds }]) => thresholds);
  const metrics = Object.fromEntries(held);
  const lines: string[] = [];
  for (const [key, parent] of sortedKeys(metrics)) {
    const isNested = key !== parent && Object.hasOwn(metrics, parent);
    const indent = isNested ? "      " : "    ";
    lines.push("", `${indent}${isNested ? key.slice(key.indexOf("{")) : key}`);
    for (const [expression, { ok }] of Object.entries(metrics[key]!.thresholds ?? {})) {
      const actual = data.breakwater.thresholdValues[key]?.[expression] ?? 0;
      const [aggregation] = /^[a-z]+(\([^)]*\))?/.exec(expression) ?? [expression];
      const value = formatActual(actual, aggregation, metrics[key]!, data);
      lines.push(
        `${indent}${mark(ok, paint)} '${expression}' ${aggregation}=${paint.value(value)}`,
      );
    }
  }
  return lines.length === 0 ? [] : [title("THRESHOLDS", paint), ...lines];
}

function formatActual(
  actual: number,
  aggregation: string,
  { type, contains }: SummaryMetric,
  { options }: SummaryData,
): string {
  if (type === "rate") return formatPercent(actual);
  const value = formatValue(actual, contains, options.summaryTimeUnit);
  return type === "counter" && aggregation === "rate" ? `${value}/s` : value;
}

function totalBlock(data: SummaryData, mode: ShownMetrics["mode"], paint: Paint): string[] {
  const { metrics, options } = data;
  const checks = mergeByName(data.root_group);
  const parts = checkParts(metrics.checks, checks, data, paint);
  parts.push(...metricBlock({ metrics, options, mode }, paint));
  return [title("TOTAL RESULTS", paint), ...separate(parts, 4)];
}

interface GroupContext {
  readonly data: SummaryData;
  readonly mode: ShownMetrics["mode"];
  readonly paint: Paint;
  readonly indent: number;
}

/** A group's checks and metrics, then those of the groups within it, two columns further in. */
function groupLines(group: SummaryGroup, context: GroupContext): string[] {
  const { data, mode, paint, indent } = context;
  const { metrics } = group;
  const parts = [
    ...checkParts(metrics.checks, group.checks, data, paint),
    ...metricBlock({ metrics, options: data.options, mode }, paint),
  ];
  const inner = group.groups.flatMap((child) => [
    "",
    `${" ".repeat(indent)}↳ ${paint.bold(`GROUP: ${child.name}`)}`,
    ...groupLines(child, { ...context, indent: indent + 2 }),
  ]);
  return [...separate(parts, indent), ...inner];
}

function checkParts(
  rate: SummaryMetric | undefined,
  checks: readonly CheckCount[],
  data: SummaryData,
  paint: Paint,
): string[][] {
  if (rate === undefined) return [];
  const { passes = 0, fails = 0 } = rate.values;
  return [checkCounts(passes, fails, data, paint), printChecks(checks, paint)];
}

function checkCounts(passes: number, fails: number, data: SummaryData, paint: Paint): string[] {
  const total = passes + fails;
  const perSecond =
    data.state.testRunDurationMs > 0 ? total / (data.state.testRunDurationMs / 1000) : 0;
  const share = (part: number) => formatPercent(total === 0 ? 0 : part / total);
  const rows = [
    ["checks_total", String(total), `${formatNumber(perSecond)}/s`],
    ["checks_succeeded", share(passes), `${passes} out of ${total}`],
    ["checks_failed", share(fails), `${fails} out of ${total}`],
  ] as const;
  const width = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([label, value, extra]) => {
    const head = printLabel(label, "checks_succeeded".length, paint);
    return `${head} ${paint.value(value)}${pad(value, width)} ${paint.faintValue(extra)}`;
  });
}

function printChecks(checks: readonly CheckCount[], paint: Paint): string[] {
  return checks.flatMap(({ name, passes, fails }) => {
    if (fails === 0) return [paint.good(`✓ ${name}`)];
    const percent = Math.floor((100 * passes) / (passes + fails));
    return [paint.bad(`✗ ${name}`), `  ${paint.bad(`↳  ${percent}% — ✓ ${passes} / ✗ ${fails}`)}`];
  });
}

/** Percentiles come from a histogram: say how far they can be off. */
function precisionBlock(data: SummaryData, paint: Paint): string[] {
  const estimated = data.options.summaryTrendStats.filter((stat) => /^(med|p\()/.test(stat));
  const hasTrend = Object.values(data.metrics).some(({ type }) => type === "trend");
  if (estimated.length === 0 || !hasTrend) return [];
  const percent = (data.breakwater.histogramRelativeError * 100).toFixed(1);
  return [paint.faint(`  ${estimated.join(", ")} are within ${percent} % of the exact values`)];
}

const title = (text: string, paint: Paint) => `  █ ${paint.bold(text)}`;
const mark = (ok: boolean, paint: Paint) => (ok ? paint.good("✓") : paint.bad("✗"));

/** Each part after an empty line. */
function separate(parts: readonly (readonly string[])[], indent: number): string[] {
  const margin = " ".repeat(indent);
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part) => ["", ...part.map((line) => margin + line)]);
}
