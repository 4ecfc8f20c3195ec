import type { ScriptMeta } from "../import-meta.ts";
import { run } from "./run.ts";

/** What stands between a script's loops and the rest of the process. */
export interface Turns {
  /**
   * A loop has run for some thousand turns without looking up. May throw, to interrupt the script;
   * then it should do so each time, since the script may catch it.
   */
  onBusy(): void;
  /** The same where the script can wait: resolves when everything else has had its turn. */
  yieldTurn(): Promise<void>;
}

/** What a process has once for a script. */
export interface SharedHost {
  readonly meta: (file: string) => ScriptMeta;
  readonly pathOf: (file: string) => string;
}

/** The parameter `$breakwater` of a script's factory, for one VU. */
export class ScriptHost {
  readonly api: Readonly<Record<string, object>>;
  readonly globals: Readonly<Record<string, unknown>>;
  readonly #turns: Turns;
  readonly #shared: SharedHost;

  constructor(options: HostOptions) {
    this.api = options.api;
    this.globals = options.globals;
    this.#turns = options.turns;
    this.#shared = options.shared;
  }

  get run(): typeof run {
    return run;
  }

  get meta(): SharedHost["meta"] {
    return this.#shared.meta;
  }

  /** A global that depends on the file that uses it. */
  of(file: string, name: string): unknown {
    const global = this.globals[name] as (path: string) => unknown;
    return global(this.#shared.pathOf(file));
  }

  /** Gives how many turns a loop may take before it asks again. */
  busy(): number {
    this.#turns.onBusy();
    return turnsBetween;
  }

  async pause(): Promise<number> {
    this.#turns.onBusy();
    await this.#turns.yieldTurn();
    this.#turns.onBusy();
    return turnsBetween;
  }
}

export interface HostOptions {
  readonly api: Readonly<Record<string, object>>;
  readonly globals: Readonly<Record<string, unknown>>;
  readonly turns: Turns;
  readonly shared: SharedHost;
}

/** A few microseconds of an empty loop. */
const turnsBetween = 4096;
