type Level = "warn" | "error";

/** Different messages that are kept apart; the rest are counted together. */
const MAX_MESSAGES = 100;

/** A script may throw a whole response body; its beginning says as much. */
const MAX_CHARS = 4000;

/**
 * Lets each message through once and counts its repeats: a target that is down fails a hundred
 * thousand requests a second, and a log of them says no more than the first.
 */
export class LogLimiter {
  readonly #write: (level: Level, line: string) => void;
  readonly #repeats = new Map<string, { level: Level; more: number }>();
  #others = 0;

  constructor(write: (level: Level, line: string) => void) {
    this.#write = write;
  }

  log(level: Level, line: string): void {
    const shown = line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS)}…` : line;
    const seen = this.#repeats.get(shown);
    if (seen) {
      seen.more += 1;
    } else if (this.#repeats.size < MAX_MESSAGES) {
      this.#repeats.set(shown, { level, more: 0 });
      this.#write(level, shown);
    } else {
      this.#others += 1;
    }
  }

  /** Says how often each came again, and starts anew. Call it at the end. */
  close(): void {
    for (const [line, { level, more }] of this.#repeats) {
      if (more > 0) this.#write(level, `${line} (${more} more ${more === 1 ? "time" : "times"})`);
    }
    if (this.#others > 0) this.#write("warn", `${this.#others} more messages were not shown`);
    this.#repeats.clear();
    this.#others = 0;
  }
}
