import { parseSubmetricKey } from "@breakwater/metrics";
import { formatPercent, formatValue } from "./format-value.ts";
import type { Paint } from "./paint.ts";
import type { SummaryData, SummaryMetric } from "./summary-data.ts";

/** Some metrics, by name or by name and tags, and how they are to be shown. */
export interface ShownMetrics {
  readonly metrics: SummaryData["metrics"];
  readonly options: SummaryData["options"];
  /** "compact" leaves out the parts of a request's time. */
  readonly mode: "compact" | "full";
}

/** The metrics under their headings, in columns that line up over all of them. */
export function metricBlock(shown: ShownMetrics, paint: Paint): string[][] {
  const sections = Map.groupBy(toRows(shown), ({ section }) => section);
  const widths = measure([...sections.values()].flat());
  return sectionOrder
    .filter((section) => sections.has(section))
    .map((section) => [
      paint.bold(section),
      ...sections.get(section)!.map((row) => printRow(row, widths, paint)),
    ]);
}

type Section = (typeof sectionOrder)[number];

const sectionOrder = [
  "CUSTOM",
  "HTTP",
  "OPEN MODEL",
  "EXECUTION",
  "NETWORK",
  "BROWSER",
  "WEB_VITALS",
  "GRPC",
  "WEBSOCKET",
] as const;

const sectionOf: readonly (readonly [RegExp, Section])[] = [
  [/^(http_req_due_duration|iteration_due_duration|iteration_start_lag)$/, "OPEN MODEL"],
  [/^http_/, "HTTP"],
  [/^(vus|vus_max|iterations|iteration_duration|dropped_iterations)$/, "EXECUTION"],
  [/^data_(sent|received)$/, "NETWORK"],
  [/^browser_web_vital_/, "WEB_VITALS"],
  [/^browser_/, "BROWSER"],
  [/^grpc_/, "GRPC"],
  [/^ws_/, "WEBSOCKET"],
  [/^/, "CUSTOM"],
];

/** The checks have a block of their own, and k6 has no line for the time that groups take. */
const neverShown = /^(checks|group_duration)$/;
const shownInFull =
  /^http_req_(blocked|looking_up|connecting|tls_handshaking|sending|waiting|receiving)$/;

/** Whether the summary has a line for the metric; its checks it always has apart. */
export function isShown(metric: string, mode: ShownMetrics["mode"]): boolean {
  return !neverShown.test(metric) && (mode === "full" || !shownInFull.test(metric));
}

interface Row {
  readonly section: Section;
  readonly label: string;
  /** The value that counts; a trend has none. */
  readonly value?: string;
  readonly extras: readonly string[];
  /** A trend's, name and value. */
  readonly stats: readonly (readonly [string, string])[];
}

function toRows({ metrics, options, mode }: ShownMetrics): Row[] {
  return sortedKeys(metrics).flatMap(([key, parent]) => {
    if (!isShown(parent, mode)) return [];
    const section = sectionOf.find(([names]) => names.test(parent))![1];
    const label = key === parent ? key : `  { ${key.slice(key.indexOf("{") + 1, -1).trim()} }`;
    return [{ section, label, ...toCells(metrics[key]!, options) }];
  });
}

/** Metrics by name, each followed by its submetrics. */
export function sortedKeys(
  metrics: Readonly<Record<string, unknown>>,
): (readonly [key: string, parent: string])[] {
  const keys = Object.keys(metrics).map((key) => [key, parseSubmetricKey(key).metric] as const);
  return keys.sort(
    ([a, parentA], [b, parentB]) => compareText(parentA, parentB) || compareText(a, b),
  );
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function toCells(
  { type, contains, values }: SummaryMetric,
  { summaryTrendStats, summaryTimeUnit }: SummaryData["options"],
): Omit<Row, "section" | "label"> {
  const format = (value: number | undefined) => formatValue(value ?? 0, contains, summaryTimeUnit);
  const { count, rate = 0, value, min, max, passes = 0, fails = 0 } = values;
  switch (type) {
    case "counter":
      return { value: format(count), extras: [`${format(rate)}/s`], stats: [] };
    case "gauge":
      return {
        value: format(value),
        extras: [`min=${format(min)}`, `max=${format(max)}`],
        stats: [],
      };
    case "rate":
      return {
        value: formatPercent(rate),
        extras: [`${passes} out of ${passes + fails}`],
        stats: [],
      };
    case "trend": {
      const stats = summaryTrendStats.map((stat) => {
        return [stat, stat === "count" ? String(count) : format(values[stat])] as const;
      });
      return { extras: [], stats };
    }
  }
}

interface Widths {
  readonly label: number;
  readonly value: number;
  readonly extras: readonly number[];
  readonly stats: readonly number[];
}

function measure(rows: readonly Row[]): Widths {
  const widest = (texts: readonly (string | undefined)[]) =>
    Math.max(0, ...texts.map((text) => text?.length ?? 0));
  const columns = (pick: (row: Row) => readonly string[]) => {
    const count = Math.max(0, ...rows.map((row) => pick(row).length));
    return Array.from({ length: count }, (_, index) => widest(rows.map((row) => pick(row)[index])));
  };
  return {
    label: widest(rows.map(({ label }) => label)),
    value: widest(rows.map(({ value }) => value)),
    extras: columns(({ extras }) => extras),
    stats: columns(({ stats }) => stats.map(([, value]) => value)),
  };
}

function printRow({ label, value, extras, stats }: Row, widths: Widths, paint: Paint): string {
  const head = printLabel(label, widths.label, paint);
  const cells = stats.map(([name, text], index) => {
    return `${name}=${paint.value(text)}${pad(text, widths.stats[index]!)}`;
  });
  if (value !== undefined) cells.push(paint.value(value) + pad(value, widths.value));
  for (const [index, text] of extras.entries()) {
    cells.push(paint.faintValue(text) + pad(text, widths.extras[index]!));
  }
  return `${head} ${cells.join(" ")}`.trimEnd();
}

/** The name, dots up to the colon: at least three. */
export function printLabel(label: string, width: number, paint: Paint): string {
  return `${label}${paint.faint(`${".".repeat(width - label.length + 3)}:`)}`;
}

export const pad = (text: string, width: number): string => " ".repeat(width - text.length);
