import type { AbortSignalLike, RequestContext } from "../limiter.ts";
import type { Permit } from "../permit.ts";
import type { Rejection } from "../rejection.ts";
import { checkCount, checkNumber } from "./checks.ts";
import type { EventQueue } from "./event-queue.ts";
import type { Random } from "./random.ts";
import type { Recording } from "./recording.ts";
import type { Server } from "./server.ts";

/** What a client does while it waits, and after it got nothing. */
export interface ClientModel {
  /** After that it no longer waits; what the server does for it goes on. Left out: never. */
  readonly timeoutMs?: number | undefined;
  readonly retries?: Retries | undefined;
}

export interface Retries {
  /** In all, with the first. */
  readonly maxAttempts: number;
  /** Left out: at once. */
  readonly backoff?: Backoff | undefined;
  readonly budget?: RetryBudget | undefined;
  /** After a rejection they wait for its `retryAfterMs` first, then for their backoff. */
  readonly heedsRetryAfter?: boolean | undefined;
}

/** Any time up to `baseMs`, doubled with each attempt up to `maxMs` (full jitter, AWS 2015). */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Each first attempt earns all clients `perRequest` of a retry; they keep `burst` at most. */
export interface RetryBudget {
  readonly perRequest: number;
  readonly burst: number;
}

export interface ClientParts {
  readonly clock: EventQueue;
  readonly random: Random;
  readonly server: Server;
  readonly recording: Recording;
  readonly context: RequestContext | undefined;
  readonly ask: Ask;
}

/** Asks the limiter, and calls back with what it says, at once or after its queue. */
export type Ask = (
  context: RequestContext | undefined,
  signal: AbortSignalLike,
  answered: (answer: Permit | Rejection) => void,
) => void;

/** One request of a user, until it is answered or given up. */
interface Wish {
  attempts: number;
  readonly ended: () => void;
}

export class Clients {
  readonly #model: ClientModel;
  readonly #parts: ClientParts;
  #retriesLeft: number;

  /** Throws an AdmissionError ("bad_option"). */
  constructor(model: ClientModel, parts: ClientParts) {
    checkClient(model);
    this.#model = model;
    this.#parts = parts;
    this.#retriesLeft = model.retries?.budget?.burst ?? Number.POSITIVE_INFINITY;
  }

  /** A new request; `ended` is called once, when nobody waits for it any longer. */
  start(ended: () => void): void {
    const budget = this.#model.retries?.budget;
    if (budget !== undefined) {
      this.#retriesLeft = Math.min(budget.burst, this.#retriesLeft + budget.perRequest);
    }
    this.#parts.recording.started();
    this.#try({ attempts: 0, ended });
  }

  #try(wish: Wish): void {
    const { clock, recording, context, ask } = this.#parts;
    wish.attempts += 1;
    recording.offered();
    const attempt = new Attempt(clock.nowMs());
    const { timeoutMs } = this.#model;
    if (timeoutMs !== undefined) {
      attempt.cancelTimeout = clock.at(clock.nowMs() + timeoutMs, () => {
        recording.timedOut();
        attempt.leave();
        this.#fail(wish);
      });
    }
    ask(context, attempt, (answer) => this.#answered(wish, attempt, answer));
  }

  #answered(wish: Wish, attempt: Attempt, answer: Permit | Rejection): void {
    const { server, recording, clock } = this.#parts;
    if (!answer.admitted) {
      recording.shed(answer.reason, { whileSaturated: server.isSaturated() });
      this.#failUnlessGone(wish, attempt, answer.retryAfterMs);
      return;
    }
    recording.admitted();
    const isStarted = server.tryStart(() => {
      recording.left(clock.nowMs() - attempt.startMs);
      // A client that has gone is seen by its closed connection: too slow, a sign of overload.
      answer.release(attempt.aborted ? "dropped" : "success");
      this.#succeedUnlessGone(wish, attempt);
    });
    if (isStarted) return;
    recording.refused();
    answer.release("dropped");
    this.#failUnlessGone(wish, attempt);
  }

  #succeedUnlessGone(wish: Wish, attempt: Attempt): void {
    if (attempt.aborted) return;
    attempt.cancelTimeout();
    this.#parts.recording.good();
    wish.ended();
  }

  #failUnlessGone(wish: Wish, attempt: Attempt, retryAfterMs = 0): void {
    if (attempt.aborted) return;
    attempt.cancelTimeout();
    this.#fail(wish, retryAfterMs);
  }

  #fail(wish: Wish, retryAfterMs = 0): void {
    const { clock, recording } = this.#parts;
    const { retries } = this.#model;
    if (retries === undefined || wish.attempts >= retries.maxAttempts || this.#retriesLeft < 1) {
      recording.gaveUp();
      wish.ended();
      return;
    }
    this.#retriesLeft -= 1;
    const toldMs = retries.heedsRetryAfter === true ? retryAfterMs : 0;
    const delayMs = toldMs + this.#delayMs(retries, wish.attempts);
    clock.at(clock.nowMs() + delayMs, () => this.#try(wish));
  }

  #delayMs({ backoff }: Retries, attempts: number): number {
    if (backoff === undefined) return 0;
    const mostMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** (attempts - 1));
    return mostMs * this.#parts.random();
  }
}

/** One try, and the signal that its client has gone. */
class Attempt implements AbortSignalLike {
  readonly startMs: number;
  #hasGone = false;
  cancelTimeout: () => void = () => {};
  #listeners: (() => void)[] = [];

  constructor(startMs: number) {
    this.startMs = startMs;
  }

  get aborted(): boolean {
    return this.#hasGone;
  }

  leave(): void {
    this.#hasGone = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }
}

function checkClient({ timeoutMs, retries }: ClientModel): void {
  if (timeoutMs !== undefined) checkNumber("client.timeoutMs", timeoutMs, 0);
  if (retries === undefined) return;
  checkCount("retries.maxAttempts", retries.maxAttempts, 1);
  if (retries.backoff !== undefined) {
    checkNumber("backoff.baseMs", retries.backoff.baseMs, 0);
    checkNumber("backoff.maxMs", retries.backoff.maxMs, retries.backoff.baseMs);
  }
  if (retries.budget !== undefined) {
    checkNumber("budget.perRequest", retries.budget.perRequest, 0);
    checkNumber("budget.burst", retries.budget.burst, 1);
  }
}
