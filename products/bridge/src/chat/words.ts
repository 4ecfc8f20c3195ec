import type { BridgeClientError, Envelope, Receipt } from "@breakwater/bridge-client";
import { reasonInWords } from "../agent/drop-reason.ts";
import { printableLine, printableText } from "../agent/printable.ts";

const limits = { maxCharacters: 20_000, maxLines: 200 };
const MAX_NAME = 200;

/** An id, or any other short word of others. */
export function nameInWords(name: string): string {
  return printableLine(name, MAX_NAME);
}

/** A message as a line of the conversation; what is not plain text is shown as JSON. */
export function messageInWords(envelope: Envelope, viewer: string): string {
  const { from, to, intent, taskId, payload } = envelope;
  const about = [
    ...(to === null ? [] : [`to ${to === viewer ? "you" : nameInWords(to)}`]),
    ...(intent === "agent.message" ? [] : [nameInWords(intent)]),
    ...(taskId === null ? [] : [`task ${nameInWords(taskId)}`]),
  ];
  const who = nameInWords(from) + (about.length === 0 ? "" : ` (${about.join(", ")})`);
  return `${who}: ${printableText(textOf(payload), limits)}`;
}

/** With the minute it was said in, by the clock of whoever reads. */
export function pastMessageInWords(envelope: Envelope, viewer: string): string {
  const said = new Date(envelope.timestamp);
  const time = Number.isNaN(said.getTime()) ? "" : `${minuteOf(said)} `;
  return time + messageInWords(envelope, viewer);
}

function minuteOf(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `{text}` is how chats say it, a bare string how the claude-bridge did. */
function textOf(payload: unknown): string {
  if (typeof payload === "string") return payload;
  const isText =
    typeof payload === "object" &&
    payload !== null &&
    "text" in payload &&
    typeof payload.text === "string" &&
    Object.keys(payload).length === 1;
  return isText ? String(payload.text) : JSON.stringify(payload);
}

/** What became of a message: to whom it went is not in the receipt. */
export function receiptInWords(receipt: Receipt, to: string | null): string {
  const whom = to === null ? "the others" : nameInWords(to);
  switch (receipt.status) {
    case "delivered":
      return to === null ? reachInWords(receipt.recipients ?? 0) : `${whom} has it`;
    case "queued":
      return `it waits for ${whom}`;
    case "dropped":
      return `lost on its way to ${whom}: ${reasonInWords(receipt.reason)}`;
  }
}

/** Why there is no receipt; nothing where the receipt says it. */
export function failureInWords(why: BridgeClientError, to: string | null): string | undefined {
  const whom = to === null ? "the others" : nameInWords(to);
  if (why.code === "dropped") return undefined;
  return why.code === "closed"
    ? `left before it was known whether ${whom} got it`
    : `not sent to ${whom}: ${nameInWords(why.message)}`;
}

function reachInWords(recipients: number): string {
  if (recipients === 0) return "nobody else is connected: nobody got it";
  return recipients === 1 ? "one other has it" : `${recipients} others have it`;
}
