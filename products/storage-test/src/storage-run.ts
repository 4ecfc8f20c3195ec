import { sleepUntil } from "@breakwater/clock";
import {
  type CallOptions,
  type ObjectStore,
  ObjectStoreError,
  type ObservedCall,
  type Upload,
} from "@breakwater/object-store";
import { abortAll, deleteAll } from "./clean-up.ts";
import type { Meter } from "./meter.ts";
import { ObjectSet } from "./object-set.ts";
import { type Phase, type PhaseOutcome, runPhase } from "./phase.ts";
import type { StoragePlan } from "./plan.ts";
import type { CleanUpResult, PhaseResult, StorageFailure } from "./result.ts";
import type { StorageIo } from "./run-storage-test.ts";

/** One run of a test: the store, what was written to it, and what was found so far. */
export class StorageRun implements AsyncDisposable {
  readonly runId: string;
  readonly store: ObjectStore;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly phases: PhaseResult[] = [];
  readonly #io: StorageIo;
  readonly #plan: StoragePlan;
  readonly #runSeed: number;
  readonly #sets: ObjectSet[] = [];
  /** Begun, and neither completed nor aborted. */
  readonly #uploads: Set<Upload> = new Set();
  #hasWritten: boolean = false;
  /** Writes were broken off, of which the store may have had all the bytes. */
  #hasCutWrites: boolean = false;
  #meter: Meter | undefined;
  #failure: StorageFailure | undefined;

  constructor(plan: StoragePlan, io: StorageIo) {
    this.#io = io;
    this.#plan = plan;
    this.runId = io.newId();
    this.random = io.random;
    this.signal = io.signal;
    this.#runSeed = Math.floor(io.random() * 2 ** 32);
    this.store = io.openStore({
      observe: (call) => {
        this.#hasWritten ||= isWrite(call);
        this.#meter?.observed(call);
      },
      maxConnections: plan.test === "sweep" ? MAX_SWEEP_CONCURRENCY : plan.concurrency,
    });
  }

  /** Why it must not go on. */
  get failure(): StorageFailure | undefined {
    return this.#failure;
  }

  /** Everything of this run is under it. */
  get root(): string {
    return `${this.#plan.prefix}${this.runId}/`;
  }

  /** Names in this run so many objects of so many bytes; writes none. */
  objects(
    label: string,
    { count, bytes }: { readonly count: number; readonly bytes: number },
  ): ObjectSet {
    const set = new ObjectSet({ root: this.root, label, count, bytes, runSeed: this.#runSeed });
    this.#sets.push(set);
    return set;
  }

  /** Measures it and keeps what was found; does nothing once something has failed. */
  async measure(phase: Phase): Promise<PhaseResult | undefined> {
    if (this.#failure !== undefined) return undefined;
    const { result, failure } = await this.#run(phase);
    this.#failure = failure;
    this.phases.push(result);
    return result;
  }

  /** As `measure`, for what is not to be in the result's phases. */
  async measureAside(phase: Phase): Promise<PhaseResult | undefined> {
    if (this.#failure !== undefined) return undefined;
    const { result, failure } = await this.#run(phase);
    this.#failure = failure;
    return failure === undefined ? result : undefined;
  }

  /** Runs it to get ready: all of it has to go well. */
  async prepare(phase: Omit<Phase, "stage" | "ending" | "warmupMs">): Promise<void> {
    if (this.#failure !== undefined) return;
    const { result, failure } = await this.#run({
      ...phase,
      stage: "preparing",
      ending: { until: "count" },
      warmupMs: 0,
    });
    this.#failure = failure;
    if (failure !== undefined || result.failed === 0) return;
    const codes = result.operations.flatMap(({ errors }) => Object.keys(errors));
    this.#failure = {
      code: codes[0]!,
      message: `The test could not be prepared: ${result.failed} of ${phase.operations} operations failed (${codes.join(", ")})`,
      detail: undefined,
    };
  }

  /** Does something beside the phases; `undefined` if the store would not. */
  async ask<T>(question: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    if (this.#failure !== undefined) return undefined;
    try {
      return await question({ signal: this.signal });
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      const { code, message, detail } = error;
      this.fail({ code: code === "aborted" ? "interrupted" : code, message, detail });
      return undefined;
    }
  }

  fail(failure: StorageFailure): void {
    this.#failure ??= failure;
  }

  async startUpload(key: string, options: CallOptions): Promise<Upload> {
    const upload = await this.store.startUpload(key, options);
    this.#uploads.add(upload);
    return upload;
  }

  /** It was completed or aborted. */
  closed(upload: Upload): void {
    this.#uploads.delete(upload);
  }

  /** Deletes what was written, unless that is to stay. */
  async cleanUp(): Promise<CleanUpResult> {
    if (!this.#hasWritten && refusals.has(this.#failure?.code ?? ""))
      return { deleted: 0, left: [], leftCount: 0 };
    const uploads = [...this.#uploads];
    // Parts that are no object are of no use to anyone.
    if (this.#plan.keepsObjects) return await abortAll(uploads);
    if (this.#hasCutWrites) await sleepUntil(this.#io.clock, this.#io.clock.nowMs() + SETTLE_MS);
    return await deleteAll({
      store: this.store,
      root: `${this.#plan.prefix}${this.runId}`,
      keys: this.#allKeys(),
      uploads,
      onDeleted: (deleted) => this.#reportCleanUp(deleted),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }

  async #run(phase: Phase): Promise<PhaseOutcome> {
    const { clock, onProgress } = this.#io;
    const outcome = await runPhase(phase, {
      clock,
      signal: this.signal,
      onProgress: (progress) => onProgress({ runId: this.runId, ...progress }),
      observeBy: (meter) => {
        this.#meter = meter;
      },
    });
    this.#meter = undefined;
    const isWritten = phase.kinds.includes("put") || phase.kinds.includes("part");
    this.#hasCutWrites ||= isWritten && outcome.result.endedBy !== "count";
    return outcome;
  }

  *#allKeys(): Generator<string> {
    for (const set of this.#sets) yield* set.keys();
  }

  #reportCleanUp(deleted: number): void {
    this.#io.onProgress({
      ...{ runId: this.runId, phase: "deleting what was written", stage: "cleaning-up" },
      ...{ elapsedMs: 0, operations: deleted, totalOperations: undefined },
      ...{ bytes: 0, totalBytes: undefined, mbPerSecond: 0, meanMbPerSecond: 0 },
      ...{ etaMs: undefined, errors: 0, retries: 0 },
    });
  }
}

const isWrite = ({ operation, status }: ObservedCall): boolean =>
  /^(PutObject|CreateMultipartUpload|UploadPart)$/.test(operation) && status >= 200 && status < 300;

/** So long a store may take to make an object of what it has, though nobody waits for that. */
const SETTLE_MS = 1000;

/** Where nothing was written before these, nothing is there. */
const refusals: ReadonlySet<string> = new Set([
  "access_denied",
  "bad_request",
  "no_such_bucket",
  "unreachable",
]);

/** A sweep goes no further. */
export const MAX_SWEEP_CONCURRENCY = 256;
