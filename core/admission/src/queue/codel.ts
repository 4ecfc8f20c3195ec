import type { CodelOptions } from "./queue-options.ts";

/**
 * Whether the queue stands rather than takes up bursts: it does after an interval in which even the
 * shortest wait was above the target. Then whoever waited for more than twice the target is shed,
 * but never the first of an interval, so that one that is alone always gets through.
 */
export class Codel {
  readonly #targetMs: number;
  readonly #intervalMs: number;
  #endsMs = Number.NEGATIVE_INFINITY;
  #shortestMs = 0;
  #stands: boolean = false;

  constructor({ targetMs, intervalMs }: CodelOptions) {
    this.#targetMs = targetMs;
    this.#intervalMs = intervalMs;
  }

  /** Whether to shed one that would start now, having waited so long. */
  sheds(waitedMs: number, nowMs: number): boolean {
    if (nowMs >= this.#endsMs) {
      this.#stands = this.#shortestMs > this.#targetMs;
      this.#shortestMs = waitedMs;
      this.#endsMs = nowMs + this.#intervalMs;
      return false;
    }
    if (waitedMs < this.#shortestMs) this.#shortestMs = waitedMs;
    return this.#stands && waitedMs > 2 * this.#targetMs;
  }

  /** One started without a wait. */
  onNoWait(): void {
    this.#shortestMs = 0;
  }
}
