import {
  type Expectation,
  isMet,
  type Measure,
  measured,
  phaseOf,
  type SuiteScenario,
} from "./expectation.ts";
import type { ScenarioResult } from "./result.ts";

/** A scenario, and what came out for each contestant. */
export interface TableRow {
  readonly scenario: SuiteScenario;
  readonly results: readonly ScenarioResult[];
}

/** What the lines are, and their names. */
export interface Contestants {
  readonly title: string;
  readonly names: readonly string[];
}

interface Column {
  readonly title: string;
  readonly measure: Measure;
  readonly cell: (value: number) => string;
}

const toWhole = (value: number) => value.toFixed(0);
const toPercent = (value: number) => (value * 100).toFixed(1);
const columns: readonly Column[] = [
  { title: "good/s", measure: "goodPerSecond", cell: toWhole },
  { title: "p50 ms", measure: "p50Ms", cell: toWhole },
  { title: "p99 ms", measure: "p99Ms", cell: toWhole },
  { title: "shed %", measure: "shedShare", cell: toPercent },
  { title: "falsely %", measure: "falseShedShare", cell: toPercent },
  { title: "limit", measure: "meanLimit", cell: toWhole },
];
const recovers: Column = {
  ...{ title: "recovers in s", measure: "recoveryMs" },
  cell: (ms) => (Number.isFinite(ms) ? toWhole(ms / 1000) : "never"),
};

/**
 * A Markdown table for each scenario, with a line for each contestant; bold is what lies outside of
 * what the scenario calls healthy.
 */
export function suiteTables(rows: readonly TableRow[], contestants: Contestants): string {
  return rows.map((row) => suiteTable(row, contestants)).join("\n");
}

function suiteTable({ scenario, results }: TableRow, { title, names }: Contestants): string {
  const { name, description, disturbedUntilMs, shown } = scenario;
  const shownColumns = disturbedUntilMs === undefined ? columns : [...columns, recovers];
  const { fromMs, untilMs } = phaseOf(results[0]!, shown);
  return [
    `## ${name[0]!.toUpperCase()}${name.slice(1)}`,
    "",
    `${description} Shown: ${shown}, ${fromMs / 1000} to ${untilMs / 1000} s.`,
    "",
    toLine([title, ...shownColumns.map((column) => column.title)]),
    toLine(["---", ...shownColumns.map(() => "---:")]),
    ...results.map((result, index) => {
      const cells = shownColumns.map((column) => toCell(scenario, result, column));
      return toLine([`\`${names[index]!}\``, ...cells]);
    }),
    "",
  ].join("\n");
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function toCell(
  { shown, healthy }: SuiteScenario,
  result: ScenarioResult,
  { measure, cell }: Column,
): string {
  const value = measured(result, { phase: shown, measure });
  const isShown = (each: Expectation) => each.phase === shown && each.measure === measure;
  const text = Number.isNaN(value) ? "–" : cell(value);
  return healthy.filter(isShown).every((each) => isMet(value, each)) ? text : `**${text}**`;
}
