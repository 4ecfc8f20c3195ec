import type { Clock } from "@breakwater/clock";

export interface HealthThresholds {
  /** So many failures in a row, of checks or of connecting, and it is down. */
  readonly failures: number;
  /** So many good checks in a row, and it is up again. */
  readonly successes: number;
  /** What has failed in use is tried again after so long, twice that each time up to the most. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
}

/**
 * Whether one address of the upstream is used. Two may say no: the active check, and the circuit
 * that opens when connecting fails in use. An open circuit lets one request try ("half-open") when
 * its time has come, and the next only after that.
 */
export class AddressHealth {
  readonly #thresholds: HealthThresholds;
  readonly #clock: Clock;
  #failedChecks = 0;
  #goodChecks = 0;
  #isCheckedDown: boolean = false;
  #failedUses = 0;
  /** When the circuit lets one try; undefined: closed. */
  #retryAtMs: number | undefined;
  #retryMs = 0;
  #isTrying: boolean = false;

  constructor(thresholds: HealthThresholds, clock: Clock) {
    this.#thresholds = thresholds;
    this.#clock = clock;
  }

  /** "trying": the circuit is open, and now or soon one request may find out. */
  get state(): "up" | "down" | "trying" {
    if (this.#isCheckedDown) return "down";
    if (this.#retryAtMs === undefined) return "up";
    return this.#isTrying || this.#clock.nowMs() >= this.#retryAtMs ? "trying" : "down";
  }

  /** Whether a request may go there now. */
  get isOpen(): boolean {
    if (this.#isCheckedDown) return false;
    if (this.#retryAtMs === undefined) return true;
    return !this.#isTrying && this.#clock.nowMs() >= this.#retryAtMs;
  }

  /** When it may be worth asking again; 0 when nobody can tell. */
  get retryAfterMs(): number {
    return Math.max(0, (this.#retryAtMs ?? 0) - this.#clock.nowMs());
  }

  /** A request goes there. Whoever says so says later what became of it, by onUsed(). */
  onUse(): void {
    if (this.#retryAtMs !== undefined) this.#isTrying = true;
  }

  /** "unknown": nothing can be said of it, as its client has gone. */
  onUsed(what: "reached" | "failed" | "unknown"): void {
    if (what === "failed") this.#onFailedUse();
    else if (what === "reached") this.#closeCircuit();
    else this.#isTrying = false;
  }

  onCheck({ isGood }: { readonly isGood: boolean }): void {
    this.#goodChecks = isGood ? this.#goodChecks + 1 : 0;
    this.#failedChecks = isGood ? 0 : this.#failedChecks + 1;
    if (this.#failedChecks >= this.#thresholds.failures) this.#isCheckedDown = true;
    if (this.#goodChecks < this.#thresholds.successes) return;
    this.#isCheckedDown = false;
    this.#closeCircuit();
  }

  #onFailedUse(): void {
    const { failures, retryMs, maxRetryMs } = this.#thresholds;
    this.#failedUses += 1;
    const isOpen = this.#retryAtMs !== undefined;
    // Those that were on their way when it opened say nothing new.
    if (isOpen && !this.#isTrying) return;
    if (!isOpen && this.#failedUses < failures) return;
    this.#isTrying = false;
    this.#retryMs = this.#retryMs === 0 ? retryMs : Math.min(maxRetryMs, this.#retryMs * 2);
    this.#retryAtMs = this.#clock.nowMs() + this.#retryMs;
  }

  #closeCircuit(): void {
    this.#failedUses = 0;
    this.#isTrying = false;
    this.#retryAtMs = undefined;
    this.#retryMs = 0;
  }
}
