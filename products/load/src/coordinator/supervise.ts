import { EngineLost } from "../engine/engine.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";
import type { Totals } from "../measure/measure.ts";
import { emptyTags } from "../measure/sample-tags.ts";
import type { SeriesThresholds } from "../verdict/check-thresholds.ts";
import { judge } from "../verdict/judge.ts";
import type { Crew, CrewState } from "./crew.ts";
import type { Logger } from "./logger.ts";
import type { ProgressLine } from "./progress-line.ts";
import type { ScriptVerdicts } from "./script-verdicts.ts";
import type { StopRequests } from "./stop-requests.ts";

const TICK_MS = 1000;

/** Workers report each second: a look this much later sees what they have just said. */
const TICK_DELAY_MS = 100;

/** Why a run ended before its time, and the exit code that this means. */
export interface EarlyEnd {
  readonly exitCode: ExitCode;
  readonly reason: string;
}

export interface Supervised {
  readonly elapsedMs: number;
  readonly early: EarlyEnd | undefined;
  readonly state: CrewState;
}

export interface SuperviseOptions {
  readonly crew: Crew;
  readonly thresholds: readonly SeriesThresholds[];
  readonly totals: Totals;
  readonly io: LoadIo;
  readonly stop: StopRequests;
  readonly verdicts: ScriptVerdicts;
  readonly progress: ProgressLine;
  readonly log: Logger;
}

/**
 * Lets the crew run to its end, and each second: counts the VUs, shows how it goes, and ends the
 * run when a threshold with abortOnFail has failed. A stop signal drains; a second one cuts, as do
 * exec.test.abort() and the REST API.
 */
export async function supervise(
  options: SuperviseOptions,
  setupData: string | undefined,
): Promise<Supervised> {
  const { crew, io, stop, verdicts, progress, log } = options;
  const { clock } = io;
  const startMs = clock.nowMs();
  const look = looker(options, startMs);
  let early: EarlyEnd | undefined;
  const endEarly = (end: EarlyEnd, how: "drain" | "now" = "drain"): void => {
    early ??= end;
    // A person who stops a run knows about it.
    const isMeant = end.exitCode === exitCode.externalAbort;
    log.write(isMeant ? "warn" : "error", end.reason);
    crew.stop(how);
  };
  let cancelTick = (): void => {};
  const tickAt = (dueMs: number): void => {
    cancelTick = clock.at(dueMs, () => {
      const failed = crew.hasReported ? look() : undefined;
      if (failed && !early) endEarly(failed);
      tickAt(Math.max(dueMs, clock.nowMs()) + TICK_MS);
    });
  };

  stop.listen((signal, isFirst) => {
    if (!isFirst) return crew.stop("now");
    const reason = `${signal}: waiting for running iterations to end; once more ends them at once`;
    endEarly({ exitCode: exitCode.externalAbort, reason });
  });
  tickAt(startMs + TICK_MS + TICK_DELAY_MS);
  try {
    const running = crew.run(setupData);
    verdicts.listen((end) => endEarly(end, "now"));
    await running;
  } catch (error) {
    if (!(error instanceof EngineLost)) throw error;
    const reason = `${error.message}; what was measured until then is kept`;
    endEarly({ exitCode: exitCode.workerLost, reason });
  } finally {
    cancelTick();
    progress.clear();
  }
  return { elapsedMs: clock.nowMs() - startMs, early, state: crew.state() };
}

/** One look at how the run goes: counts the VUs, shows it, and says whether a threshold ends it. */
function looker(options: SuperviseOptions, startMs: number): () => EarlyEnd | undefined {
  const { crew, thresholds, totals, io, progress } = options;
  const vus = totals.registry.metric("vus", "gauge");
  const vusMax = totals.registry.metric("vus_max", "gauge");
  return () => {
    const state = crew.state();
    const nowMs = io.clock.nowMs();
    const elapsedMs = nowMs - startMs;
    vus.add(state.vusActive, emptyTags, nowMs);
    vusMax.add(state.vusInitialized, emptyTags, nowMs);
    progress.update(elapsedMs, state);
    for (const [metric, verdicts] of Object.entries(
      judge(thresholds, { elapsedMs, phase: "running" }),
    )) {
      const failed = verdicts.find(({ abort }) => abort);
      if (!failed) continue;
      const reason = `the threshold "${failed.expression}" on ${metric} failed: ending the run`;
      return { exitCode: exitCode.thresholdsFailed, reason };
    }
    return undefined;
  };
}
