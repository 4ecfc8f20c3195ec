import type {
  Clock,
  KeyedLimiter,
  Limiter,
  PressureGate,
  RateLimit,
  Rejection,
  RejectionReason,
  RequestContext,
} from "@breakwater/admission";
import { AdmissionError } from "@breakwater/admission";

/** What stands in front of a handler, and how it answers. `R` is a request of the framework. */
export interface AdmissionOptions<R> {
  /** How many requests are in flight. */
  readonly limiter: Limiter;
  /** The one of the pressure gate and of the rate limit; without these nothing reads it. */
  readonly clock: Pick<Clock, "nowMs">;
  /** Asked before all else: a rejection by it costs no quota. */
  readonly pressure?: PressureGate | undefined;
  /** How often each key may ask. */
  readonly rate?: RateLimit | undefined;
  /** How many requests of each key are in flight. */
  readonly perKey?: KeyedLimiter | undefined;
  /**
   * Whose quota a request counts against, for `rate` and `perKey`; undefined: nobody's. An address
   * out of X-Forwarded-For is one that the client has chosen, unless a proxy of yours set it.
   */
  readonly key?: ((request: R) => string | undefined) | undefined;
  /** Priority and partition; `critical`, for health checks, passes all of the above. */
  readonly classify?: ((request: R) => RequestContext | undefined) | undefined;
  /** From 400 to 599. Left out: 429 for the quotas of a key, else 503. */
  readonly statuses?: Readonly<Partial<Record<RejectionReason, number>>> | undefined;
  /**
   * Until when a request is in flight: "hold" (usual) until its body has been sent, or "release"
   * at the head of the response, for services whose streams stay open without working.
   */
  readonly streams?: "hold" | "release" | undefined;
  /** The same for WebSockets and other upgrades: until the socket closes, or "release" (usual). */
  readonly upgrades?: "hold" | "release" | undefined;
  /** For counters: of every request that was not let in. It must not throw. */
  readonly onRejected?: ((rejection: Rejection) => void) | undefined;
  /** Spreads Retry-After; from 0 to below 1. Left out: Math.random. */
  readonly random?: (() => number) | undefined;
}

const policies: readonly unknown[] = [undefined, "hold", "release"];

/** Throws bad_option for what cannot be. */
export function checkOptions<R>(options: AdmissionOptions<R>): void {
  const { rate, perKey, key, statuses = {}, streams, upgrades } = options;
  if ((rate !== undefined || perKey !== undefined) && key === undefined) {
    throw badOption("rate or perKey without a key", "a function that says whose a request is");
  }
  for (const [reason, status] of Object.entries(statuses)) {
    if (Number.isInteger(status) && status >= 400 && status <= 599) continue;
    throw badOption(`status ${status} for "${reason}"`, "a whole number from 400 to 599");
  }
  checkPolicy("upgrades", upgrades);
  if (typeof streams !== "function") checkPolicy("streams", streams);
}

function checkPolicy(name: string, policy: unknown): void {
  if (!policies.includes(policy)) throw badOption(`${name} ${policy}`, "hold or release");
}

function badOption(what: string, fit: string): AdmissionError {
  return new AdmissionError("bad_option", `Cannot use ${what}: it takes ${fit}`);
}
