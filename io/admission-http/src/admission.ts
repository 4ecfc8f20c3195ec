import type {
  AbortSignalLike,
  AcquireOptions,
  Limiter,
  Permit,
  Rejection,
  RequestContext,
} from "@breakwater/admission";
import { type AdmissionOptions, checkOptions } from "./admission-options.ts";
import { PermitPair } from "./permit-pair.ts";
import { type Refusal, refusalWriter, type WriteRefusal } from "./refusal.ts";

/** Leave to go on, or the answer to give instead. */
export type Verdict = Permit | Refusal;

/** What all adapters share: who is let in, in which order, and what the others are told. */
export class Admission<R> {
  readonly #options: AdmissionOptions<R>;
  readonly #limiter: Limiter;
  readonly #hasStages: boolean;
  readonly #write: WriteRefusal;

  constructor(options: AdmissionOptions<R>) {
    checkOptions(options);
    const { limiter, pressure, rate, perKey } = options;
    this.#options = options;
    this.#limiter = limiter;
    this.#hasStages = pressure !== undefined || rate !== undefined || perKey !== undefined;
    this.#write = refusalWriter(options);
  }

  /** In a promise only where it has to wait; `gone` is raised when the client leaves. */
  admit(request: R, gone: AbortSignalLike): Verdict | Promise<Verdict> {
    const context = this.#options.classify?.(request);
    if (this.#hasStages && context?.critical !== true) {
      return this.#admitByStages(request, context, { signal: gone });
    }
    return this.#conclude(this.#limiter.acquire(context, { signal: gone }));
  }

  /** Pressure costs the client nothing; a rate is counted even if there is no slot then. */
  #admitByStages(
    request: R,
    context: RequestContext | undefined,
    how: AcquireOptions,
  ): Verdict | Promise<Verdict> {
    const { pressure, rate, perKey, clock, key: keyOf } = this.#options;
    if (pressure?.rejects(clock.nowMs())) return this.#refuse(rejection("pressure", 0));
    const key = keyOf?.(request);
    if (key !== undefined && rate !== undefined) {
      const { admitted, retryAfterMs } = rate.take(key, clock.nowMs());
      if (!admitted) return this.#refuse(rejection("rate", retryAfterMs), QUOTA_USED);
    }
    if (key === undefined || perKey === undefined) {
      return this.#conclude(this.#limiter.acquire(context, how));
    }
    const first = perKey.acquire(key, context, how);
    return first instanceof Promise
      ? first.then((answer) => this.#admitSecond(answer, context, how))
      : this.#admitSecond(first, context, how);
  }

  /** With a permit of its key, if it has got one. */
  #admitSecond(
    first: Permit | Rejection,
    context: RequestContext | undefined,
    how: AcquireOptions,
  ): Verdict | Promise<Verdict> {
    if (!first.admitted) return this.#refuseKey(first);
    const pair = (second: Permit | Rejection): Verdict => {
      if (second.admitted) return new PermitPair(first, second);
      first.release("ignored");
      return this.#refuse(second);
    };
    const second = this.#limiter.acquire(context, how);
    return second instanceof Promise ? second.then(pair) : pair(second);
  }

  #conclude(answer: Permit | Rejection | Promise<Permit | Rejection>): Verdict | Promise<Verdict> {
    if (answer instanceof Promise) return answer.then((late) => this.#verdict(late));
    return this.#verdict(answer);
  }

  #verdict(answer: Permit | Rejection): Verdict {
    return answer.admitted ? answer : this.#refuse(answer);
  }

  #refuse(rejected: Rejection, status = OVERLOADED): Refusal {
    this.#options.onRejected?.(rejected);
    return this.#write(rejected, status);
  }

  /** Whatever a key's own limiter lacks, it is the key that asks for too much: "share". */
  #refuseKey(rejected: Rejection): Refusal {
    const { reason } = rejected;
    if (reason === "draining" || reason === "aborted") return this.#refuse(rejected);
    return this.#refuse({ ...rejected, reason: "share" }, QUOTA_USED);
  }
}

const OVERLOADED = 503;
const QUOTA_USED = 429;

function rejection(reason: "pressure" | "rate", retryAfterMs: number): Rejection {
  return { admitted: false, reason, retryAfterMs, limiter: reason, partition: undefined };
}
