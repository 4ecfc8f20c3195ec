import type { CheckResult, GroupResult } from "@breakwater/metrics";
import { formatNumber, formatPercent, formatValue } from "./format-value.ts";
import { metricBlock, pad, printLabel, sortedKeys } from "./metric-block.ts";
import { makePaint, type Paint } from "./paint.ts";
import type { SummaryData, SummaryMetric } from "./summary-data.ts";

export interface TextSummaryOptions {
  /** "full" adds the parts of a request's time and the checks of each group. */
  readonly mode: "compact" | "full";
  readonly colors: boolean;
}

/**
 * The end-of-test summary in k6's layout. Lines end without spaces; the text ends with a newline.
 */
export function textSummary(data: SummaryData, { mode, colors }: TextSummaryOptions): string {
  const paint = makePaint({ colors });
  const blocks = [
    thresholdBlock(data, paint),
    totalBlock(data, mode, paint),
    ...(mode === "full"
      ? data.root_group.groups.map((group) => groupBlock(group, data, paint))
      : []),
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

function totalBlock(data: SummaryData, mode: "compact" | "full", paint: Paint): string[] {
  const checks: SummaryMetric | undefined = data.metrics.checks;
  const parts = metricBlock(data, mode, paint).map(([heading, ...rows]) => [heading!, ...rows]);
  if (checks !== undefined) {
    const { passes = 0, fails = 0 } = checks.values;
    parts.unshift(
      checkCounts(passes, fails, data, paint),
      printChecks(allChecks(data.root_group), paint),
    );
  }
  const lines = parts
    .filter((part) => part.length > 0)
    .flatMap((part) => ["", ...indentBy(4, part)]);
  return [title("TOTAL RESULTS", paint), ...lines];
}

/** A group's checks, and those of the groups within it. */
function groupBlock(group: GroupResult, data: SummaryData, paint: Paint): string[] {
  return [title(`GROUP: ${group.name}`, paint), ...indentBy(4, groupLines(group, data, paint))];
}

function groupLines(group: GroupResult, data: SummaryData, paint: Paint): string[] {
  const passes = group.checks.reduce((sum, check) => sum + check.passes, 0);
  const fails = group.checks.reduce((sum, check) => sum + check.fails, 0);
  const own = [checkCounts(passes, fails, data, paint), printChecks(group.checks, paint)];
  const inner = group.groups.map((child) => [
    `↳ ${paint.bold(`GROUP: ${child.name}`)}`,
    ...indentBy(2, groupLines(child, data, paint)),
  ]);
  return [...(group.checks.length > 0 ? own : []), ...inner].flatMap((part) => ["", ...part]);
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

function printChecks(checks: readonly CheckResult[], paint: Paint): string[] {
  return checks.flatMap(({ name, passes, fails }) => {
    if (fails === 0) return [paint.good(`✓ ${name}`)];
    const percent = Math.floor((100 * passes) / (passes + fails));
    return [paint.bad(`✗ ${name}`), `  ${paint.bad(`↳  ${percent}% — ✓ ${passes} / ✗ ${fails}`)}`];
  });
}

function allChecks({ checks, groups }: GroupResult): readonly CheckResult[] {
  return [...checks, ...groups.flatMap(allChecks)];
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

function indentBy(spaces: number, lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? line : " ".repeat(spaces) + line));
}
