import type { Envelope, Message } from "./envelope.ts";
import { isFields, isId } from "./field-rules.ts";
import { isMistake } from "./mistake.ts";
import { readEnvelope } from "./read-envelope.ts";
import { utf8Length } from "./utf8-length.ts";

/** `acceptedAtMs`: milliseconds since 1970. */
export function toMessage(envelope: Envelope, acceptedAtMs: number): Message {
  const json = JSON.stringify(envelope);
  return { envelope, json, bytes: utf8Length(json), acceptedAtMs };
}

/** What was kept as `json`. Undefined: it is no envelope (a damaged file, somebody else's key). */
export function restoreMessage(json: string, acceptedAtMs: number): Message | undefined {
  const kept = tryParse(json);
  if (!isFields(kept) || !isId(kept.id) || !isId(kept.from) || !kept.timestamp) return undefined;
  const nothing = { newId: () => "", timestamp: () => "" };
  const envelope = readEnvelope(kept, { from: kept.from, role: "agent", ...nothing });
  if (isMistake(envelope)) return undefined;
  return { envelope, json, bytes: utf8Length(json), acceptedAtMs };
}

function tryParse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
