import type { ScriptVerdict } from "../engine/test-state.ts";
import { exitCode } from "../exit-code.ts";
import type { EarlyEnd } from "./supervise.ts";

/** What a script, or whoever uses the REST API, has asked of the whole test. */
export class ScriptVerdicts {
  /** exec.test.fail() was called: the run goes on, and has failed. */
  hasFailed: boolean = false;
  #end: EarlyEnd | undefined;
  #onEnd: ((end: EarlyEnd) => void) | undefined;
  readonly #onFailed: (message: string) => void;

  constructor(onFailed: (message: string) => void) {
    this.#onFailed = onFailed;
  }

  /** From whichever worker it comes. */
  readonly tell = ({ kind, message }: ScriptVerdict): void => {
    if (kind === "abort") {
      this.end({ exitCode: exitCode.scriptAborted, reason: message });
    } else {
      this.hasFailed = true;
      this.#onFailed(message);
    }
  };

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** The first that is asked for counts. */
  end(end: EarlyEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#onEnd?.(end);
  }

  /** Calls once the test is to end, at once when it already is. */
  listen(onEnd: (end: EarlyEnd) => void): void {
    this.#onEnd = onEnd;
    if (this.#end !== undefined) onEnd(this.#end);
  }
}
