import { dirname } from "node:path";
import { createConsole, type ScriptConsole } from "../api/console/console.ts";
import { openFile } from "../api/open/open-file.ts";
import { randomOf } from "../api/random.ts";
import { type Timers, timersOf } from "../api/timers/timers.ts";
import { type ScriptCrypto, scriptCrypto } from "../api/webcrypto/script-crypto.ts";
import type { ScriptUser } from "../vu/script-user.ts";
import type { LogLevel } from "./engine.ts";

/** What a script finds without importing it, a value of its own for each VU. */
export const globalNames: readonly string[] = [
  "__ENV",
  "__VU",
  "__ITER",
  "console",
  "crypto",
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "Math.random",
];

/** Of those, what depends on the file that uses it. */
export const fileGlobalNames: readonly string[] = ["open"];

export type { ScriptConsole };

/** One for all VUs of a process. */
export function scriptConsole(emit: (level: LogLevel, line: string) => void): ScriptConsole {
  return createConsole(emit);
}

/** The globals of one VU, looked up at each use: what few scripts use is made for those alone. */
export class VuGlobals implements Readonly<Record<string, unknown>> {
  readonly [name: string]: unknown;
  readonly #vu: ScriptUser;
  readonly #console: ScriptConsole;

  constructor(vu: ScriptUser, console: ScriptConsole) {
    this.#vu = vu;
    this.#console = console;
  }

  get __ENV(): Record<string, string> {
    return this.#vu.env;
  }
  get __VU(): number {
    return this.#vu.idInTest;
  }
  /** undefined outside of iterations, as in k6. */
  get __ITER(): number | undefined {
    const { iterationInInstance } = this.#vu;
    return iterationInInstance < 0 ? undefined : iterationInInstance;
  }
  get console(): ScriptConsole {
    return this.#console;
  }
  get crypto(): ScriptCrypto {
    return scriptCrypto(this.#vu);
  }
  get setTimeout(): Timers["setTimeout"] {
    return timersOf(this.#vu).setTimeout;
  }
  get clearTimeout(): Timers["clearTimeout"] {
    return timersOf(this.#vu).clearTimeout;
  }
  get setInterval(): Timers["setInterval"] {
    return timersOf(this.#vu).setInterval;
  }
  get clearInterval(): Timers["clearInterval"] {
    return timersOf(this.#vu).clearInterval;
  }
  /** Stands for the one function that a VU may have of its own. */
  get Math(): { readonly random: () => number } {
    return { random: randomOf(this.#vu) };
  }
  get open(): (file: string) => (path: unknown, mode?: unknown) => string | ArrayBuffer {
    return (file) => (path, mode) => openFile(this.#vu, dirname(file), path, mode);
  }
}
