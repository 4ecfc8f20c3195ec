/** How a run ended, as its exit code: k6's (load.md 1.10), and 1 for what k6 has no code for. */
export const exitCode = {
  ok: 0,
  /**
   * Nothing could be measured: the target cannot be reached, or every request of URL mode failed.
   */
  unreachable: 1,
  /** Everything was measured, but a file of results could not be written. */
  resultLost: 1,
  thresholdsFailed: 99,
  setupTimeout: 100,
  teardownTimeout: 101,
  invalidConfig: 104,
  /** Ctrl-C or SIGTERM. */
  externalAbort: 105,
  scriptException: 107,
  /** A worker process died. */
  workerLost: 109,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What ends a run early, as one sentence for the person who started it. */
export class RunError extends Error {
  override readonly name = "RunError";
  readonly exitCode: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.exitCode = code;
  }
}
