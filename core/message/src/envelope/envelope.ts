/** What agents send each other, as it is delivered and kept. Every field is always there. */
export interface Envelope {
  /** The sender's, or a random UUID. A sender's ids are its own: `from` and it tell duplicates. */
  readonly id: string;
  /** ISO 8601; the sender's, if it gave one. */
  readonly timestamp: string;
  readonly intent: string;
  readonly taskId: string | null;
  readonly channel: string;
  readonly priority: string;
  /** Of the connection that sent it; "api" for HTTP's callers who are nobody else. */
  readonly from: string;
  readonly role: string;
  /** To one client; null is to all that are connected, but the sender. */
  readonly to: string | null;
  readonly replyTo: string | null;
  readonly context: unknown;
  readonly payload: unknown;
  readonly tools: readonly unknown[];
  readonly attachments: readonly unknown[];
  readonly trace: unknown;
}

/** An envelope on its way: written as JSON once, however many it goes to. */
export interface Message {
  readonly envelope: Envelope;
  /** The envelope as it is delivered. */
  readonly json: string;
  /** Of `json` as UTF-8. What queues and history count. */
  readonly bytes: number;
  /** When the bridge took it: milliseconds since 1970, for the queue's TTL. */
  readonly acceptedAtMs: number;
}

/** Who is connected, as `registered` and GET /agents have it. */
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
