import { write } from "node:fs";
import type { CancelTimer, Clock } from "@breakwater/clock";

/** Takes a chunk of whole lines and tells when it has them; with an error it will take no more. */
export type LogSink = (chunk: string, taken: (error?: unknown) => void) => void;

export interface LogOutputOptions {
  readonly clock: Clock;
  readonly sink: LogSink;
  /** Characters that may wait while the sink is slow. A line beyond is dropped, and counted. */
  readonly maxWaiting: number;
}

/** Lines are handed over when there are so many characters of them, or after that time. */
const CHUNK = 16_384;
const HOLD_MS = 100;

/**
 * Lines on their way to a sink, in chunks and in order. Neither a slow nor a broken sink holds up
 * who logs. Hot path: one string is added per line (pino's own destination costs as much as
 * the rest of a line).
 */
export class LogOutput {
  readonly #options: LogOutputOptions;
  #waiting = "";
  #isWriting: boolean = false;
  #isBroken: boolean = false;
  #dropped = 0;
  #cancelHold: CancelTimer | undefined;
  #onEmpty: (() => void)[] = [];

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  /** Lines that were lost because the sink was slow or broken. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a line with its line end. */
  write(line: string): void {
    if (this.#isBroken || this.#waiting.length + line.length > this.#options.maxWaiting) {
      this.#dropped += 1;
      return;
    }
    this.#waiting += line;
    if (this.#isWriting) return;
    if (this.#waiting.length >= CHUNK) this.#handOver();
    else if (this.#cancelHold === undefined) {
      const { clock } = this.#options;
      this.#cancelHold = clock.at(clock.nowMs() + HOLD_MS, () => this.#handOver());
    }
  }

  /** Resolves when the sink has all that was written up to now, or is broken. */
  flush(): Promise<void> {
    if (!this.#isWriting) this.#handOver();
    if (!this.#isWriting) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  #handOver(): void {
    this.#cancelHold?.();
    this.#cancelHold = undefined;
    const chunk = this.#waiting;
    if (chunk === "") return;
    this.#waiting = "";
    this.#isWriting = true;
    this.#options.sink(chunk, (error) => this.#onTaken(error));
  }

  #onTaken(error: unknown): void {
    this.#isWriting = false;
    if (error !== undefined) {
      this.#isBroken = true;
      this.#dropped += this.#waiting.split("\n").length - 1;
      this.#waiting = "";
    }
    this.#handOver();
    if (this.#isWriting) return;
    const waiting = this.#onEmpty;
    this.#onEmpty = [];
    for (const tell of waiting) tell();
  }
}

const RETRY_MS = 20;

/** A file descriptor (1: standard output), which is written to beside the event loop. */
export function fileSink(fd: number, clock: Clock): LogSink {
  return (chunk, taken) => {
    const bytes = Buffer.from(chunk);
    const from = (start: number): void => {
      write(fd, bytes, start, bytes.length - start, null, (error, written) => {
        if (error?.code === "EAGAIN") clock.at(clock.nowMs() + RETRY_MS, () => from(start));
        else if (error) taken(error);
        else if (start + written < bytes.length) from(start + written);
        else taken();
      });
    };
    from(0);
  };
}
