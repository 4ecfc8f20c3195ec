import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { type BenchArguments, parseArguments, usage } from "./arguments.ts";
import { type Bench, type Measure, type Run, toFigure } from "./bench.ts";
import { BenchError } from "./bench-error.ts";
import { benches } from "./benches.ts";
import { describeMachine, findVersions, type Results, type Row } from "./results.ts";
import { resultsPage } from "./results-page.ts";
import { formatFigure, rowCells } from "./row-cells.ts";
import { absent, type Entry, runBench } from "./run-bench.ts";
import { findTool, root, workFolder } from "./tool.ts";
import { judge, type Verdict } from "./verdict.ts";

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stopped.abort());

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(error.message);
  process.exitCode = error.code === "bad_argument" ? 2 : 1;
}

/** 0: all was measured, reached or not; 1: something was not, or is in doubt; 130: stopped. */
async function main(argv: readonly string[]): Promise<number> {
  const wanted = parseArguments(argv, benches);
  if (wanted.action === "help") console.log(usage);
  if (wanted.action === "list")
    for (const { name, title } of wanted.benches) console.log(`${name.padEnd(22)}${title}`);
  if (wanted.action !== "run") return 0;
  checkMachine();
  mkdirSync(workFolder, { recursive: true });
  const results = await measureAll(wanted);
  await save(results, wanted.isFull && !stopped.signal.aborted);
  if (stopped.signal.aborted) return 130;
  return results.rows.every(({ verdict }) => isSound(verdict)) ? 0 : 1;
}

function isSound({ outcome, doubts }: Verdict): boolean {
  return outcome !== "not measured" && doubts.length === 0;
}

function checkMachine(): void {
  if (availableParallelism() >= 2 && Bun.which("taskset")) return;
  throw new BenchError(
    "machine_unfit",
    "Cannot keep server and client apart: use Linux with taskset (util-linux) and 2 cores or more",
  );
}

async function measureAll(wanted: BenchArguments): Promise<Results> {
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  const about = {
    machine: describeMachine(),
    versions: findVersions(resolve(root, wanted.bwPath)),
  };
  const rows: Row[] = [];
  for (const bench of wanted.benches) {
    if (stopped.signal.aborted) break;
    console.log(`\n${bench.name}: ${bench.title}`);
    const row = await measureRow(bench, wanted);
    rows.push(row);
    printRow(row);
  }
  const { rounds, seconds } = wanted;
  const minutes = (performance.now() - startMs) / 60_000;
  return { command: wanted.command, startedAt, minutes, rounds, seconds, ...about, rows };
}

/** A bench that fails is a row that says so: the others are still measured. */
async function measureRow(bench: Bench, wanted: BenchArguments): Promise<Row> {
  const { name, title, measure, goal, candidates } = bench;
  let entries: readonly Entry[];
  try {
    entries = await runBench(bench, {
      ...{ rounds: wanted.rounds, seconds: wanted.seconds, signal: stopped.signal },
      find: (tool) => findTool(tool, resolve(root, wanted.bwPath)),
      onRun: (candidate, round, run) =>
        console.log(`  ${round + 1}/${wanted.rounds} ${runLine(candidate.label, measure, run)}`),
    });
  } catch (error) {
    if (!(error instanceof BenchError) && !stopped.signal.aborted) throw error;
    const problem = error instanceof BenchError ? error.message : "stopped";
    entries = candidates.map((candidate) => absent(candidate, problem));
  }
  const verdict = judge(bench, entries, wanted.seconds);
  const measuredAt = new Date().toISOString().slice(0, 16);
  return { name, title, measure, goal, entries, verdict, measuredAt };
}

function runLine(label: string, measure: Measure, run: Run): string {
  const lost = run.lost > 0 ? `, lost ${run.lost}` : "";
  return `${label}: ${formatFigure(measure, toFigure(measure, run))}${lost}`;
}

function printRow(row: Row): void {
  console.log(`  ${rowCells(row).filter(Boolean).join(" | ")}`);
  for (const problem of [...problems(row), ...row.verdict.doubts]) console.log(`  ! ${problem}`);
}

function problems({ entries }: Row): readonly string[] {
  return entries.flatMap(({ label, problem }) => (problem ? [`${label}: ${problem}`] : []));
}

/** Only runs at full length are the project's figures; any other stays outside git. */
async function save(results: Results, isFull: boolean): Promise<void> {
  const folder = isFull ? import.meta.dirname : workFolder;
  const file = Bun.file(join(folder, "results.json"));
  const before = isFull && (await file.exists()) ? ((await file.json()) as Results) : undefined;
  const all = { ...results, rows: merge(before?.rows ?? [], results.rows) };
  await Bun.write(file, `${JSON.stringify(all, undefined, 2)}\n`);
  await Bun.write(join(folder, "RESULTS.md"), resultsPage(all));
  console.log(`\nWrote ${join(folder, "RESULTS.md")} and results.json`);
}

/** The benches there are, each as it was measured last. */
function merge(before: readonly Row[], now: readonly Row[]): Row[] {
  return benches.flatMap(({ name }) => {
    const row = now.find((each) => each.name === name) ?? before.find((each) => each.name === name);
    return row === undefined ? [] : [row];
  });
}
