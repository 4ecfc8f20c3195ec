import { type Outcome, type Permit, statusOutcome } from "@breakwater/admission";
import { type Call, respondProblem } from "@breakwater/service";
import type {
  FailedForward,
  ForwardedPolicy,
  ForwardFailure,
  ForwardOptions,
  ForwardResult,
  UnsentFailure,
} from "@breakwater/upstream";
import type { GateCounts } from "./gate-counts.ts";
import type { Treatment } from "./rules.ts";
import type { Address, UpstreamPool } from "./upstream/upstream-pool.ts";

/** What passages have in common. */
export interface PassageHost {
  /** As it is now: a reload changes it. */
  readonly pool: UpstreamPool;
  readonly counts: GateCounts;
  forwardedOf(call: Call): ForwardedPolicy;
}

/**
 * A call on its way through the gate, and what its end means: to the limiter, whose permit it
 * holds, and to its address.
 *
 * Hot path: one for each request.
 */
export class Passage implements ForwardOptions {
  readonly forwarded: ForwardedPolicy;
  readonly fields: readonly (readonly [string, string])[];
  readonly #call: Call;
  readonly #host: PassageHost;
  /** Its permit is for the time until its answer begins. */
  readonly #isStream: boolean;
  /** Undefined: it has gone past the limiter, or given it back. */
  #permit: Permit | undefined;
  #address: Address | undefined;
  /** Those that took no connection. */
  #tried: Address[] | undefined;

  constructor(call: Call, host: PassageHost, treatment: Treatment, permit: Permit | undefined) {
    this.fields = [["x-request-id", call.id]];
    this.forwarded = host.forwardedOf(call);
    this.#call = call;
    this.#host = host;
    this.#isStream = treatment.stream;
    this.#permit = permit;
  }

  goTo(address: Address): void {
    this.#address = address;
    address.forward(this.#call, this);
  }

  onHead(status: number): undefined {
    this.#address?.onHead();
    // A WebSocket lasts for hours and costs the service little: it would only block a place.
    if (status === 101) this.#release("ignored");
    else if (this.#isStream) this.#release(statusOutcome(status));
  }

  /** Nothing was sent, so that another address can have it. */
  onUnsent(failure: UnsentFailure): boolean {
    const { pool, counts } = this.#host;
    const address = this.#address!;
    this.#tried ??= [];
    this.#tried.push(address);
    const next = pool.tryPick(this.#tried);
    if (next === undefined) return false;
    address.onDone({ kind: "failed", failure, status: 0 });
    counts.onRetried();
    this.goTo(next);
    return true;
  }

  respondFailure(failed: FailedForward): void {
    respondProblem(this.#call, failed);
  }

  onDone(result: ForwardResult): void {
    this.#address?.onDone(result);
    if (result.kind === "answered") this.#release(statusOutcome(result.status));
    else this.#release(result.kind === "aborted" ? "ignored" : failureOutcome[result.failure]);
    this.#host.counts.onResult(result);
  }

  #release(outcome: Outcome): void {
    const permit = this.#permit;
    this.#permit = undefined;
    permit?.release(outcome);
  }
}

/** What says that a service can do no more, and what says nothing of load. */
const failureOutcome: Readonly<Record<ForwardFailure, Outcome>> = {
  full: "dropped",
  connect: "dropped",
  connect_timeout: "dropped",
  head_timeout: "dropped",
  reset: "dropped",
  bad_answer: "ignored",
  body_cut: "dropped",
  bad_request: "ignored",
};
