import { type Measure, type Run, toFigure } from "./bench.ts";
import type { Results, Row } from "./results.ts";
import { formatFigure, rowCells } from "./row-cells.ts";
import type { Entry } from "./run-bench.ts";

/** `RESULTS.md`: the table first, then how each row came about. */
export function resultsPage(results: Results): string {
  const { command, startedAt, minutes, rounds, seconds, machine, versions, rows } = results;
  return `# Side by side

Written by \`${command}\`, not edited: ${startedAt}, ${minutes.toFixed(0)} minutes. A bench that it
did not run is as it was measured before; each tells when.

The server runs on core 0, the tool on core 1. Candidate and peer take turns (A B, B A, …) for
${rounds} rounds; each run lasts ${seconds} s, unless its command says otherwise. The figures are medians of
the rounds. The ratio is the first's figure over the second's in the same round, the median of the
rounds, with the smallest and the largest. Smaller differences than those of \`noise\` mean nothing.

Requests per second are as the tool itself reports them. Where nginx is the server, its own count
agrees within 1 % and what is under way at the end; otherwise the row is in doubt. A candidate that
lost a request has not reached its target, whatever its speed. Every tool runs as its users run it,
with the summary that it has by default. Absolute figures hold for this machine only.

| bench | medians | ratio (of rounds) | target | |
| --- | --- | --- | --- | --- |
${rows.map(tableLine).join("\n")}

## Machine and versions

- ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}
- load average before the start: ${machine.loadBefore.toFixed(2)}
- Bun ${machine.bun}
${Object.entries(versions)
  .map((pair) => `- ${pair.join(" ")}`)
  .join("\n")}

## Rounds
${rows.map(details).join("\n")}`;
}

function tableLine(row: Row): string {
  return `| ${rowCells(row).join(" | ")} |`;
}

function details({ name, title, entries, verdict, measure, measuredAt }: Row): string {
  const lines = entries.flatMap((entry) => detailsOf(entry, measure));
  const doubts = verdict.doubts.map((doubt) => `- in doubt: ${doubt}`);
  return `\n### ${name}\n\n${title}; measured at ${measuredAt} UTC\n\n${[...lines, ...doubts].join("\n")}\n`;
}

function detailsOf(entry: Entry, measure: Measure): readonly string[] {
  const { label, command, runs, problem } = entry;
  if (problem !== undefined) return [`- ${label}: ${problem}`];
  return [
    `- \`${command}\``,
    `  - ${runs.map((run) => formatFigure(measure, toFigure(measure, run))).join(", ")}`,
    `  - ${formatRest(entry)}`,
  ];
}

/** What is told of every run, whatever the bench is about. */
function formatRest({ runs }: Entry): string {
  const total = (of: (run: Run) => number): number => runs.reduce((sum, run) => sum + of(run), 0);
  const cpu = (100 * total((run) => run.cpuSeconds)) / total((run) => run.seconds);
  const most = (of: (run: Run) => number): string => Math.max(...runs.map(of)).toFixed(0);
  const served = runs.every((run) => run.served !== undefined)
    ? `the server counted ${total((run) => run.served ?? 0).toLocaleString("en-US")}`
    : "the server does not count";
  return [
    `${total((run) => run.requests).toLocaleString("en-US")} requests (${served})`,
    `${total((run) => run.lost).toLocaleString("en-US")} lost`,
    `${cpu.toFixed(0)} % of its core`,
    `${most((run) => run.peakRssMb)} MB at most (VmHWM)`,
    `${most((run) => run.sampledRssMb)} MB in samples (VmRSS)`,
  ].join("; ");
}
