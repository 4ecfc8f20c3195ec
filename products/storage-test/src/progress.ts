/** How a test stands: four times a second, and once at the end of each phase. */
export interface StorageProgress {
  readonly runId: string;
  /** "upload objects", or what is done around the phases: "preparing 10 objects". */
  readonly phase: string;
  readonly stage: "preparing" | "warming-up" | "measuring" | "cleaning-up";
  /** Of this phase, from its first operation. */
  readonly elapsedMs: number;
  readonly operations: number;
  /** undefined when time ends it. */
  readonly totalOperations: number | undefined;
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  /** Over the last second, 10^6 bytes each. */
  readonly mbPerSecond: number;
  /** Since the phase, or its measuring, began. */
  readonly meanMbPerSecond: number;
  readonly etaMs: number | undefined;
  readonly errors: number;
  readonly retries: number;
}
