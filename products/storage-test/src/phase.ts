import type { CancelTimer, Clock } from "@breakwater/clock";
import { ObjectStoreError } from "@breakwater/object-store";
import { Meter } from "./meter.ts";
import { type Ending, MAX_PHASE_MS } from "./plan.ts";
import type { StorageProgress } from "./progress.ts";
import type { OperationName, PhaseEnd, PhaseResult, StorageFailure } from "./result.ts";
import { isStable } from "./stability.ts";

/** One kind of load, kept up by so many at once. */
export interface Phase {
  readonly name: string;
  readonly stage: "preparing" | "measuring";
  readonly kinds: readonly OperationName[];
  readonly concurrency: number;
  readonly objectBytes: number;
  readonly partBytes: number | undefined;
  /** Of an ending by count. */
  readonly operations: number;
  readonly totalBytes: number | undefined;
  readonly ending: Ending;
  readonly warmupMs: number;
  /** The n-th, counted from 0 through the warm-up, too. */
  next(index: number): Operation;
}

export interface Operation {
  readonly kind: OperationName;
  /** What has to be there before; not measured. */
  readonly before?: (signal: AbortSignal) => Promise<void>;
  readonly run: (context: OperationContext) => Promise<Outcome>;
  /** Whatever came of it; not measured, but within the time of the phase. */
  readonly after?: (context: AfterContext) => Promise<void>;
}

export interface OperationContext {
  readonly signal: AbortSignal;
  /** Bytes that went or came; negative when they have to go again. */
  readonly onBytes: (bytes: number) => void;
}

export interface AfterContext {
  readonly signal: AbortSignal;
  readonly isDone: boolean;
}

export interface Outcome {
  readonly objects: number;
  /** Its checksum was what it should be. */
  readonly isVerified: boolean;
}

/** An operation that the store answered, but not with what was asked for. */
export class FailedOperation extends Error {
  override readonly name = "FailedOperation";
  readonly code: "no_such_key" | "corrupted" | "not_deleted";

  constructor(code: FailedOperation["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export interface PhaseIo {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Omit<StorageProgress, "runId">) => void;
  /** Says who is told of the store's calls from now on. */
  readonly observeBy: (meter: Meter) => void;
}

export interface PhaseOutcome {
  readonly result: PhaseResult;
  readonly failure: StorageFailure | undefined;
}

/** Runs it to its end, by whichever reason. Fails only by a mistake of ours. */
export function runPhase(phase: Phase, io: PhaseIo): Promise<PhaseOutcome> {
  return new PhaseRun(phase, io).run();
}

class PhaseRun {
  readonly #phase: Phase;
  readonly #io: PhaseIo;
  readonly #meter: Meter;
  /** Breaks off what is under way. */
  readonly #broken = new AbortController();
  readonly #startedMs: number;
  /** When all was done, or the time was over. */
  #endedBy: PhaseEnd | undefined;
  #failure: StorageFailure | undefined;
  #begun = 0;
  #begunInWindow = 0;
  #succeeded = 0;
  #failuresInARow = 0;
  #cancelTick: CancelTimer = () => {};
  /** What had been moved at the last ticks, for the rate of now. */
  readonly #recent: { readonly atMs: number; readonly moved: number }[] = [];

  constructor(phase: Phase, io: PhaseIo) {
    this.#phase = phase;
    this.#io = io;
    this.#meter = new Meter(phase.kinds);
    this.#startedMs = io.clock.nowMs();
  }

  async run(): Promise<PhaseOutcome> {
    const { clock, signal, observeBy } = this.#io;
    const { concurrency, warmupMs } = this.#phase;
    observeBy(this.#meter);
    const interrupt = (): void => this.#end("interrupted", interrupted);
    signal.addEventListener("abort", interrupt);
    if (signal.aborted) interrupt();
    if (warmupMs === 0) this.#meter.open(this.#startedMs);
    this.#tick();
    try {
      await Promise.all(Array.from({ length: concurrency }, () => this.#work()));
    } finally {
      this.#cancelTick();
      signal.removeEventListener("abort", interrupt);
    }
    this.#meter.close(clock.nowMs());
    this.#endedBy ??= "count";
    this.#report();
    return { result: this.#result(), failure: this.#failure };
  }

  async #work(): Promise<void> {
    while (this.#endedBy === undefined) {
      const { ending, operations } = this.#phase;
      if (ending.until === "count" && this.#begunInWindow >= operations) return;
      if (this.#meter.isOpen) this.#begunInWindow += 1;
      const operation = this.#phase.next(this.#begun);
      this.#begun += 1;
      await this.#carryOut(operation);
    }
  }

  async #carryOut({ kind, before, run, after }: Operation): Promise<void> {
    const { clock } = this.#io;
    const { signal } = this.#broken;
    let isDone = false;
    let moved = 0;
    const onBytes = (bytes: number): void => {
      moved += bytes;
      this.#meter.addBytes(kind, bytes, clock.nowMs());
    };
    try {
      await before?.(signal);
      const startedMs = clock.nowMs();
      const outcome = await run({ signal, onBytes });
      this.#meter.done(kind, { startedMs, endedMs: clock.nowMs(), ...outcome });
      this.#succeeded += 1;
      this.#failuresInARow = 0;
      isDone = true;
    } catch (error) {
      // They were of no use.
      if (moved > 0) onBytes(-moved);
      this.#fail(kind, error);
    }
    try {
      await after?.({ signal, isDone });
    } catch (error) {
      this.#fail(kind, error);
    }
  }

  #fail(kind: OperationName, error: unknown): void {
    if (!(error instanceof ObjectStoreError || error instanceof FailedOperation)) throw error;
    // What we broke off ourselves is no failure of the store's.
    if (this.#broken.signal.aborted) return;
    const { code, message } = error;
    this.#meter.failed(kind, code);
    this.#failuresInARow += 1;
    const isHopeless = this.#succeeded === 0 && hopeless.has(code);
    const limit = Math.max(FAILURES_IN_A_ROW, 4 * this.#phase.concurrency);
    if (!isHopeless && this.#failuresInARow < limit) return;
    const detail = error instanceof ObjectStoreError ? error.detail : undefined;
    this.#end("failed", { code, message, detail });
  }

  #end(by: PhaseEnd, failure?: StorageFailure): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = by;
    this.#failure = failure;
    this.#meter.close(this.#io.clock.nowMs());
    this.#broken.abort();
  }

  /** Opens the window, ends the phase, tells how it goes: each when it is time. */
  #tick(): void {
    const { clock } = this.#io;
    const { warmupMs, ending } = this.#phase;
    const nowMs = clock.nowMs();
    const opensMs = this.#startedMs + warmupMs;
    if (this.#meter.openedMs === undefined && nowMs >= opensMs) this.#meter.open(nowMs);
    const endsMs = (this.#meter.openedMs ?? opensMs) + lengthMs(ending);
    if (nowMs >= endsMs) this.#end("duration");
    else if (ending.until === "stable" && this.#hasSettled(ending.tolerance, nowMs)) {
      this.#end("stable");
    }
    this.#recent.push({ atMs: nowMs, moved: this.#meter.moved });
    if (this.#recent.length > TICKS_OF_NOW) this.#recent.shift();
    this.#report();
    if (this.#endedBy !== undefined) return;
    const nextMs = this.#meter.openedMs === undefined ? opensMs : endsMs;
    this.#cancelTick = clock.at(Math.min(nowMs + TICK_MS, nextMs), () => this.#tick());
  }

  #hasSettled(tolerance: number, nowMs: number): boolean {
    const { openedMs } = this.#meter;
    if (openedMs === undefined) return false;
    const full = Math.floor((nowMs - openedMs) / 1000);
    const bytes = this.#meter.bytesPerSecond(full);
    // Listing and deleting move none.
    const isByBytes = bytes.some((each) => each > 0);
    return isStable(isByBytes ? bytes : this.#meter.operationsPerSecond(full), tolerance);
  }

  #report(): void {
    const { name, stage, ending, operations, totalBytes } = this.#phase;
    const { openedMs, bytes, operationsDone, errors, retries } = this.#meter;
    const nowMs = this.#io.clock.nowMs();
    const measuredMs = openedMs === undefined ? 0 : nowMs - openedMs;
    const oldest = this.#recent[0];
    const sinceMs = oldest === undefined ? 0 : nowMs - oldest.atMs;
    const recently = this.#meter.moved - (oldest?.moved ?? 0);
    const byCount = ending.until === "count";
    const share = byCount
      ? totalBytes === undefined || totalBytes === 0
        ? operationsDone / operations
        : bytes / totalBytes
      : measuredMs / lengthMs(ending);
    this.#io.onProgress({
      phase: name,
      stage: stage === "preparing" || openedMs !== undefined ? stage : "warming-up",
      elapsedMs: nowMs - this.#startedMs,
      operations: operationsDone,
      totalOperations: byCount ? operations : undefined,
      bytes,
      totalBytes: byCount ? totalBytes : undefined,
      mbPerSecond: sinceMs > 0 ? Math.max(0, recently) / sinceMs / 1000 : 0,
      meanMbPerSecond: measuredMs > 0 ? bytes / measuredMs / 1000 : 0,
      etaMs: share > 0 ? Math.max(0, measuredMs / share - measuredMs) : undefined,
      errors,
      retries,
    });
  }

  #result(): PhaseResult {
    const { name, concurrency, objectBytes, partBytes } = this.#phase;
    const { durationMs, bytes, connections } = this.#meter;
    const operations = this.#meter.results();
    const errors = operations.flatMap((each) => Object.values(each.errors));
    return {
      name,
      concurrency,
      objectBytes,
      partBytes,
      durationMs,
      endedBy: this.#endedBy ?? "count",
      connectionsOpened: connections,
      bytes,
      mbPerSecond: durationMs > 0 ? bytes / durationMs / 1000 : 0,
      failed: errors.reduce((all, each) => all + each, 0),
      operations,
    };
  }
}

const TICK_MS = 250;
/** One second. */
const TICKS_OF_NOW = 5;
/** So many failures, with nothing done in between, and the store is given up. */
const FAILURES_IN_A_ROW = 20;

/** Where nothing has gone well yet, these will not get better by asking again. */
const hopeless: ReadonlySet<string> = new Set([
  "access_denied",
  "bad_request",
  "bad_size",
  "no_such_bucket",
  "no_such_key",
  "store_full",
  "timeout",
  "unreachable",
]);

const interrupted: StorageFailure = {
  code: "interrupted",
  message: "The test was stopped before its end",
  detail: undefined,
};

function lengthMs(ending: Ending): number {
  if (ending.until === "duration") return Math.min(ending.durationMs, MAX_PHASE_MS);
  return ending.until === "stable" ? Math.min(ending.maxMs, MAX_PHASE_MS) : MAX_PHASE_MS;
}
