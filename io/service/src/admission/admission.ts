import {
  type AcquireOptions,
  type KeyedLimiter,
  type Limiter,
  type Outcome,
  type Permit,
  type PressureGate,
  type Rejection,
  type RequestContext,
  statusOutcome,
} from "@breakwater/admission";
import type { Call, CallEnd, CallHandler, Stage } from "../call.ts";
import type { AdmissionWatch } from "../metrics/admission-metrics.ts";
import { CallGone } from "./call-gone.ts";
import { refuseCall } from "./refuse-call.ts";

interface SharedOptions {
  /** From 0 to below 1: spreads Retry-After, so that not all come back at once. */
  readonly random: () => number;
  /**
   * A permit is held until its handler is done as well, for that is when the work has ended. One
   * that never ends loses it so long after the answer, when somebody else asks.
   */
  readonly maxLingerMs: number;
  /** The partition or priority of a call. Left out: its route's priority. */
  readonly contextOf?: (call: Call) => RequestContext;
  readonly watch?: AdmissionWatch | undefined;
}

export interface AdmissionOptions extends SharedOptions {
  readonly limiter: Limiter;
  /** Asked before the limiter; it never turns critical routes away. */
  readonly pressure?: PressureGate | undefined;
}

export interface AdmissionByKeyOptions extends SharedOptions {
  readonly limiter: KeyedLimiter;
  /** Whose share it is: the client's address, a user. */
  readonly keyOf: (call: Call) => string;
}

/**
 * Lets a call go on when the limiter admits it, at once or after a wait in its queue, which it
 * leaves when its client does. Refused ones are told 503 and when to come back. The permit goes
 * back when the call has ended: an upgraded connection's when it closes.
 *
 * Hot path: no promise is made for what is admitted at once.
 */
export function admission(options: AdmissionOptions): Stage {
  const { limiter, pressure, watch, random } = options;
  const admitted = admissionStage((_call, context, how) => limiter.acquire(context, how), options, {
    isPerClient: false,
  });
  if (pressure === undefined) return admitted;
  const isEnforced = limiter.snapshot().mode === "enforce";
  const pressed: Rejection = {
    admitted: false,
    reason: "pressure",
    retryAfterMs: 0,
    limiter: limiter.name,
    partition: undefined,
  };
  return (next) => {
    const go = admitted(next);
    return (call) => {
      if (call.route.isCritical || !pressure.rejects(call.startedMs)) return go(call);
      watch?.onPressed();
      if (!isEnforced) return go(call);
      return refuseCall(call, pressed, { random, isPerClient: false });
    };
  };
}

/** The same with a limit for each key; who has its share is told 429. */
export function admissionByKey(options: AdmissionByKeyOptions): Stage {
  const { limiter, keyOf } = options;
  return admissionStage(
    (call, context, how) => limiter.acquire(keyOf(call), context, how),
    options,
    { isPerClient: true },
  );
}

type Acquire = (
  call: Call,
  context: RequestContext | undefined,
  how: AcquireOptions,
) => Permit | Rejection | Promise<Permit | Rejection>;

function admissionStage(
  acquire: Acquire,
  options: SharedOptions,
  { isPerClient }: { readonly isPerClient: boolean },
): Stage {
  const { random, watch, maxLingerMs, contextOf = contextOfRoute } = options;
  const lingering = new Set<AdmittedCall>();
  return (next) => {
    const go = (call: Call, given: Permit | Rejection): void | Promise<void> => {
      if (!given.admitted) return refuseCall(call, given, { random, isPerClient });
      watch?.onWaited(given.waitedMs);
      return new AdmittedCall(call, given, lingering).run(next);
    };
    return (call) => {
      if (lingering.size > 0) giveUpOn(lingering, call.startedMs - maxLingerMs);
      const given = acquire(call, contextOf(call), { signal: new CallGone(call) });
      return given instanceof Promise ? given.then((late) => go(call, late)) : go(call, given);
    };
  };
}

const critical: RequestContext = { critical: true };

function contextOfRoute({ route }: Call): RequestContext | undefined {
  if (route.isCritical) return critical;
  return route.priority === undefined ? undefined : { priority: route.priority };
}

/** A call with its permit, which goes back when both the answer and the handler have ended. */
class AdmittedCall {
  readonly #call: Call;
  readonly #permit: Permit;
  readonly #lingering: Set<AdmittedCall>;
  #isRunning: boolean = true;
  /** It runs on, having returned a promise. */
  #isAwaited: boolean = false;
  #outcome: Outcome | undefined;
  endedMs = 0;

  constructor(call: Call, permit: Permit, lingering: Set<AdmittedCall>) {
    this.#call = call;
    this.#permit = permit;
    this.#lingering = lingering;
    call.onEnd((end) => this.#onEnd(end));
  }

  run(next: CallHandler): void | Promise<void> {
    // Its client went, or its time was over, as the queue let it through.
    if (this.#outcome !== undefined) return this.onDone();
    let done: void | Promise<void>;
    try {
      done = next(this.#call);
    } catch (error) {
      this.onDone();
      throw error;
    }
    if (!(done instanceof Promise)) {
      this.onDone();
      return;
    }
    this.#isAwaited = true;
    if (this.#outcome !== undefined) this.#lingering.add(this);
    const settled = (): void => this.onDone();
    done.then(settled, settled);
    return done;
  }

  #onEnd(end: CallEnd): void {
    this.#outcome = outcomeOf(end);
    if (!this.#isRunning) {
      this.#permit.release(this.#outcome);
      return;
    }
    this.endedMs = this.#call.startedMs + end.tookMs;
    // One that answers at once never lingers: a place in a set would take longer than its permit.
    if (this.#isAwaited) this.#lingering.add(this);
  }

  /** The handler has ended, or nobody waits for that any longer. */
  onDone(): void {
    this.#isRunning = false;
    if (this.#outcome === undefined) return;
    this.#lingering.delete(this);
    this.#permit.release(this.#outcome);
  }
}

/** In the order in which their calls ended. */
function giveUpOn(lingering: Set<AdmittedCall>, endedBeforeMs: number): void {
  for (const call of lingering) {
    if (call.endedMs > endedBeforeMs) return;
    call.onDone();
  }
}

/** What was cut off says nothing about load; nor do long connections. */
function outcomeOf({ status, isAborted }: CallEnd): Outcome {
  return isAborted || status === 101 ? "ignored" : statusOutcome(status);
}
