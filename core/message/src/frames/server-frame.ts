import type { GoodbyeReason, Receipt } from "../broker/broker.ts";
import type { AgentMeta, Envelope } from "../envelope/envelope.ts";
import type { MistakeCode } from "../envelope/mistake.ts";
import type { DropReason, MailboxFigures } from "../keeper/keeper.ts";

/** What the bridge sends (docs/bridge.md), as whoever parses the JSON has it. */
export type ServerFrame =
  | RegisteredFrame
  | ArrayDelivery
  | ObjectDelivery
  | OlderDelivery
  | ReceiptFrame
  | ErrorFrame
  | GoodbyeFrame
  | QueryResponseFrame
  | HeartbeatFrame
  | SnapshotFrame
  | SeenFrame;

/** What the bridge asks of a connection. */
export interface SessionLimits {
  readonly maxFrameBytes: number;
  /** Of arrays and objects in each other. */
  readonly maxDepth: number;
  /** Whoever says nothing for so long is told goodbye. */
  readonly clientTtlMs: number;
  /** What is not acknowledged after so long is delivered again. */
  readonly ackTimeoutMs: number;
  /** Unacknowledged at once. */
  readonly window: number;
}

export interface RegisteredFrame {
  readonly type: "registered";
  readonly client: AgentMeta;
  /** Older deliveries for who asked for them by `delivery: "message"`. */
  readonly history: readonly (Envelope | OlderDelivery)[];
  readonly clientId: string;
  /** To those who want neither acks nor receipts: others ask by a query. */
  readonly connectedClients?: readonly string[];
  /** Only if it was to be made. */
  readonly clientToken?: string;
  /** Of the newest in the history: where a `resume` would begin. */
  readonly cursor?: string;
  readonly limits: SessionLimits;
}

/** Of a message to a connection that acknowledges. */
export interface DeliveryMark {
  /** From the second on, the message may have come before. */
  readonly attempt: number;
  /** Of a broadcast: for `resume`. */
  readonly cursor?: string;
}

export type ArrayDelivery = readonly ["env", Envelope] | readonly ["env", Envelope, DeliveryMark];

export interface ObjectDelivery {
  readonly type: "envelope";
  readonly envelope: Envelope;
  readonly delivery?: DeliveryMark;
}

export interface OlderDelivery {
  readonly type?: never;
  readonly id: string;
  readonly timestamp: string;
  readonly from: string;
  readonly to?: string;
  readonly message: unknown;
  readonly delivery?: DeliveryMark;
}

export interface ReceiptFrame extends Receipt {
  readonly type: "receipt";
}

/** Who has not asked for receipts is told by an error what was dropped at once. */
export type ErrorCode = MistakeCode | DropReason;

export interface ErrorFrame {
  readonly type: "error";
  /** "Not registered": so the claude-bridge says it, without a message. */
  readonly error: ErrorCode | "Not registered";
  readonly message?: string;
  readonly id?: string;
}

export interface GoodbyeFrame {
  readonly type: "goodbye";
  readonly reason: GoodbyeReason;
  readonly reconnectAfterMs?: number;
}

export interface QueryResponseFrame {
  readonly type: "query_response";
  readonly id?: string;
  readonly clients: readonly string[];
  readonly agents?: readonly AgentMeta[];
  readonly history: readonly (Envelope | OlderDelivery)[];
}

/** To a heartbeat with this id. */
export interface HeartbeatFrame {
  readonly type: "heartbeat";
  readonly id: string;
}

export interface Snapshot {
  readonly agents: readonly AgentMeta[];
  readonly mailboxes: readonly MailboxFigures[];
  readonly figures: Readonly<Record<string, number>>;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** To observers, once in a while. */
export interface SnapshotFrame extends Snapshot {
  readonly type: "snapshot";
}

/** To observers, of each message that goes by; of one that they may not read, only that it did. */
export type SeenFrame =
  | { readonly type: "seen"; readonly envelope: Envelope }
  | ({ readonly type: "seen"; readonly bytes: number } & Pick<
      Envelope,
      "id" | "from" | "to" | "intent" | "timestamp"
    >);
