import { builtinMetrics } from "@breakwater/metrics";
import { Crew } from "./coordinator/crew.ts";
import { type Logger, logger } from "./coordinator/logger.ts";
import { ProgressLine } from "./coordinator/progress-line.ts";
import { StopRequests } from "./coordinator/stop-requests.ts";
import { supervise } from "./coordinator/supervise.ts";
import { EngineLost } from "./engine/engine.ts";
import { type ExitCode, exitCode, RunError } from "./exit-code.ts";
import type { LoadIo } from "./io.ts";
import { emptyTotals, type Totals } from "./measure/measure.ts";
import { fileLimitProblem } from "./plan/file-limit.ts";
import { type Plan, regularLengthMs } from "./plan/plan.ts";
import { workerCount } from "./plan/worker-count.ts";
import { losses } from "./report/losses.ts";
import { openOutputs } from "./report/outputs.ts";
import { report } from "./report/report.ts";
import type { LoadRequest } from "./request.ts";
import { openTarget } from "./script/open-target.ts";
import { probeTarget } from "./script/probe-target.ts";
import { checkThresholds, type SeriesThresholds } from "./verdict/check-thresholds.ts";
import { closingNotes, finalCode } from "./verdict/final-code.ts";
import { judge } from "./verdict/judge.ts";

/** One load test, from its request to its exit code. Reads as the stages in ARCHITECTURE.md. */
export async function runLoad(request: LoadRequest, io: LoadIo): Promise<ExitCode> {
  const totals = emptyTotals();
  builtinMetrics(totals.registry); // known before anything is measured: thresholds name them
  const log = logger(io);
  try {
    return await runStages(request, io, totals, log);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    log.write("error", error.message);
    return error.exitCode;
  }
}

async function runStages(
  request: LoadRequest,
  io: LoadIo,
  totals: Totals,
  log: Logger,
): Promise<ExitCode> {
  // 1, 2
  const { plan, workload, caPem, lifecycle } = await openTarget(request, totals, io, log.write);
  const workers = chooseWorkers(plan, request, io);
  const thresholds = bindThresholds(request, plan.thresholds, totals);
  const { samplesPath } = openOutputs(request.outputs, request.summaryExport);
  await probeTarget({ workload, plan, caPem }, io);

  const job = { plan, workload, caPem, samplesPath };
  const lost = losses(log.write);
  const events = { onLog: log.write, onSamplesLost: lost.tell };
  using crew = new Crew({ job, workers, totals, io, ...events }); // 3 to 6
  const progress = new ProgressLine({
    io,
    registry: totals.registry,
    totalMs: regularLengthMs(plan),
    isQuiet: request.isQuiet,
  });
  log.before = () => progress.clear();
  await orLost(crew.ready());
  using stop = new StopRequests(io);
  const setupData = await stop.during("setup()", lifecycle?.setup(plan));
  const common = { thresholds, totals, io, stop };
  const supervised = await supervise({ ...common, crew, progress, log }, setupData);
  const teardown = stop.during("teardown()", lifecycle?.teardown(plan, setupData));
  const teardownCode = await codeOf(teardown, log);

  const { elapsedMs } = supervised;
  const verdicts = judge(thresholds, { elapsedMs, phase: "end" }); // 7
  const handleSummary = lifecycle?.hasSummaryHandler
    ? (data: unknown) => stop.during("handleSummary()", lifecycle.handleSummary(data))
    : undefined;
  const results = { totals, verdicts, elapsedMs, setupData, handleSummary };
  await report({ request, plan, io, ...results, onLost: lost.tell }); // 8
  for (const note of closingNotes(supervised, verdicts, totals.registry)) log.write("warn", note);
  const isUrlMode = lifecycle === undefined;
  return finalCode({ supervised, verdicts, teardownCode, isResultLost: lost.hasAny, isUrlMode });
}

function chooseWorkers(plan: Plan, request: LoadRequest, io: LoadIo): number {
  const workers = workerCount(plan, request.workers, io.availableCores());
  const problem = fileLimitProblem(plan, workers, io.openFileLimit());
  if (problem !== undefined) throw new RunError(exitCode.invalidConfig, problem);
  return workers;
}

function bindThresholds(
  request: LoadRequest,
  specs: Parameters<typeof checkThresholds>[0],
  totals: Totals,
): readonly SeriesThresholds[] {
  if (request.noThresholds) return [];
  const { bound, problems } = checkThresholds(specs, totals.registry);
  if (problems.length > 0) throw new RunError(exitCode.invalidConfig, problems.join("\n"));
  return bound;
}

/** Before the start a lost worker means that there is nothing to report. */
async function orLost(ready: Promise<void>): Promise<void> {
  try {
    await ready;
  } catch (error) {
    if (!(error instanceof EngineLost)) throw error;
    throw new RunError(exitCode.workerLost, error.message);
  }
}

/** A teardown that fails must not cost the report. */
async function codeOf(teardown: Promise<void>, log: Logger): Promise<ExitCode | undefined> {
  try {
    await teardown;
    return undefined;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    log.write("error", error.message);
    return error.exitCode;
  }
}
