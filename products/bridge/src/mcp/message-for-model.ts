import type { Incoming } from "@breakwater/bridge-client";

/** A message without what is as always, so that a model has less to read. */
export function messageForModel(message: Incoming): Readonly<Record<string, unknown>> {
  const { id, from, role, to, intent, taskId, replyTo, timestamp, payload } = message;
  return {
    id,
    from,
    ...(role === "agent" ? {} : { role }),
    to: to ?? "everybody",
    ...(intent === "agent.message" ? {} : { intent }),
    ...(taskId === null ? {} : { taskId }),
    ...(replyTo === null ? {} : { replyTo }),
    timestamp,
    ...bodyOf(payload),
    ...(isEmpty(message.context) ? {} : { context: message.context }),
    ...(message.attachments.length === 0 ? {} : { attachments: message.attachments }),
    ...(message.attempt > 1 ? { mayHaveComeBefore: true } : {}),
  };
}

/** As send_message takes it. */
function bodyOf(payload: unknown): { readonly text: string } | { readonly payload: unknown } {
  if (typeof payload === "string") return { text: payload };
  const isObject = typeof payload === "object" && payload !== null && !Array.isArray(payload);
  const fields = isObject ? Object.entries(payload) : [];
  const [key, value] = fields[0] ?? [];
  return fields.length === 1 && key === "text" && typeof value === "string"
    ? { text: value }
    : { payload };
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
