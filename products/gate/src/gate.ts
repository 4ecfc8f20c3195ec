import { type Permit, type Rejection, retryAfterSeconds } from "@breakwater/admission";
import type { Clock } from "@breakwater/clock";
import {
  type AdmissionWatch,
  type Call,
  CallGone,
  type CallHandler,
  rateLimit,
  refuseCall,
  respondProblem,
} from "@breakwater/service";
import type { ForwardedPolicy } from "@breakwater/upstream";
import { GateCounts } from "./gate-counts.ts";
import type { GatePolicy } from "./options.ts";
import { Passage, type PassageHost } from "./passage.ts";
import { ReloadableLimiter } from "./reloadable-limiter.ts";
import { pathLabels, rulebook, type Treatment } from "./rules.ts";
import { UpstreamPool } from "./upstream/upstream-pool.ts";

export interface GateEdges {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Our name in Via: no other gate's, so that a loop can be told. */
  readonly via: string;
  /** Whether the client is a proxy whose word is believed. */
  readonly isTrusted: (call: Call) => boolean;
}

/** Known by their rate at once; a new one takes the place of the one longest gone. */
const MAX_CLIENTS = 100_000;

/**
 * Admits calls as its policy says, and passes them on to the service behind. A reload changes the
 * policy for calls to come.
 */
export class Gate implements Disposable, PassageHost {
  readonly limiter: ReloadableLimiter;
  readonly counts: GateCounts;
  readonly #edges: GateEdges;
  readonly #append: ForwardedPolicy;
  readonly #replace: ForwardedPolicy;
  #policy: GatePolicy;
  #treat: ReturnType<typeof rulebook>;
  #labelOf: ReturnType<typeof pathLabels>;
  #pool: UpstreamPool;
  #isQueueing: boolean;
  #watch: AdmissionWatch | undefined;
  /** Counts a call for its client before it is admitted; undefined: there is no rate. */
  #rated: CallHandler | undefined;

  /** Throws AdmissionError or UpstreamError for what cannot be. */
  constructor(policy: GatePolicy, edges: GateEdges) {
    const { clock, random, via } = edges;
    const common = { standard: false, via };
    this.#append = { ...common, mode: "append" };
    this.#replace = { ...common, mode: "replace" };
    this.#edges = edges;
    this.#policy = policy;
    this.#treat = rulebook(policy.rules);
    this.#labelOf = pathLabels(policy.rules);
    this.counts = new GateCounts();
    const onEvent = this.counts.onLimiterEvent;
    this.limiter = new ReloadableLimiter(policy.limit, { clock, random, onEvent });
    this.#isQueueing = hasQueue(policy);
    this.#rated = this.#countRate(policy);
    this.#pool = new UpstreamPool(policy.upstream, clock);
  }

  /** Tells it how long what was admitted had waited. */
  watch(watch: AdmissionWatch): void {
    this.#watch = watch;
  }

  get policy(): GatePolicy {
    return this.#policy;
  }

  get pool(): UpstreamPool {
    return this.#pool;
  }

  /** What is under way goes on as it began. Throws as the constructor, changing nothing. */
  reload(policy: GatePolicy): void {
    const { clock } = this.#edges;
    const isMoved = JSON.stringify(policy.upstream) !== JSON.stringify(this.#policy.upstream);
    const pool = isMoved ? new UpstreamPool(policy.upstream, clock) : this.#pool;
    try {
      this.limiter.reload(policy.limit);
    } catch (error) {
      if (isMoved) pool[Symbol.dispose]();
      throw error;
    }
    if (isMoved) this.#pool[Symbol.dispose]();
    this.#pool = pool;
    // Who has used up its rate does not get a new one by a reload of something else.
    const isRateKept = JSON.stringify(policy.rate) === JSON.stringify(this.#policy.rate);
    if (!isRateKept) this.#rated = this.#countRate(policy);
    this.#policy = policy;
    this.#treat = rulebook(policy.rules);
    this.#labelOf = pathLabels(policy.rules);
    this.#isQueueing = hasQueue(policy);
  }

  /** Hot path. */
  readonly handler: CallHandler = (call) => {
    if (call.request.header("via")?.includes(this.#edges.via) === true) return respondLoop(call);
    if (!this.#pool.isOpen) return this.#respondDown(call);
    const treatment = this.#treat(call.request);
    if (treatment.bypass) return this.#pass(call, treatment, undefined);
    return this.#rated === undefined ? this.#admit(call, treatment) : this.#rated(call);
  };

  /** For metrics: which of the rules' paths it is. */
  readonly routeOf = ({ request }: Call): string => this.#labelOf(request.path);

  forwardedOf(call: Call): ForwardedPolicy {
    return this.#edges.isTrusted(call) ? this.#append : this.#replace;
  }

  #countRate({ rate }: GatePolicy): CallHandler | undefined {
    if (rate === undefined) return undefined;
    const onOutcome = this.counts.onRated;
    const stage = rateLimit({ anonymous: rate, maxKeys: MAX_CLIENTS, onOutcome });
    return stage((call) => this.#admit(call, this.#treat(call.request)));
  }

  #admit(call: Call, treatment: Treatment): void | Promise<void> {
    if (!this.#isQueueing) {
      return this.#settle(call, treatment, this.limiter.tryAcquire(treatment));
    }
    const signal = new CallGone(call);
    const answer = this.limiter.acquire(treatment, { signal });
    if (!(answer instanceof Promise)) return this.#settle(call, treatment, answer);
    return answer.then((settled) => {
      // It went as the queue let it through.
      if (settled.admitted && signal.aborted) settled.release("ignored");
      else this.#settle(call, treatment, settled);
    });
  }

  #settle(call: Call, treatment: Treatment, answer: Permit | Rejection): void {
    if (answer.admitted) {
      this.#watch?.onWaited(answer.waitedMs);
      this.#pass(call, treatment, answer);
    } else if (answer.reason !== "aborted") {
      refuseCall(call, answer, { random: this.#edges.random, isPerClient: false });
    }
  }

  #pass(call: Call, treatment: Treatment, permit: Permit | undefined): void {
    // It may have waited, and the upstream gone down since.
    const address = this.#pool.tryPick();
    if (address === undefined) {
      permit?.release("ignored");
      this.#respondDown(call);
      return;
    }
    new Passage(call, this, treatment, permit).goTo(address);
  }

  #respondDown(call: Call): void {
    this.counts.onDown();
    const seconds = retryAfterSeconds(this.#pool.retryAfterMs, this.#edges.random());
    respondProblem(call, {
      status: 503,
      code: "upstream_down",
      detail: `Cannot answer, as the service behind is down: ask again in ${seconds} s`,
      fields: [["retry-after", `${seconds}`]],
    });
  }

  [Symbol.dispose](): void {
    this.limiter.close();
    this.#pool[Symbol.dispose]();
  }
}

function hasQueue({ limit: { form, queue } }: GatePolicy): boolean {
  return form.kind === "ccu" || queue.maxSize > 0;
}

function respondLoop(call: Call): void {
  respondProblem(call, {
    status: 508,
    code: "loop_detected",
    detail: "Cannot answer: the request has come through this gate before",
  });
}
