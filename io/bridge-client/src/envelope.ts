/** What agents send each other, as it arrives: docs/bridge.md. Every field is always there. */
export interface Envelope {
  /** One sender's ids are its own: `from` and `id` tell duplicates. */
  readonly id: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly intent: string;
  readonly taskId: string | null;
  readonly channel: string;
  readonly priority: string;
  /** The id of the agent that sent it. The bridge sees to it that it is. */
  readonly from: string;
  readonly role: string;
  /** Null: to all that are connected. */
  readonly to: string | null;
  /** Of a reply: the id of the message that it answers. */
  readonly replyTo: string | null;
  readonly context: unknown;
  readonly payload: unknown;
  readonly tools: readonly unknown[];
  readonly attachments: readonly unknown[];
  readonly trace: unknown;
}

/** What a sender may say besides recipient and payload. Left out, the bridge fills it in. */
export interface EnvelopeFields {
  /** A UUID if left out. Who sends the same id again, sends a duplicate, and it comes once. */
  readonly id?: string;
  /** ISO 8601. */
  readonly timestamp?: string;
  /** "agent.message" if left out. */
  readonly intent?: string;
  readonly taskId?: string;
  /** "default" if left out. */
  readonly channel?: string;
  /** "normal" if left out. */
  readonly priority?: string;
  readonly replyTo?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly tools?: readonly unknown[];
  readonly attachments?: readonly unknown[];
  readonly trace?: Readonly<Record<string, unknown>>;
}

/** What an agent said of itself. */
export interface AgentMeta {
  readonly id: string;
  readonly role: string;
  readonly labels: readonly string[];
  readonly tools: readonly unknown[];
  readonly intents: readonly string[];
  readonly maxConcurrentTasks: number;
  /** ISO 8601. */
  readonly lastSeen: string;
  readonly connectedAt: string;
}

/** What became of a message. */
export interface Receipt {
  readonly id: string;
  /**
   * `delivered`: its recipient has it. `queued`: the bridge has it, and `delivered` or `dropped`
   * may follow, to onReceipt(). `dropped`: it goes nowhere.
   */
  readonly status: "delivered" | "queued" | "dropped";
  /** Of what was dropped. */
  readonly reason?: DropReason;
  /** Of a broadcast: to how many it went. */
  readonly recipients?: number;
  /** The bridge had it before, so it is not delivered again. */
  readonly duplicate?: boolean;
}

export type DropReason =
  | "queue_full"
  | "store_full"
  | "too_many_recipients"
  | "expired"
  | "unacknowledged"
  | "store_unavailable";
