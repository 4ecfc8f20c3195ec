import type { Clock } from "@breakwater/clock";
import {
  type CircuitBreakerPolicy,
  CircuitState as CockatielState,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
  type IHalfOpenAfterBackoffContext,
} from "cockatiel";
import { badOption } from "./outbound-error.ts";
import { RecentCounts } from "./recent-counts.ts";

export interface BreakerOptions {
  /** Opens when more than this part of the recent attempts failed: above 0, below 1. */
  readonly failureShare: number;
  /** How far back "recent" goes. */
  readonly windowMs: number;
  /** Fewer recent attempts never open it. */
  readonly minRequests: number;
  /** So long nothing is tried; then one attempt, and what comes of it decides. */
  readonly openMs: number;
}

export type CircuitState = "closed" | "open" | "half_open";

/** What came of an attempt; "void" says nothing about the service: whoever asked has gone. */
export type Verdict = "success" | "failure" | "void";

/** Told what comes of what it let through. */
export interface Judged {
  readonly verdict: Verdict;
}

const names: Readonly<Record<CockatielState, CircuitState>> = {
  [CockatielState.Closed]: "closed",
  [CockatielState.Open]: "open",
  [CockatielState.HalfOpen]: "half_open",
  // Only by isolate(), which nobody calls.
  [CockatielState.Isolated]: "open",
};

/**
 * cockatiel's states, with four things done otherwise than it does by itself: time is our clock's
 * and not the wall's; failures from before a pause are forgotten; while one attempt probes, others
 * are refused rather than kept waiting without limit; and a probe that is cancelled does not close
 * the circuit.
 */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  readonly #clock: Clock;
  readonly #policy: CircuitBreakerPolicy;
  /** One: all that count; other: failures. */
  readonly #recent: RecentCounts;
  #probeAtMs = 0;
  /** How often it has opened: what began before tells nothing about what is after. */
  #opened = 0;

  constructor(options: BreakerOptions, clock: Clock, onState: (state: CircuitState) => void) {
    checkBreaker(options);
    this.#options = options;
    this.#clock = clock;
    this.#recent = new RecentCounts(options.windowMs);
    const isFailure = (judged: unknown) => (judged as Judged).verdict !== "success";
    this.#policy = circuitBreaker(handleWhenResult(isFailure), {
      halfOpenAfter: this.#pause(),
      breaker: {
        state: undefined,
        success: () => {},
        failure: (began) => began !== CockatielState.Closed || this.#isTooMuch(),
      },
    });
    this.#policy.onStateChange((state) => onState(names[state]));
  }

  get state(): CircuitState {
    return names[this.#policy.state];
  }

  /** How long nothing is let through yet; 0 when an attempt may be made. */
  refusedForMs(): number {
    if (this.#policy.state === CockatielState.Closed) return 0;
    const leftMs = this.#probeAtMs - this.#clock.nowMs();
    if (this.#policy.state === CockatielState.Open) return Math.max(0, leftMs);
    // Somebody probes: it is over soon, one way or the other.
    return this.#options.openMs;
  }

  /** Makes the attempt, unless refusedForMs() is above 0. */
  run<Result extends Judged>(attempt: () => Promise<Result>): Promise<Result> {
    const opened = this.#opened;
    return this.#policy.execute(async () => {
      const result = await attempt();
      const isOfNow = opened === this.#opened && this.#policy.state === CockatielState.Closed;
      if (isOfNow && result.verdict !== "void") {
        const other = result.verdict === "failure" ? 1 : 0;
        this.#recent.add(this.#clock.nowMs(), { one: 1, other });
      }
      return result;
    });
  }

  #isTooMuch(): boolean {
    if (this.#policy.state !== CockatielState.Closed) return false;
    const { one: all, other: failures } = this.#recent.sums(this.#clock.nowMs());
    const { minRequests, failureShare } = this.#options;
    return all >= minRequests && failures > failureShare * all;
  }

  /** Asked by cockatiel, which compares the duration with the wall clock, when it opens. */
  #pause(): IBackoff<IHalfOpenAfterBackoffContext> {
    const isDue = () => this.#clock.nowMs() >= this.#probeAtMs;
    const pause: IBackoff<IHalfOpenAfterBackoffContext> = {
      get duration() {
        return isDue() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      },
      next: ({ result }) => {
        const isVoid = "value" in result && (result.value as Judged).verdict === "void";
        // Nothing was learned by a probe that was cancelled: the next attempt probes.
        this.#probeAtMs = this.#clock.nowMs() + (isVoid ? 0 : this.#options.openMs);
        this.#opened += 1;
        this.#recent.clear();
        return pause;
      },
    };
    return pause;
  }
}

function checkBreaker({ failureShare, windowMs, minRequests, openMs }: BreakerOptions): void {
  if (!(failureShare > 0 && failureShare < 1)) {
    throw badOption("breaker.failureShare", failureShare, "a number above 0 and below 1");
  }
  for (const [name, value] of Object.entries({ windowMs, openMs })) {
    if (!(value >= 10 && value <= 3_600_000)) {
      throw badOption(`breaker.${name}`, value, "a number of ms from 10 to 3,600,000");
    }
  }
  if (!(Number.isSafeInteger(minRequests) && minRequests >= 1)) {
    throw badOption("breaker.minRequests", minRequests, "a whole number from 1");
  }
}
