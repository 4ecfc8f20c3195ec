import type { Envelope, Message } from "../envelope/envelope.ts";
import { toMessage } from "../envelope/to-message.ts";

export interface TestMessage extends Partial<Omit<Envelope, "payload">> {
  /** Of the whole message; its payload is filled up. At least 400. */
  readonly bytes?: number;
  readonly acceptedAtMs?: number;
}

/** When tests begin: 2026-01-31T12:00:00Z. */
export const START_MS = 1_769_860_800_000;

/** A message as tests need it: from "ada" to "bob" unless they say else. */
export function testMessage({
  bytes,
  acceptedAtMs = START_MS,
  ...fields
}: TestMessage = {}): Message {
  const envelope: Envelope = {
    id: "1",
    timestamp: "2026-01-31T12:00:00.000Z",
    intent: "agent.message",
    taskId: null,
    channel: "default",
    priority: "normal",
    from: "ada",
    role: "agent",
    to: "bob",
    replyTo: null,
    context: {},
    payload: "",
    tools: [],
    attachments: [],
    trace: {},
    ...fields,
  };
  const message = toMessage(envelope, acceptedAtMs);
  if (bytes === undefined) return message;
  return toMessage({ ...envelope, payload: "x".repeat(bytes - message.bytes) }, acceptedAtMs);
}
