import type { AgentMeta, Message } from "../envelope/envelope.ts";
import type { ClaimOutcome, DropReason, Keeper, PutOutcome } from "../keeper/keeper.ts";

/** Why a connection is ended by the bridge. */
export type GoodbyeReason =
  | "draining"
  | "expired"
  | "replaced"
  | "slow"
  | "bad_frames"
  | "unauthorized";

/** What became of a message, for its sender. */
export interface Receipt {
  readonly id: string;
  readonly status: "delivered" | "queued" | "dropped";
  readonly reason?: DropReason;
  /** Of a broadcast. */
  readonly recipients?: number;
  readonly duplicate?: boolean;
}

/** "slow": it has it, and gets nothing more until drained(). "gone": it does not have it. */
export type Handed = "taken" | "slow" | "gone";

/** What the broker wants to be done, in this order. The calls are made within the broker's. */
export interface BrokerOutlet<Handle> {
  /** A direct message to one connection. From the second attempt on it may have it already. */
  deliver(to: Handle, message: Message, attempt: number): Handed;
  /**
   * The same broadcast to many: to be written once and sent to each. Who of them is slow now is
   * told by `onSlow`, and is given no more until drained().
   */
  broadcast(
    to: Iterable<Handle>,
    message: Message,
    cursor: string,
    onSlow: (handle: Handle) => void,
  ): void;
  /** To a connection that wants receipts; to others only of what was dropped at once. */
  receipt(to: Handle, receipt: Receipt): void;
  /** It says goodbye and closes; closed() follows. */
  end(handle: Handle, reason: GoodbyeReason): void;
}

export interface BrokerLimits {
  /** Whoever was not heard of for so long is told goodbye. */
  readonly clientTtlMs: number;
  /** What is not acknowledged after so long is delivered again. */
  readonly ackTimeoutMs: number;
  /** Then it is a dead letter. */
  readonly maxAttempts: number;
  /** A slow reader has so long to catch up. */
  readonly slowGraceMs: number;
  /** Broadcasts that wait for a slow reader; those beyond come from the history, if it has them. */
  readonly maxWaitingBroadcasts: number;
  /** Of them. */
  readonly maxWaitingBytes: number;
}

/** What a client said of itself, checked. */
export interface Registration {
  readonly meta: AgentMeta;
  readonly tokenHash: string | undefined;
  readonly wantsReceipts: boolean;
  readonly acknowledges: boolean;
  /** Unacknowledged at once, if it acknowledges. */
  readonly window: number;
  /** The last cursor that it has seen: broadcasts since are told after open(). */
  readonly resume: string | undefined;
}

export interface BrokerOptions<Handle> {
  readonly keeper: Keeper;
  readonly outlet: BrokerOutlet<Handle>;
  readonly limits: BrokerLimits;
}

/**
 * Who is connected to this instance, and what is on its way to them: a state machine over a Keeper.
 * It does what it is told in the order in which it is told, knows the time only from `nowMs`
 * (monotonic), and says what is to be done through its outlet; so a test can replay everything.
 */
export interface Broker<Handle> {
  /** Claims the id. After "claimed", say `registered`, then open(). One id a connection. */
  register(
    handle: Handle,
    registration: Registration,
    nowMs: number,
    done: (outcome: ClaimOutcome) => void,
  ): void;
  /** What waits for it is delivered from now on. */
  open(handle: Handle, nowMs: number): void;
  /** A registered client's message; what becomes of it is told to the outlet. */
  send(handle: Handle, message: Message, nowMs: number): void;
  /** A message of nobody who is connected (HTTP). */
  submit(
    message: Message,
    done: (outcome: PutOutcome | { readonly kind: "delivered" }) => void,
  ): void;
  ack(handle: Handle, ids: readonly string[], nowMs: number): void;
  /** It has these and works on them: their time begins anew, and their senders hear `queued`. */
  hold(handle: Handle, ids: readonly string[], nowMs: number): void;
  /** Anything came from it. */
  heard(handle: Handle, nowMs: number): void;
  /** It is slow no more. */
  drained(handle: Handle, nowMs: number): void;
  /** Its connection is gone. */
  closed(handle: Handle, nowMs: number): void;
  /**
   * About every second, and at least once in each ackTimeoutMs: what is overdue is done, in the
   * keeper too (its sweep()).
   */
  tick(nowMs: number, epochMs: number): void;
  /** How many are registered here. */
  readonly connected: number;
}
