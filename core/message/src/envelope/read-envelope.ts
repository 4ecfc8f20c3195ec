import type { Envelope } from "./envelope.ts";
import { type Fields, idRule, isFields, isId, isText, quote, textRule } from "./field-rules.ts";
import { isIsoTime } from "./iso-time.ts";
import type { Mistake } from "./mistake.ts";

/** What an envelope gets from its connection. */
export interface EnvelopeContext {
  /** The connection's id: nobody sends as somebody else. */
  readonly from: string;
  readonly role: string;
  /** A random UUID. */
  readonly newId: () => string;
  /** Now, in ISO 8601. */
  readonly timestamp: () => string;
}

/**
 * What a client sent as an envelope, checked, with what it left out. Null is as if left out, but
 * for the payload, which is any JSON; fields that an envelope does not have are dropped.
 *
 * Every message goes through here: frames/codec.bench.test.ts measures it.
 */
export function readEnvelope(input: unknown, context: EnvelopeContext): Envelope | Mistake {
  if (!isFields(input)) {
    return { code: "bad_envelope", message: `An envelope is an object, not ${quote(input)}` };
  }
  return findMistake(input, context.from) ?? toEnvelope(input, context);
}

/** After findMistake(), so that every field is left out or as it has to be. */
function toEnvelope(input: Fields, context: EnvelopeContext): Envelope {
  const given = input as Partial<Envelope>;
  return {
    id: given.id || context.newId(),
    timestamp: given.timestamp || context.timestamp(),
    intent: given.intent || "agent.message",
    taskId: given.taskId || null,
    channel: given.channel || "default",
    priority: given.priority || "normal",
    from: context.from,
    role: given.role || context.role,
    to: given.to || null,
    replyTo: given.replyTo || null,
    context: given.context ?? {},
    payload: given.payload === undefined ? {} : given.payload,
    tools: given.tools ?? [],
    attachments: given.attachments ?? [],
    trace: given.trace ?? {},
  };
}

function findMistake(input: Fields, from: string): Mistake | undefined {
  if (!isLeftOut(input.id) && !isId(input.id)) return wrong("id", input.id, idRule);
  const { id } = input;
  if (!isLeftOut(input.from) && input.from !== from) return forged(input.from, from, id);
  // An HTTP caller's, who has not registered by it.
  if (!isLeftOut(input.from) && !isId(input.from)) return wrong("from", input.from, idRule, id);
  if (Array.isArray(input.to)) return severalRecipients(input.to, id);
  if (!isLeftOut(input.to) && !isId(input.to)) return wrong("to", input.to, idRule, id);
  if (!isLeftOut(input.replyTo) && !isId(input.replyTo)) {
    return wrong("replyTo", input.replyTo, idRule, id);
  }
  if (!isLeftOut(input.timestamp) && !isIsoTime(input.timestamp)) {
    return wrong("timestamp", input.timestamp, "a time as 2026-01-31T12:00:00Z", id);
  }
  for (const name of texts) {
    const value = input[name];
    if (!isLeftOut(value) && !isText(value)) return wrong(name, value, textRule, id);
  }
  for (const name of lists) {
    const value = input[name] ?? undefined;
    if (value !== undefined && !Array.isArray(value)) return wrong(name, value, "an array", id);
  }
  for (const name of objects) {
    const value = input[name] ?? undefined;
    if (value !== undefined && !isFields(value)) return wrong(name, value, "an object", id);
  }
  return undefined;
}

const texts = ["intent", "taskId", "channel", "priority", "role"] as const;
const lists = ["tools", "attachments"] as const;
const objects = ["context", "trace"] as const;

/** The LLM AI Bridge takes an empty text for none, and so do its clients. */
function isLeftOut(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function wrong(name: string, value: unknown, rule: string, id?: unknown): Mistake {
  const message = `An envelope's ${name} cannot be ${quote(value)}: it is ${rule}`;
  return withId({ code: "bad_envelope", message }, id);
}

function forged(claimed: unknown, from: string, id: unknown): Mistake {
  const message = `An envelope of ${quote(from)} cannot be from ${quote(claimed)}: leave it out`;
  return withId({ code: "forged_from", message }, id);
}

function severalRecipients(to: readonly unknown[], id: unknown): Mistake {
  const message = `One frame goes to one: send an envelope to each of the ${to.length} recipients`;
  return withId({ code: "bad_envelope", message }, id);
}

function withId(mistake: Mistake, id: unknown): Mistake {
  return isId(id) ? { ...mistake, id } : mistake;
}
