import { exitCode, RunError } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";

type Listener = (signal: string, isFirst: boolean) => void;

/**
 * Ctrl-C and SIGTERM from setup() to the report: what one does depends on what is going on. Until
 * then, with nothing measured, they end the process.
 */
export class StopRequests implements Disposable {
  readonly #signals: Disposable;
  #listener: Listener = () => {};

  constructor(io: Pick<LoadIo, "onStopSignals">) {
    this.#signals = io.onStopSignals({
      first: (signal) => this.#listener(signal, true),
      second: (signal) => this.#listener(signal, false),
    });
  }

  /** In place of who listened before. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  /** Waits for the work, but no longer than until the next signal: then it throws a RunError. */
  async during<T>(what: string, work: Promise<T> | undefined): Promise<T | undefined> {
    const stopped = Promise.withResolvers<never>();
    this.#listener = (signal) => {
      const message = `${signal}: ${what} was not waited for`;
      stopped.reject(new RunError(exitCode.externalAbort, message));
    };
    try {
      return await Promise.race([work, stopped.promise]);
    } finally {
      this.#listener = () => {};
    }
  }

  /** Resolves at the next signal. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#listener = () => resolve();
    });
  }

  [Symbol.dispose](): void {
    this.#signals[Symbol.dispose]();
  }
}
