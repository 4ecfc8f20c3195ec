import type { AgentMeta, DropReason, Envelope, Receipt } from "./envelope.ts";

/** What the bridge asks of a connection, if it says. */
export interface BridgeLimits {
  readonly maxFrameBytes: number | undefined;
  /** Of arrays and objects in each other, the frame among them. */
  readonly maxDepth: number | undefined;
  /** What is not acknowledged after so long is delivered again. */
  readonly ackTimeoutMs: number | undefined;
}

export interface WelcomeFrame {
  readonly type: "registered";
  readonly cursor: string | undefined;
  readonly limits: BridgeLimits;
}

export interface Delivery {
  readonly type: "delivery";
  readonly envelope: Envelope;
  readonly attempt: number;
  readonly cursor: string | undefined;
}

export interface RefusalFrame {
  readonly type: "error";
  readonly code: string;
  readonly message: string;
  readonly id: string | undefined;
}

export interface GoodbyeFrame {
  readonly type: "goodbye";
  readonly reason: string;
  readonly reconnectAfterMs: number | undefined;
}

export interface QueryResponse {
  readonly type: "query_response";
  readonly id: string | undefined;
  readonly agents: readonly AgentMeta[] | undefined;
  readonly history: readonly Envelope[];
}

/** What the bridge sends, in whichever form: docs/bridge.md. */
export type BridgeFrame =
  | WelcomeFrame
  | Delivery
  | { readonly type: "receipt"; readonly receipt: Receipt }
  | RefusalFrame
  | GoodbyeFrame
  | QueryResponse
  | { readonly type: "heartbeat" }
  /** A later bridge may say more: that is not for this client. */
  | { readonly type: "unknown" };

/** Undefined for what no bridge sends. */
export function tryBridgeFrame(data: unknown): BridgeFrame | undefined {
  if (typeof data !== "string") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (Array.isArray(value)) return value[0] === "env" ? toDelivery(value[1], value[2]) : undefined;
  return isFields(value) ? readFields(value) : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function readFields(frame: Fields): BridgeFrame | undefined {
  switch (frame.type) {
    case "envelope":
      return toDelivery(frame.envelope, frame.delivery);
    case "receipt":
      return toReceipt(frame);
    case "registered":
      return { type: "registered", cursor: tryText(frame.cursor), limits: toLimits(frame.limits) };
    case "error": {
      const code = tryText(frame.error) ?? "unknown";
      return {
        type: "error",
        code,
        message: tryText(frame.message) ?? code,
        id: tryText(frame.id),
      };
    }
    case "goodbye": {
      const reconnectAfterMs = tryNumber(frame.reconnectAfterMs);
      return { type: "goodbye", reason: tryText(frame.reason) ?? "unknown", reconnectAfterMs };
    }
    case "query_response":
      return toQueryResponse(frame);
    case "heartbeat":
      return { type: "heartbeat" };
    case undefined:
      return "message" in frame ? toDelivery(frame, frame.delivery) : undefined;
    default:
      return { type: "unknown" };
  }
}

function toDelivery(value: unknown, mark: unknown): Delivery | undefined {
  const envelope = tryEnvelope(value);
  if (envelope === undefined) return undefined;
  const { attempt, cursor } = isFields(mark) ? mark : ({} as Fields);
  return {
    type: "delivery",
    envelope,
    attempt: tryNumber(attempt) ?? 1,
    cursor: tryText(cursor),
  };
}

/** With what older bridges leave out; the claude-bridge has a `message` for a payload. */
function tryEnvelope(value: unknown): Envelope | undefined {
  if (!isFields(value)) return undefined;
  const { id, from } = value;
  if (typeof id !== "string" || typeof from !== "string") return undefined;
  return {
    id,
    timestamp: tryText(value.timestamp) ?? "",
    intent: tryText(value.intent) ?? "agent.message",
    taskId: tryText(value.taskId) ?? null,
    channel: tryText(value.channel) ?? "default",
    priority: tryText(value.priority) ?? "normal",
    from,
    role: tryText(value.role) ?? "agent",
    to: tryText(value.to) ?? null,
    replyTo: tryText(value.replyTo) ?? null,
    context: value.context ?? {},
    payload: "message" in value ? toPayload(value.message) : value.payload,
    tools: tryArray(value.tools) ?? [],
    attachments: tryArray(value.attachments) ?? [],
    trace: value.trace ?? {},
  };
}

function toPayload(message: unknown): unknown {
  return typeof message === "string" ? { text: message } : message;
}

const statuses = ["delivered", "queued", "dropped"] as const;

function toReceipt(frame: Fields): BridgeFrame | undefined {
  const id = tryText(frame.id);
  const status = statuses.find((each) => each === frame.status);
  if (id === undefined || status === undefined) return undefined;
  const reason = tryText(frame.reason) as DropReason | undefined;
  const recipients = tryNumber(frame.recipients);
  const receipt: Receipt = {
    ...{ id, status },
    ...(reason !== undefined && { reason }),
    ...(recipients !== undefined && { recipients }),
    ...(frame.duplicate === true && { duplicate: true }),
  };
  return { type: "receipt", receipt };
}

function toQueryResponse(frame: Fields): QueryResponse {
  const agents = tryArray(frame.agents)?.filter(isFields) as unknown as readonly AgentMeta[];
  const history = (tryArray(frame.history) ?? []).map(tryEnvelope);
  return {
    type: "query_response",
    id: tryText(frame.id),
    agents,
    history: history.filter((each) => each !== undefined),
  };
}

function toLimits(value: unknown): BridgeLimits {
  const { maxFrameBytes, maxDepth, ackTimeoutMs } = isFields(value) ? value : ({} as Fields);
  return {
    maxFrameBytes: tryNumber(maxFrameBytes),
    maxDepth: tryNumber(maxDepth),
    ackTimeoutMs: tryNumber(ackTimeoutMs),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tryText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function tryNumber(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && Number.isFinite(value) ? value : undefined;
}

function tryArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
