import type { GoodbyeReason, Receipt } from "../broker/broker.ts";
import type { AgentMeta, Message } from "../envelope/envelope.ts";
import { isFields } from "../envelope/field-rules.ts";
import type { DeliveryForm } from "./delivery-form.ts";
import type { DeliveryMark, ErrorCode, SessionLimits, Snapshot } from "./server-frame.ts";

/** A message to one connection, or to all that have the same form. `mark`: if they acknowledge. */
export function encodeDelivery(
  message: Message,
  form: DeliveryForm,
  mark: DeliveryMark | undefined,
): string {
  switch (form) {
    case "array":
      if (mark === undefined) return `["env",${message.json}]`;
      return `["env",${message.json},${encodeMark(mark)}]`;
    case "object":
      if (mark === undefined) return `{"type":"envelope","envelope":${message.json}}`;
      return `{"type":"envelope","envelope":${message.json},"delivery":${encodeMark(mark)}}`;
    case "message":
      return encodeOlder(message, mark);
  }
}

function encodeMark({ attempt, cursor }: DeliveryMark): string {
  if (cursor === undefined) return `{"attempt":${attempt}}`;
  return `{"attempt":${attempt},"cursor":${JSON.stringify(cursor)}}`;
}

function encodeOlder({ envelope }: Message, mark: DeliveryMark | undefined): string {
  const { id, timestamp, from, to, payload } = envelope;
  const message = toOlderMessage(payload);
  return JSON.stringify({ id, timestamp, from, to: to ?? undefined, message, delivery: mark });
}

/** What a frame of type message had in it comes out again. */
function toOlderMessage(payload: unknown): unknown {
  if (!isFields(payload) || !Object.hasOwn(payload, "text")) return payload;
  return Object.keys(payload).length === 1 ? payload.text : payload;
}

export function encodeReceipt(receipt: Receipt): string {
  const { id, status, reason, recipients, duplicate } = receipt;
  const start = `{"type":"receipt","id":${JSON.stringify(id)},"status":"${status}"`;
  if (reason === undefined && recipients === undefined && duplicate === undefined) {
    return `${start}}`;
  }
  return start + JSON.stringify({ reason, recipients, duplicate }).replace("{", ",");
}

export interface Welcome {
  readonly client: AgentMeta;
  readonly connectedClients: readonly string[] | undefined;
  /** Oldest first. */
  readonly history: readonly Message[];
  readonly form: DeliveryForm;
  /** Only if it was made here. */
  readonly clientToken: string | undefined;
  readonly cursor: string | undefined;
  readonly limits: SessionLimits;
}

export function encodeRegistered(welcome: Welcome): string {
  const { client, connectedClients, clientToken, cursor, limits } = welcome;
  const rest = { clientId: client.id, connectedClients, clientToken, cursor, limits };
  const start = `{"type":"registered","client":${JSON.stringify(client)}`;
  return `${start},"history":${encodeHistory(welcome)},${JSON.stringify(rest).slice(1)}`;
}

export interface QueryAnswer {
  /** The query's. */
  readonly id: string | undefined;
  readonly clients: readonly string[];
  /** If it asked for them. */
  readonly agents: readonly AgentMeta[] | undefined;
  /** Oldest first. */
  readonly history: readonly Message[];
  readonly form: DeliveryForm;
}

export function encodeQueryResponse(answer: QueryAnswer): string {
  const { id, clients, agents } = answer;
  const start = JSON.stringify({ type: "query_response", id, clients, agents }).slice(0, -1);
  return `${start},"history":${encodeHistory(answer)}}`;
}

function encodeHistory({ history, form }: Pick<QueryAnswer, "history" | "form">): string {
  const entries = history.map((message) =>
    form === "message" ? encodeOlder(message, undefined) : message.json,
  );
  return `[${entries.join(",")}]`;
}

/** The answer to a heartbeat with an id. */
export function encodeHeartbeat(id: string): string {
  return `{"type":"heartbeat","id":${JSON.stringify(id)}}`;
}

/** A Mistake, or what became of a message whose sender has not asked for receipts. */
export function encodeError(error: {
  readonly code: ErrorCode;
  readonly message: string;
  readonly id?: string;
}): string {
  const { code, message, id } = error;
  return JSON.stringify({ type: "error", error: code, message, id });
}

/** What the claude-bridge answers to a frame of type message, or a query, before `register`. */
export const olderNotRegistered = '{"type":"error","error":"Not registered"}';

export function encodeGoodbye(goodbye: {
  readonly reason: GoodbyeReason;
  readonly reconnectAfterMs?: number;
}): string {
  const { reason, reconnectAfterMs } = goodbye;
  return JSON.stringify({ type: "goodbye", reason, reconnectAfterMs });
}

export function encodeSnapshot({ agents, mailboxes, figures, atMs }: Snapshot): string {
  return JSON.stringify({ type: "snapshot", agents, mailboxes, figures, atMs });
}

/** Of a message that the observer may not read, only that it went by. */
export function encodeSeen(message: Message, may: { readonly read: boolean }): string {
  if (may.read) return `{"type":"seen","envelope":${message.json}}`;
  const { id, from, to, intent, timestamp } = message.envelope;
  return JSON.stringify({ type: "seen", id, from, to, intent, timestamp, bytes: message.bytes });
}
