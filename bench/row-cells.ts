import type { Goal, Measure } from "./bench.ts";
import type { Row } from "./results.ts";

/** A row's name, medians, ratio, target and outcome. */
export function rowCells(row: Row): readonly string[] {
  const { verdict, entries, goal, measure } = row;
  const medians = entries.map(({ label }, index) => {
    const median = verdict.medians[index];
    return `${label} ${median === undefined ? "–" : formatFigure(measure, median)}`;
  });
  return [
    row.name,
    medians.join(" · "),
    goal.kind === "none"
      ? ""
      : goal.kind === "difference"
        ? formatDifference(row)
        : formatRatio(row),
    formatGoal(goal, measure),
    verdict.doubts.length > 0 ? `${verdict.outcome}, in doubt` : verdict.outcome,
  ];
}

function formatDifference({ verdict: { difference }, measure }: Row): string {
  return difference === undefined ? "" : `+${formatFigure(measure, difference)}`;
}

function formatRatio({ verdict: { ratio, ratioRange } }: Row): string {
  if (ratio === undefined || !ratioRange) return "";
  return `${twoDigits(ratio)} (${ratioRange.map(twoDigits).join("–")})`;
}

/** Cut, not rounded: what is shown as 1.00 has reached 1. */
function twoDigits(ratio: number): string {
  return (Math.floor(ratio * 100) / 100).toFixed(2);
}

const units: Readonly<Record<Measure, string>> = {
  requestsPerSecond: "/s",
  gigabytesPerSecond: " GB/s",
  peakRssMb: " MB",
  serverRssMb: " MB",
  serverGrowth: " ×",
  startLagP99Ms: " ms",
  latencyP99Ms: " ms",
};

/** A figure with its unit, to be read at a glance. */
export function formatFigure(measure: Measure, figure: number): string {
  const isSmall = /Ms$|giga|Growth/.test(measure);
  const maximumFractionDigits = isSmall ? 2 : 0;
  return `${figure.toLocaleString("en-US", { maximumFractionDigits })}${units[measure]}`;
}

function formatGoal(goal: Goal, measure: Measure): string {
  switch (goal.kind) {
    case "none":
      return "";
    case "value":
      return `≤ ${formatFigure(measure, goal.atMost)}`;
    case "difference":
      return `≤ ${formatFigure(measure, goal.atMost)} more`;
    case "ratio": {
      const aim = goal.aim === undefined ? "" : `, aim ${goal.aim}`;
      const atMost = goal.atMost === undefined ? "" : `, ≤ ${goal.atMost}`;
      const value =
        goal.valueAtLeast === undefined ? "" : ` and ≥ ${formatFigure(measure, goal.valueAtLeast)}`;
      return `≥ ${goal.atLeast}${atMost}${aim}${value}`;
    }
  }
}
