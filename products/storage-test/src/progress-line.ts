import { formatBytes } from "@breakwater/units";
import type { StorageProgress } from "./progress.ts";

export interface ProgressLineOptions {
  /** To stderr. */
  readonly write: (text: string) => void;
  /** One line that is written anew; else a line now and then, for a log. */
  readonly isTerminal: boolean;
  readonly columns: () => number | undefined;
}

/** Tells how a test stands. */
export class ProgressLine {
  readonly #options: ProgressLineOptions;
  #isShown: boolean = false;
  #phase = "";
  #nextMs = 0;

  constructor(options: ProgressLineOptions) {
    this.#options = options;
  }

  update(progress: StorageProgress): void {
    const { write, isTerminal, columns } = this.#options;
    if (isTerminal) {
      const width = (columns() || DEFAULT_COLUMNS) - 1;
      write(`\r${describeProgress(progress).slice(0, width)}\x1b[K`);
      this.#isShown = true;
      return;
    }
    const { phase, elapsedMs } = progress;
    const isNew = phase !== this.#phase;
    this.#phase = phase;
    if (!isNew && elapsedMs < this.#nextMs) return;
    this.#nextMs = elapsedMs + LOG_INTERVAL_MS;
    write(`${isNew ? phase : describeProgress(progress)}\n`);
  }

  /** Makes room for a line of another kind. */
  clear(): void {
    if (this.#isShown) this.#options.write("\r\x1b[K");
    this.#isShown = false;
  }
}

/** A line in a log is as seldom as this. */
const LOG_INTERVAL_MS = 5000;
const DEFAULT_COLUMNS = 100;

export function describeProgress(progress: StorageProgress): string {
  const { phase, stage, elapsedMs, operations, totalOperations } = progress;
  const { bytes, totalBytes, mbPerSecond, meanMbPerSecond, etaMs, errors, retries } = progress;
  if (stage === "cleaning-up") return `${phase}: ${number(operations)} objects`;
  const movesBytes = bytes > 0 || mbPerSecond > 0;
  const ofTotal = totalOperations === undefined ? "" : `/${number(totalOperations)}`;
  const perSecond = elapsedMs > 0 ? (operations * 1000) / elapsedMs : 0;
  const parts = [
    stage === "warming-up" ? `${phase} (warming up)` : phase,
    seconds(elapsedMs),
    movesBytes ? `now ${rate(mbPerSecond)}` : `${number(Math.round(perSecond))}/s`,
    movesBytes ? `mean ${rate(meanMbPerSecond)}` : "",
    movesBytes
      ? `${formatBytes(bytes)}${totalBytes === undefined ? "" : `/${formatBytes(totalBytes)}`}`
      : "",
    `${number(operations)}${ofTotal} done`,
    etaMs === undefined ? "" : `${seconds(etaMs)} left`,
    errors > 0 ? `${number(errors)} failed` : "",
    retries > 0 ? `${number(retries)} retries` : "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

const rate = (mbPerSecond: number): string => `${mbPerSecond.toFixed(1)} MB/s`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}s`;
const number = (value: number): string => value.toLocaleString("en-US");
