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
  /** By the REST interface. */
  stoppedByRest: 103,
  invalidConfig: 104,
  /** Ctrl-C or SIGTERM. */
  externalAbort: 105,
  /** The REST interface could not be started. */
  cannotStartRest: 106,
  scriptException: 107,
  /** exec.test.abort(). */
  scriptAborted: 108,
  /** A worker process died. */
  workerLost: 109,
  /** exec.test.fail(). */
  markedAsFailed: 110,
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
