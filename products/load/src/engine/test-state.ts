import { readFileSync } from "node:fs";
import type { SecretSources } from "../secrets/secret-sources.ts";
import type {
  InstanceCounts,
  ScenarioState,
  SecretSource,
  TestContext,
} from "../vu/test-context.ts";

/** The script asked for the test's end, or for its failure. */
export interface ScriptVerdict {
  readonly kind: "abort" | "fail";
  readonly message: string;
}

export interface TestStateOptions {
  readonly options: Readonly<Record<string, unknown>>;
  readonly folder: string;
  readonly onVerdict: (verdict: ScriptVerdict) => void;
  readonly secrets: Pick<SecretSources, "source">;
}

/** What k6/execution shows of a process in which no scenario runs. */
const nothingCounted: InstanceCounts = {
  elapsedMs: 0,
  iterationsCompleted: 0,
  iterationsInterrupted: 0,
  vusActive: 0,
  vusInitialized: 0,
};

/** The test as all VUs of one process see it. */
export class TestState implements TestContext {
  readonly options: Readonly<Record<string, unknown>>;
  readonly folder: string;
  /** Set by who runs the scenarios. */
  counts: () => InstanceCounts = () => nothingCounted;
  scenario: (name: string) => ScenarioState | undefined = () => undefined;
  readonly #onVerdict: TestStateOptions["onVerdict"];
  readonly #secrets: TestStateOptions["secrets"];
  /** Bounded by what the script's top level opens: later nothing new is read. */
  readonly #files = new Map<string, Uint8Array>();
  readonly #shared = new Map<string, unknown>();
  #isSealed: boolean = false;
  #hasVerdict = { abort: false, fail: false };

  constructor({ options, folder, onVerdict, secrets }: TestStateOptions) {
    this.options = options;
    this.folder = folder;
    this.#onVerdict = onVerdict;
    this.#secrets = secrets;
  }

  abort(message: string): void {
    this.#tell({ kind: "abort", message });
  }

  fail(message: string): void {
    this.#tell({ kind: "fail", message });
  }

  /** The first VU's init is over: files that it did not open stay closed, as in k6. */
  seal(): void {
    this.#isSealed = true;
  }

  readFile(path: string): Uint8Array {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    if (this.#isSealed) {
      throw new ScriptFileError(
        `Cannot open ${path}: the first VU did not open it while the script was loaded; ` +
          "open the same files in every VU",
      );
    }
    const bytes = readOrExplain(path);
    this.#files.set(path, bytes);
    return bytes;
  }

  /** Everything that the script's top level has opened. */
  get openedFiles(): ReadonlyMap<string, Uint8Array> {
    return this.#files;
  }

  shared<T>(kind: string, name: string, make: () => T): T {
    const key = `${kind}\n${name}`;
    if (!this.#shared.has(key)) this.#shared.set(key, make());
    return this.#shared.get(key) as T;
  }

  secretSource(name: string | undefined): SecretSource {
    return this.#secrets.source(name);
  }

  /** Each kind once: every VU may find the same thing wrong. */
  #tell(verdict: ScriptVerdict): void {
    if (this.#hasVerdict[verdict.kind]) return;
    this.#hasVerdict[verdict.kind] = true;
    this.#onVerdict(verdict);
  }
}

/** A file that the script opens and that cannot be had. */
export class ScriptFileError extends Error {
  override readonly name = "ScriptFileError";
}

function readOrExplain(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const why = reasons[code] ?? code;
    throw new ScriptFileError(`Cannot open ${path}: ${why}`, { cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
};
