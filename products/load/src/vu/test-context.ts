/**
 * The test as the script sees it (k6/execution, open(), SharedArray): one for all VUs of a process.
 * Outside of scenarios, in init, setup and teardown, it counts nothing.
 */
export interface TestContext {
  /** The options as k6 consolidates and writes them; JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where a script's relative paths start that no file stands behind: standard input's. */
  readonly folder: string;
  /** Ends the whole test, exit code 108: no iteration starts any more, running ones are cut. */
  abort(message: string): void;
  /** The test goes on and has failed: exit code 110. */
  fail(message: string): void;
  counts(): InstanceCounts;
  /** undefined for one that is not running. */
  scenario(name: string): ScenarioState | undefined;
  /**
   * The file's bytes, read once for all VUs. Throws a ScriptFileError; after the first VU's init
   * also for a file that was not opened in it, as k6 does.
   */
  readFile(path: string): Uint8Array;
  /** What all VUs share by name: made by the first that asks. */
  shared<T>(kind: string, name: string, make: () => T): T;
  /** k6's secret source of that name; the default one without a name. */
  secretSource(name: string | undefined): SecretSource;
}

export interface InstanceCounts {
  readonly elapsedMs: number;
  readonly iterationsCompleted: number;
  readonly iterationsInterrupted: number;
  readonly vusActive: number;
  readonly vusInitialized: number;
}

export interface ScenarioState {
  readonly name: string;
  readonly executor: string;
  /** ms since the epoch. */
  readonly startTime: number;
  /** From 0 to 1. */
  readonly progress: number;
}

export interface SecretSource {
  readonly name: string;
  /** Rejects when there is no such key. What it gave is not to be seen in any log. */
  get(key: string): Promise<string>;
}
