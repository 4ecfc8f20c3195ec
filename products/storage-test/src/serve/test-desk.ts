import { ObjectStoreError } from "@breakwater/object-store";
import type { Logger } from "@breakwater/service";
import type { StorageIo } from "../run-storage-test.ts";
import { failureAnswer } from "./failure.ts";
import { type ProgressPoint, ProgressPoints } from "./progress-points.ts";
import { speedText } from "./speed-text.ts";
import { uploadObject } from "./upload-object.ts";

/** `POST /upload` and `POST /upload-single`. */
export type TestKind = "concurrent" | "single";

/** What a test uploads. */
export interface TestSizes {
  readonly bytes: number;
  /** Of the concurrent test, all of one size; the last may be a little less. */
  readonly parts: number;
  /** So many parts are under way at once. */
  readonly parallel: number;
}

/** The test that runs, or the last one that ran. */
export interface TestState {
  readonly kind: TestKind;
  readonly bytes: number;
  readonly isRunning: boolean;
  /** Four a second, and fewer of a test that takes longer than minutes. */
  readonly points: readonly ProgressPoint[];
  /** Undefined while it runs, and where a mistake of ours ended it. */
  readonly result: TestResult | undefined;
}

export type TestResult = PassedTest | FailedTest;

export interface PassedTest {
  readonly success: true;
  readonly kind: TestKind;
  readonly bytes: number;
  /** In whole ms, from the first request to the last answer. */
  readonly uploadTime: number;
  readonly uploadSpeed: string;
  readonly fileKey: string;
  /** ISO 8601, of its end. */
  readonly timestamp: string;
}

export interface FailedTest {
  readonly success: false;
  readonly kind: TestKind;
  readonly bytes: number;
  readonly error: string;
  readonly timestamp: string;
}

export type TestEnd =
  | { readonly ok: true; readonly result: PassedTest }
  | { readonly ok: false; readonly result: FailedTest; readonly cause: ObjectStoreError };

/** What those who watch are told: all of it when a test begins or ends, and how it goes. */
export type DeskEvent =
  | { readonly name: "state"; readonly data: DeskState }
  | { readonly name: "progress"; readonly data: ProgressPoint };

/** All that is known. */
export interface DeskState {
  readonly sizes: TestSizes;
  readonly test: TestState | undefined;
  /** The newest first. */
  readonly results: readonly TestResult[];
}

export interface TestDeskOptions {
  readonly io: TestIo;
  readonly sizes: TestSizes;
  /** What was uploaded stays in the bucket. */
  readonly keep: boolean;
  readonly logger: Logger;
}

/** The store, opened for each test, and what else tests need. */
export type TestIo = Pick<StorageIo, "openStore" | "clock" | "epochMs" | "newId" | "random">;

const PREFIX = "speed-test/";
const MAX_RESULTS = 20;
const TICK_MS = 250;

/** Runs one test at a time, remembers the last results and tells those who watch. */
export class TestDesk {
  readonly #options: TestDeskOptions;
  readonly #watchers: Set<(event: DeskEvent) => void> = new Set();
  readonly #results: TestResult[] = [];
  #test: TestState | undefined;
  #running: Promise<TestEnd> | undefined;

  constructor(options: TestDeskOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  get state(): DeskState {
    return { sizes: this.#options.sizes, test: this.#test, results: this.#results };
  }

  /** Whoever watches calls what it gets, to watch no more. */
  watch(watcher: (event: DeskEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Runs a test and deletes what it wrote; the signal cancels it. `undefined` while another one
   * runs. Rejects only for a mistake of ours.
   */
  tryRun(kind: TestKind, signal: AbortSignal): Promise<TestEnd> | undefined {
    if (this.#running !== undefined) return undefined;
    this.#running = this.#run(kind, signal).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when no test runs and what the last one wrote is deleted. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  async #run(kind: TestKind, signal: AbortSignal): Promise<TestEnd> {
    const { bytes } = this.#options.sizes;
    const points = new ProgressPoints();
    const test = { kind, bytes, points: points.kept };
    let result: TestResult | undefined;
    this.#test = { ...test, isRunning: true, result };
    this.#tell({ name: "state", data: this.state });
    try {
      const end = await this.#measure({ kind, points, signal });
      result = end.result;
      this.#results.unshift(result);
      this.#results.splice(MAX_RESULTS);
      return end;
    } finally {
      this.#test = { ...test, isRunning: false, result };
      this.#tell({ name: "state", data: this.state });
    }
  }

  async #measure(measured: Measured): Promise<TestEnd> {
    const { io, sizes } = this.#options;
    const { kind } = measured;
    const { bytes } = sizes;
    const fileKey = `${PREFIX}${io.newId()}`;
    const took = await this.#upload(fileKey, measured).catch(asStoreError);
    const timestamp = new Date(io.epochMs()).toISOString();
    if (took instanceof ObjectStoreError) {
      const { error } = failureAnswer(took);
      return { ok: false, result: { success: false, kind, bytes, error, timestamp }, cause: took };
    }
    const uploadSpeed = speedText(bytes, took);
    const result = { kind, bytes, uploadTime: took, uploadSpeed, fileKey, timestamp };
    return { ok: true, result: { success: true, ...result } };
  }

  /** How many ms it took. Only what passed and is to stay is left in the bucket. */
  async #upload(key: string, { kind, points, signal }: Measured): Promise<number> {
    const { io, sizes, keep } = this.#options;
    const { bytes, parts, parallel } = sizes;
    await using store = io.openStore({ observe: () => {}, maxConnections: parallel });
    const progress = this.#followProgress(points);
    const warn = (error: unknown): void => this.#warnOfLeftover(key, error);
    let isKept: boolean = false;
    let tookMs = 0;
    try {
      await uploadObject({
        ...{ store, key, bytes, parallel, signal, onBytes: progress.onBytes, onLeftover: warn },
        parts: kind === "single" ? 1 : parts,
        seed: Math.floor(io.random() * 2 ** 32),
      });
      isKept = keep;
    } finally {
      tookMs = progress.stop();
      // Also where it failed: only the answer may have been lost.
      if (!isKept) await store.delete(key).catch(warn);
    }
    return tookMs;
  }

  /** Tells of it four times a second, from now until stop(), which says how long that was. */
  #followProgress(points: ProgressPoints): FollowedProgress {
    const { clock } = this.#options.io;
    const startedMs = clock.nowMs();
    let sentBytes = 0;
    const note = (elapsedMs: number): void => {
      const point = [elapsedMs, sentBytes] as const;
      points.add(point);
      this.#tell({ name: "progress", data: point });
    };
    const elapsedMs = (): number => Math.max(1, Math.round(clock.nowMs() - startedMs));
    const tick = (): void => {
      note(elapsedMs());
      cancelTick = clock.at(clock.nowMs() + TICK_MS, tick);
    };
    let cancelTick = clock.at(startedMs + TICK_MS, tick);
    return {
      onBytes: (bytes) => {
        sentBytes += bytes;
      },
      stop: () => {
        cancelTick();
        const tookMs = elapsedMs();
        note(tookMs);
        return tookMs;
      },
    };
  }

  #warnOfLeftover(key: string, err: unknown): void {
    this.#options.logger.warn({ file_key: key, err }, "Something may be left in the bucket");
  }

  #tell(event: DeskEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }
}

interface Measured {
  readonly kind: TestKind;
  readonly points: ProgressPoints;
  readonly signal: AbortSignal;
}

interface FollowedProgress {
  readonly onBytes: (bytes: number) => void;
  /** In whole ms, at least 1. */
  readonly stop: () => number;
}

function asStoreError(error: unknown): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  throw error;
}
