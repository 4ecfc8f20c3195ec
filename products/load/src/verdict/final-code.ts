import type { Registry } from "@breakwater/metrics";
import { formatDuration } from "@breakwater/units";
import type { Supervised } from "../coordinator/supervise.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { Verdicts } from "./judge.ts";

export interface Ending {
  readonly supervised: Supervised;
  readonly verdicts: Verdicts;
  readonly teardownCode: ExitCode | undefined;
  /** exec.test.fail() was called. */
  readonly isMarkedAsFailed: boolean;
  /** Something that was asked for could not be written. */
  readonly isResultLost: boolean;
  /** A script may well expect its requests to fail; who loads one URL does not. */
  readonly isUrlMode: boolean;
}

/** The run's exit code: the first of its reasons that applies. */
export function finalCode(ending: Ending): ExitCode {
  const { supervised, verdicts, teardownCode, isMarkedAsFailed, isResultLost, isUrlMode } = ending;
  const { early, state } = supervised;
  if (early && early.exitCode !== exitCode.thresholdsFailed) return early.exitCode;
  if (teardownCode !== undefined) return teardownCode;
  if (early || failedThresholds(verdicts).length > 0) return exitCode.thresholdsFailed;
  if (isMarkedAsFailed) return exitCode.markedAsFailed;
  if (isResultLost) return exitCode.resultLost;
  const isUnanswered = state.complete > 0 && state.answered === 0;
  return isUrlMode && isUnanswered ? exitCode.unreachable : exitCode.ok;
}

/** A worker that used this much of its core may have been what the run measured. */
const BUSY_CPU = 0.95;
/**
 * In the open model it shows otherwise: iterations start late. (The clock's last ms always turns.)
 */
const LATE_START_MS = 5;
/** Shorter runs are mostly start-up. */
const MIN_JUDGED_MS = 2000;

/** What the reader of a summary should know and its figures do not say. */
export function closingNotes(
  { state, elapsedMs }: Supervised,
  verdicts: Verdicts,
  registry: Registry,
): string[] {
  const notes: string[] = [];
  const lag = registry.tryGet("iteration_start_lag")?.sink;
  const isOpen = lag?.type === "trend" && !lag.isEmpty;
  const lagMs = isOpen ? lag.histogram.quantile(0.99) : 0;
  if (lagMs > LATE_START_MS) {
    notes.push(
      `1 % of the iterations started ${formatDuration(lagMs)} late or more: the load generator could ` +
        "not keep up; more --workers or a machine of its own would help",
    );
  } else if (!isOpen && state.cpu >= BUSY_CPU && elapsedMs > MIN_JUDGED_MS) {
    notes.push(
      `the load generator used ${Math.round(state.cpu * 100)} % of its core: it may be the limit here, ` +
        "not the target; more --workers or a machine of its own would tell",
    );
  }
  if (state.dropped > 0) {
    notes.push(
      `${state.dropped} iterations were dropped because every VU was busy: their latency is not in ` +
        "the percentiles; more VUs (--max-vus, maxVUs) would start them",
    );
  }
  const failed = failedThresholds(verdicts);
  if (failed.length > 0) notes.push(`thresholds failed: ${failed.join(", ")}`);
  return notes;
}

function failedThresholds(verdicts: Verdicts): string[] {
  return Object.entries(verdicts)
    .filter(([, list]) => list.some(({ ok }) => !ok))
    .map(([metric]) => metric);
}
