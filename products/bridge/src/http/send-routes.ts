import {
  type Broker,
  isDeeperThan,
  isMistake,
  type Message,
  readEnvelope,
  toMessage,
} from "@breakwater/message";
import { type Call, readText, type ServiceRoutes } from "@breakwater/service";
import { BridgeError } from "../bridge-error.ts";
import { dropSentences } from "../sessions/outlet.ts";
import type { Session } from "../sessions/session.ts";
import { MAX_DEPTH } from "../sessions/session-desk.ts";
import { senderOf } from "./access.ts";
import { respondJson, respondText } from "./answers.ts";
import type { RouteParts } from "./route-parts.ts";

interface Body {
  readonly to?: unknown;
  readonly from?: unknown;
  readonly message?: unknown;
}
type Outcome = Parameters<Parameters<Broker<Session>["submit"]>[1]>[0];

/** Messages of who has no WebSocket: an envelope's fields, or the claude-bridge's `message`. */
export function sendRoutes(parts: RouteParts): ServiceRoutes {
  return {
    "POST /broadcast": async (call) => {
      const body = await tryBody(parts, call);
      if (body === undefined) return;
      const isOlder = isOlderForm(body);
      if (isOlder && !body.message) throw new BridgeError("bad_request", "Message required");
      await send(parts, call, { body, isOlder });
    },
    "POST /send": async (call) => {
      const body = await tryBody(parts, call);
      if (body === undefined) return;
      const isOlder = isOlderForm(body);
      if (isOlder && !(body.to && body.message)) {
        throw new BridgeError("bad_request", "Recipient and message required");
      }
      if (!body.to) throw new BridgeError("bad_request", "Recipient `to` is required");
      await send(parts, call, { body, isOlder });
    },
  };
}

/** Undefined: it is answered already. Any type will do, since curl and forms say theirs. */
async function tryBody({ settings }: RouteParts, call: Call): Promise<Body | undefined> {
  const text = await readText(call, { maxBytes: settings.maxFrame });
  if (!text.ok) return undefined;
  if (isDeeperThan(text.value, MAX_DEPTH)) {
    const detail = `Cannot read more than ${MAX_DEPTH} arrays and objects in each other`;
    throw new BridgeError("bad_request", detail);
  }
  let body: unknown;
  try {
    body = text.value === "" ? {} : JSON.parse(text.value);
  } catch {
    throw new BridgeError("bad_request", "Cannot read the body: send an envelope's fields as JSON");
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Body;
  throw new BridgeError("bad_request", "Cannot send what is no object: send an envelope's fields");
}

/** The claude-bridge's: {to?, message, from?}. No field of an envelope is called so. */
const isOlderForm = (body: Body): boolean => Object.hasOwn(body, "message");

async function send(
  parts: RouteParts,
  call: Call,
  { body, isOlder }: { readonly body: Body; readonly isOlder: boolean },
): Promise<void> {
  const from = await senderOf(parts, call, body.from);
  const { newId, now: timestamp } = parts;
  const fields = isOlder ? { to: body.to, payload: { text: body.message } } : body;
  const envelope = readEnvelope({ ...fields, from }, { from, role: "agent", newId, timestamp });
  if (isMistake(envelope)) throw new BridgeError("bad_request", envelope.message);
  const message = toMessage(envelope, parts.epochMs());
  const outcome = await new Promise<Outcome>((resolve) => parts.broker.submit(message, resolve));
  if (outcome.kind === "dropped") return dropped(call, message, outcome.reason);
  if (isOlder) return respondJson(call, { status: "sent" });
  const { status, ...more } = receiptOf(outcome);
  const rest = JSON.stringify(more).slice(1, -1);
  const end = rest === "" ? "}" : `,${rest}}`;
  respondText(call, `{"status":"${status}","envelope":${message.json}${end}`, ACCEPTED);
}

const ACCEPTED = 202;

interface HttpReceipt {
  readonly status: "delivered" | "queued";
  readonly recipients?: number;
  readonly duplicate?: true;
}

function receiptOf(outcome: Exclude<Outcome, { kind: "dropped" }>): HttpReceipt {
  switch (outcome.kind) {
    case "delivered":
      return { status: "delivered" };
    case "kept":
      return { status: "queued" };
    case "published":
      return { status: "delivered", recipients: outcome.recipients };
    case "duplicate":
      return { status: outcome.waits ? "queued" : "delivered", duplicate: true };
  }
}

function dropped(call: Call, message: Message, reason: keyof typeof dropSentences): void {
  call.setField("retry-after", "1");
  const { envelope } = message;
  const error = dropSentences[reason];
  respondJson(call, { error, code: reason, status: "dropped", reason, envelope }, 503);
}
