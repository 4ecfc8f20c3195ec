import { Histogram } from "@breakwater/metrics";
import type { ObservedCall } from "@breakwater/object-store";
import type { OperationName, OperationResult, Percentiles } from "./result.ts";

/** Counts what a phase does, from the moment its window opens until it closes. */
export class Meter {
  readonly #operations: ReadonlyMap<OperationName, Tally>;
  #openedMs: number | undefined;
  #closedMs: number | undefined;
  /** Bytes of the warm-up, too: what the rate of now is taken from. */
  moved = 0;
  errors = 0;
  retries = 0;
  connections = 0;

  constructor(kinds: readonly OperationName[]) {
    this.#operations = new Map(kinds.map((kind) => [kind, new Tally()]));
  }

  get isOpen(): boolean {
    return this.#openedMs !== undefined && this.#closedMs === undefined;
  }

  get openedMs(): number | undefined {
    return this.#openedMs;
  }

  open(nowMs: number): void {
    this.#openedMs = nowMs;
  }

  /** What comes later is not measured. */
  close(nowMs: number): void {
    this.#closedMs ??= nowMs;
  }

  /** Negative: these have to go again. Their second keeps them: they were on the wire. */
  addBytes(kind: OperationName, bytes: number, nowMs: number): void {
    this.moved += bytes;
    if (!this.isOpen) return;
    const tally = this.#tally(kind);
    tally.bytes += bytes;
    if (bytes > 0) tally.addToSecond(tally.bytesPerSecond, bytes, this.#second(nowMs));
  }

  done(kind: OperationName, { startedMs, endedMs, objects, isVerified }: DoneOperation): void {
    if (!this.isOpen) return;
    const tally = this.#tally(kind);
    tally.whole.add(endedMs - startedMs);
    tally.objects += objects;
    if (isVerified) tally.verified += 1;
    tally.addToSecond(tally.operationsPerSecond, 1, this.#second(endedMs));
  }

  failed(kind: OperationName, code: string): void {
    this.errors += 1;
    if (!this.isOpen) return;
    const { errors } = this.#tally(kind);
    errors.set(code, (errors.get(code) ?? 0) + 1);
  }

  observed({ operation, attempt, startedMs, waitingMs, isReused, status }: ObservedCall): void {
    if (!isReused) this.connections += 1;
    if (attempt > 1) this.retries += 1;
    const kind = kindsByCall[operation]?.find((each) => this.#operations.has(each));
    if (kind === undefined || !this.isOpen || startedMs < this.#openedMs!) return;
    const tally = this.#tally(kind);
    if (attempt > 1) tally.retries += 1;
    if (status >= 200 && status < 300) tally.firstByte.add(waitingMs);
  }

  get durationMs(): number {
    return this.#openedMs === undefined || this.#closedMs === undefined
      ? 0
      : this.#closedMs - this.#openedMs;
  }

  get operationsDone(): number {
    return sum(this.#tallies().map(({ whole }) => whole.count));
  }

  /** Since the window opened. */
  get bytes(): number {
    return sum(this.#tallies().map(({ bytes }) => bytes));
  }

  /** Of all kinds, by full second so far. */
  bytesPerSecond(fullSeconds: number): readonly number[] {
    return Array.from({ length: fullSeconds }, (_, second) =>
      sum(this.#tallies().map(({ bytesPerSecond }) => bytesPerSecond[second] ?? 0)),
    );
  }

  operationsPerSecond(fullSeconds: number): readonly number[] {
    return Array.from({ length: fullSeconds }, (_, second) =>
      sum(this.#tallies().map(({ operationsPerSecond }) => operationsPerSecond[second] ?? 0)),
    );
  }

  results(): readonly OperationResult[] {
    return [...this.#operations].map(([operation, tally]) =>
      tally.result(operation, this.durationMs),
    );
  }

  #tallies(): readonly Tally[] {
    return [...this.#operations.values()];
  }

  #tally(kind: OperationName): Tally {
    const tally = this.#operations.get(kind);
    if (tally === undefined) throw new Error(`No meter for ${kind}`);
    return tally;
  }

  #second(nowMs: number): number {
    return Math.floor((nowMs - this.#openedMs!) / 1000);
  }
}

export interface DoneOperation {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly objects: number;
  readonly isVerified: boolean;
}

class Tally {
  readonly whole: Histogram = new Histogram();
  readonly firstByte: Histogram = new Histogram();
  readonly errors: Map<string, number> = new Map();
  /** A day at most: MAX_PHASE_MS. */
  readonly bytesPerSecond: number[] = [];
  readonly operationsPerSecond: number[] = [];
  bytes = 0;
  objects = 0;
  retries = 0;
  verified = 0;

  addToSecond(series: number[], value: number, second: number): void {
    while (series.length <= second) series.push(0);
    series[second]! += value;
  }

  result(operation: OperationName, durationMs: number): OperationResult {
    const seconds = durationMs / 1000;
    const perSecond = (value: number): number => (seconds > 0 ? value / seconds : 0);
    const count = this.whole.count;
    const full = (series: readonly number[]): readonly number[] =>
      Array.from({ length: Math.floor(seconds) }, (_, second) => series[second] ?? 0);
    return {
      operation,
      count,
      objects: this.objects,
      bytes: this.bytes,
      errors: Object.fromEntries(this.errors),
      retries: this.retries,
      verified: this.verified,
      mbPerSecond: perSecond(this.bytes) / 1e6,
      operationsPerSecond: perSecond(count),
      objectsPerSecond: perSecond(this.objects),
      firstByteMs: percentiles(this.firstByte),
      wholeMs: percentiles(this.whole),
      perSecond: {
        bytes: full(this.bytesPerSecond),
        operations: full(this.operationsPerSecond),
      },
    };
  }
}

function percentiles(times: Histogram): Percentiles {
  return {
    count: times.count,
    p50: times.quantile(0.5),
    p90: times.quantile(0.9),
    p99: times.quantile(0.99),
    max: times.max,
  };
}

/** Which operation a request belongs to: the one of these that the phase has. */
const kindsByCall: Readonly<Record<string, readonly OperationName[] | undefined>> = {
  PutObject: ["put"],
  UploadPart: ["part"],
  GetObject: ["get", "range"],
  HeadObject: ["stat"],
  ListObjectsV2: ["list"],
  DeleteObject: ["delete"],
  DeleteObjects: ["delete"],
};

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);
