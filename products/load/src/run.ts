import { builtinMetrics } from "@breakwater/metrics";
import { samplingPlan } from "@breakwater/sink";
import { Crew } from "./coordinator/crew.ts";
import { LiveRun } from "./coordinator/live-run.ts";
import { type Logger, logger, openLogger } from "./coordinator/logger.ts";
import { ProgressLine } from "./coordinator/progress-line.ts";
import { openRunOutputs } from "./coordinator/run-outputs.ts";
import { ScriptVerdicts } from "./coordinator/script-verdicts.ts";
import { StopRequests } from "./coordinator/stop-requests.ts";
import { type EarlyEnd, supervise } from "./coordinator/supervise.ts";
import { EngineLost } from "./engine/engine.ts";
import { type ExitCode, exitCode, RunError } from "./exit-code.ts";
import type { LoadIo } from "./io.ts";
import { emptyTotals, type Totals } from "./measure/measure.ts";
import { fileLimitProblem } from "./plan/file-limit.ts";
import { type Plan, regularLengthMs } from "./plan/plan.ts";
import { workerCount } from "./plan/worker-count.ts";
import { losses } from "./report/losses.ts";
import { readOutputs } from "./report/outputs.ts";
import { report } from "./report/report.ts";
import type { LoadRequest } from "./request.ts";
import { openRest } from "./rest/open-rest.ts";
import { openTarget } from "./script/open-target.ts";
import { probeTarget } from "./script/probe-target.ts";
import { checkThresholds, type SeriesThresholds } from "./verdict/check-thresholds.ts";
import { closingNotes, finalCode } from "./verdict/final-code.ts";
import { judge } from "./verdict/judge.ts";

/** One load test, from its request to its exit code. Reads as the stages in ARCHITECTURE.md. */
export async function runLoad(request: LoadRequest, io: LoadIo): Promise<ExitCode> {
  const totals = emptyTotals();
  builtinMetrics(totals.registry); // known before anything is measured: thresholds name them
  let log = logger(io);
  try {
    log = openLogger(io, request);
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
  const warn = (line: string): void => log.write("warn", line);
  const verdicts = new ScriptVerdicts((message) => log.write("error", message));
  const told = { onLog: log.write, onVerdict: verdicts.tell };
  // 1, 2
  const { plan, workload, caPem, lifecycle } = await openTarget(request, totals, io, told);
  const workers = chooseWorkers(plan, request, io);
  const thresholds = bindThresholds(request, plan.thresholds, totals);
  const outputs = readOutputs({ ...request, ...plan, env: request.settings }, warn);
  const { proxies } = request;
  await probeTarget({ workload, plan, caPem, proxies }, io);

  const lost = losses(log.write);
  const { registry } = totals;
  const isGrouping = request.summaryMode === "full";
  const common = { plan, thresholds, totals, io, verdicts };
  const writing = { outputs, isGrouping, plan, registry, workers, io };
  await using sinks = await openRunOutputs({ ...writing, onLost: lost.tell, onTrouble: warn });
  const sampling = samplingPlan(outputs, { isGrouping });
  const job = { plan, workload, caPem, proxies, sampling };
  const events = { ...told, onSamplesLost: lost.tell, onFolded: sinks.take };
  using crew = new Crew({ job, workers, totals, io, ...events }); // 3 to 6
  const live = new LiveRun({ ...common, crew, lifecycle });
  await using _rest = await openRest(request.address, live, io, warn);
  const progress = new ProgressLine({
    io,
    registry,
    totalMs: regularLengthMs(plan),
    isQuiet: request.isQuiet,
  });
  log.before = () => progress.clear();
  await orLost(crew.ready());
  using stop = new StopRequests(io);
  if (plan.isPaused && request.address === undefined) {
    warn("the test is paused, and only the REST API could resume it: give --address as well");
  }
  await stop.during("the wait to be resumed", live.whenResumed());
  const setUp = await orAborted(stop.during("setup()", live.setUp()), log);
  const supervised = setUp
    ? { elapsedMs: 0, early: setUp, state: crew.state() }
    : await supervise({ ...common, stop, crew, progress, log }, live.setupData());
  const tearDown = setUp ? Promise.resolve() : stop.during("teardown()", live.tearDown());
  const teardownCode = await codeOf(tearDown, log);
  await sinks.close();

  const { elapsedMs } = supervised;
  const judged = judge(thresholds, { elapsedMs, phase: "end" }); // 7
  const handleSummary = lifecycle?.hasSummaryHandler
    ? (data: unknown) => stop.during("handleSummary()", lifecycle.handleSummary(plan, data))
    : undefined;
  const results = { totals, verdicts: judged, elapsedMs, groups: sinks.groups(), handleSummary };
  const setupData = live.setupData();
  await report({ request, plan, io, ...results, setupData, onLost: lost.tell }); // 8
  for (const note of closingNotes(supervised, judged, registry)) warn(note);
  if (request.isLingering) await stop.next();
  const isResultLost = lost.hasAny;
  const isMarkedAsFailed = verdicts.hasFailed;
  const isUrlMode = lifecycle === undefined;
  const ended = { supervised, verdicts: judged, teardownCode };
  return finalCode({ ...ended, isMarkedAsFailed, isResultLost, isUrlMode });
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

/** A test that setup() aborts has neither iterations nor teardown(), but a summary, as in k6. */
async function orAborted(setUp: Promise<void>, log: Logger): Promise<EarlyEnd | undefined> {
  try {
    await setUp;
    return undefined;
  } catch (error) {
    if (!(error instanceof RunError) || error.exitCode !== exitCode.scriptAborted) throw error;
    log.write("error", error.message);
    return { exitCode: error.exitCode, reason: error.message };
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
