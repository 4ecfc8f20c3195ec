import type { Registry } from "@breakwater/metrics";
import { formatDuration } from "@breakwater/units";
import type { LoadIo } from "../io.ts";
import type { CrewState } from "./crew.ts";

/** Where nobody watches, a line as seldom as this keeps a CI log short. */
const QUIET_INTERVAL_MS = 10_000;

const DEFAULT_COLUMNS = 100;

export interface ProgressLineOptions {
  readonly io: LoadIo;
  readonly registry: Registry;
  readonly totalMs: number;
  readonly isQuiet: boolean;
}

/** Tells on stderr how the run goes: one line that is written anew, or a line now and then. */
export class ProgressLine {
  readonly #options: ProgressLineOptions;
  readonly #isLive: boolean;
  #shown: boolean = false;
  #lastMs = 0;
  #lastComplete = 0;

  constructor(options: ProgressLineOptions) {
    this.#options = options;
    this.#isLive = options.io.isTerminal("stderr");
  }

  update(elapsedMs: number, state: CrewState): void {
    const { io, isQuiet } = this.#options;
    const sinceMs = elapsedMs - this.#lastMs;
    if (isQuiet || sinceMs <= 0 || (!this.#isLive && sinceMs < QUIET_INTERVAL_MS)) return;
    const perSecond = ((state.complete - this.#lastComplete) * 1000) / sinceMs;
    this.#lastMs = elapsedMs;
    this.#lastComplete = state.complete;
    const line = this.#describe(elapsedMs, perSecond, state);
    if (this.#isLive) {
      const columns = (io.terminalWidth() || DEFAULT_COLUMNS) - 1;
      io.stderr(`\r${line.slice(0, columns)}\x1b[K`);
      this.#shown = true;
    } else {
      io.stderr(`${line}\n`);
    }
  }

  /** Makes room for a line of another kind. */
  clear(): void {
    if (this.#shown) this.#options.io.stderr("\r\x1b[K");
    this.#shown = false;
  }

  #describe(elapsedMs: number, perSecond: number, state: CrewState): string {
    const { registry, totalMs } = this.#options;
    const parts = [
      `running ${seconds(elapsedMs)}/${seconds(totalMs)}`,
      `${state.vusActive}/${state.vusInitialized} VUs`,
      `${number(state.complete)} iterations`,
      `${number(Math.round(perSecond))}/s`,
    ];
    const duration = registry.tryGet("http_req_duration")?.sink;
    if (duration?.type === "trend" && !duration.isEmpty) {
      parts.push(`p95 ${formatDuration(duration.histogram.quantile(0.95))}`);
    }
    const failed = registry.tryGet("http_req_failed")?.sink;
    if (failed?.type === "rate" && failed.passes > 0) parts.push(`${number(failed.passes)} failed`);
    if (state.dropped > 0) parts.push(`${number(state.dropped)} dropped`);
    return parts.join("  ");
  }
}

const number = (value: number): string => value.toLocaleString("en-US");

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)}s`;
