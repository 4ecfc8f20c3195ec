import type { Clock } from "@breakwater/clock";
import {
  type Attempt,
  type AttemptOptions,
  attempt,
  discard,
  type Fetch,
  type Request,
  untilRead,
} from "./attempt.ts";
import { Call, pauseUntil } from "./call.ts";
import { type BreakerOptions, CircuitBreaker, type CircuitState } from "./circuit-breaker.ts";
import { badOption, OutboundError } from "./outbound-error.ts";
import { RetryBudget, type RetryBudgetOptions } from "./retry-budget.ts";
import {
  type BackoffOptions,
  checkBackoff,
  isIdempotent,
  mayPass,
  waitMsBefore,
} from "./retry-rules.ts";

export interface OutboundOptions {
  readonly clock: Clock;
  /** From 0 to 1 (exclusive). */
  readonly random: () => number;
  /** From the start of an attempt until it has headers. */
  readonly attemptTimeoutMs: number;
  /** For all attempts, the waits between, and the body of the response. */
  readonly totalTimeoutMs: number;
  /** Left out: the circuit is always closed. */
  readonly breaker?: BreakerOptions;
  /** Left out: nothing is tried again. */
  readonly retry?: RetryOptions;
  readonly onEvent?: (event: OutboundEvent) => void;
  /** The platform's if left out. */
  readonly fetch?: Fetch;
}

export interface RetryOptions {
  /** With the first. */
  readonly maxAttempts: number;
  readonly budget: RetryBudgetOptions;
  readonly backoff: BackoffOptions;
}

export interface OutboundInit extends RequestInit {
  /** That it may be done twice: as the method says if left out. */
  readonly idempotent?: boolean;
}

export type OutboundEvent =
  | { readonly type: "circuit"; readonly state: CircuitState }
  | {
      readonly type: "attempt";
      /** 1 is the first. */
      readonly attempt: number;
      readonly durationMs: number;
      /** The response's, or why there was none. */
      readonly outcome: number | OutboundError["code"];
    };

/** Counts are since the beginning. */
export interface OutboundSnapshot {
  readonly circuit: CircuitState;
  readonly requests: number;
  /** Those that the circuit refused without an attempt. */
  readonly refused: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly retries: number;
  /** Retries that were wanted and not made, as the budget was used up. */
  readonly budgetExhausted: number;
  /** What the budget would allow now. */
  readonly retriesLeft: number;
}

/** One other service: the state of its circuit and its retry budget. */
export interface Outbound {
  /**
   * As the platform's fetch, and never makes more of its failures than the budget allows. Gives
   * whatever response came last, also a 503. Rejects with OutboundError only; so does its body.
   */
  fetch(url: string | URL, init?: OutboundInit): Promise<Response>;
  snapshot(): OutboundSnapshot;
}

/** Make one for each service that is called. Throws OutboundError ("bad_option"). */
export function outbound(options: OutboundOptions): Outbound {
  const { attemptTimeoutMs, totalTimeoutMs, retry } = options;
  for (const [name, value] of Object.entries({ attemptTimeoutMs, totalTimeoutMs })) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw badOption(name, value, "a finite number of ms above 0");
    }
  }
  if (retry !== undefined) {
    checkBackoff(retry.backoff);
    const { maxAttempts } = retry;
    if (!(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 100)) {
      throw badOption("retry.maxAttempts", maxAttempts, "a whole number from 1 to 100");
    }
  }
  return new Service(options);
}

class Service implements Outbound {
  readonly #options: OutboundOptions;
  readonly #attempts: AttemptOptions;
  readonly #breaker: CircuitBreaker | undefined;
  readonly #budget: RetryBudget | undefined;
  readonly #counted = {
    requests: 0,
    refused: 0,
    attempts: 0,
    failedAttempts: 0,
    retries: 0,
    budgetExhausted: 0,
  };

  constructor(options: OutboundOptions) {
    const { clock, breaker, retry, attemptTimeoutMs: timeoutMs } = options;
    this.#options = options;
    this.#attempts = {
      clock,
      timeoutMs,
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    };
    this.#breaker =
      breaker &&
      new CircuitBreaker(breaker, clock, (state) => options.onEvent?.({ type: "circuit", state }));
    this.#budget = retry && new RetryBudget(retry.budget, clock);
  }

  async fetch(url: string | URL, init: OutboundInit = {}): Promise<Response> {
    const { request, isRepeatable } = toRequest(url, init);
    const { clock, totalTimeoutMs } = this.#options;
    this.#counted.requests += 1;
    this.#refuseIfOpen(request.what);
    const call = new Call(clock, totalTimeoutMs, init.signal ?? undefined, request.what);
    if (call.error !== undefined) {
      call.end();
      throw call.error;
    }
    this.#budget?.onRequest();
    const { result } = await this.#untilGood(request, call, isRepeatable);
    if (result instanceof Response) return untilRead(result, call, request.what);
    call.end();
    throw result;
  }

  snapshot(): OutboundSnapshot {
    return {
      circuit: this.#breaker?.state ?? "closed",
      ...this.#counted,
      retriesLeft: Math.floor(this.#budget?.left() ?? 0),
    };
  }

  #refuseIfOpen(what: string): void {
    const retryAfterMs = this.#breaker?.refusedForMs() ?? 0;
    if (retryAfterMs === 0) return;
    this.#counted.refused += 1;
    const message = `Cannot ${what}: too many calls failed, the next is made in ${Math.ceil(retryAfterMs)} ms`;
    throw new OutboundError("circuit_open", message, { retryAfterMs });
  }

  /** The attempt that is good, or the last that there may be. */
  async #untilGood(request: Request, call: Call, isRepeatable: boolean): Promise<Attempt> {
    const { clock } = this.#options;
    for (let number = 1; ; number += 1) {
      const made = await this.#try(request, call, number);
      const waitMs = isRepeatable ? this.#waitMs(made, number, call) : undefined;
      if (waitMs === undefined) return made;
      await pauseUntil(clock, clock.nowMs() + waitMs, call.signal);
      if (call.error !== undefined) {
        made.abort();
        return { ...made, result: call.error };
      }
      // Others may have opened it meanwhile.
      if ((this.#breaker?.refusedForMs() ?? 0) > 0) return made;
      this.#counted.retries += 1;
      discard(made, this.#attempts);
    }
  }

  async #try(request: Request, call: Call, number: number): Promise<Attempt> {
    const { clock, onEvent } = this.#options;
    const startMs = clock.nowMs();
    this.#counted.attempts += 1;
    const ask = () => attempt(request, call, this.#attempts);
    const made = await (this.#breaker === undefined ? ask() : this.#breaker.run(ask));
    if (made.verdict === "failure") this.#counted.failedAttempts += 1;
    const outcome = made.result instanceof Response ? made.result.status : made.result.code;
    onEvent?.({ type: "attempt", attempt: number, durationMs: clock.nowMs() - startMs, outcome });
    return made;
  }

  /** How long until the next attempt; undefined when there is none. */
  #waitMs({ result }: Attempt, attempts: number, call: Call): number | undefined {
    const { retry, clock, random } = this.#options;
    const isResponse = result instanceof Response;
    const isWorthIt = isResponse ? mayPass(result.status) : call.error === undefined;
    if (retry === undefined || attempts >= retry.maxAttempts || !isWorthIt) return undefined;
    const headers = isResponse ? result.headers : undefined;
    const waitMs = waitMsBefore(attempts, headers, retry.backoff, random);
    if (waitMs === undefined || clock.nowMs() + waitMs >= call.dueMs) return undefined;
    if (this.#budget?.tryRetry() === true) return waitMs;
    this.#counted.budgetExhausted += 1;
    return undefined;
  }
}

function toRequest(
  url: string | URL,
  { idempotent, signal: _, ...init }: OutboundInit,
): { readonly request: Request; readonly isRepeatable: boolean } {
  const parsed = URL.canParse(`${url}`) ? new URL(url) : undefined;
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") {
    throw new OutboundError("bad_request", "Cannot call this URL: it takes http:// or https://");
  }
  const method = (init.method ?? "GET").toUpperCase();
  const { body } = init;
  // A stream is gone when it was sent once.
  const isStream = typeof body === "object" && body !== null && Symbol.asyncIterator in body;
  const request: Request = {
    url: parsed.href,
    init: { ...init, method },
    what: `${method} ${parsed.origin}`,
  };
  return { request, isRepeatable: !isStream && (idempotent ?? isIdempotent(method)) };
}
