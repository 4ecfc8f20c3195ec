import { type Fields, idRule, isFields, isId, quote } from "../envelope/field-rules.ts";
import type { Mistake } from "../envelope/mistake.ts";
import { isDeeperThan } from "./json-depth.ts";
import { parseRegister, type RegisterFrame } from "./register-frame.ts";
import { isSecret, secretRule } from "./secret.ts";

/** What a client sends (docs/bridge.md), checked but for the envelope: that is readEnvelope()'s. */
export type ClientFrame =
  | RegisterFrame
  /** With an id it is to be answered. */
  | { readonly type: "heartbeat"; readonly id: string | undefined }
  | { readonly type: "envelope"; readonly envelope: unknown }
  /** `hold`: it has them, and is not done with them. */
  | { readonly type: "ack"; readonly ids: readonly string[]; readonly hold: boolean }
  | QueryFrame
  /** The claude-bridge's, as the envelope that it stands for. */
  | { readonly type: "message"; readonly envelope: unknown }
  | {
      readonly type: "observe";
      readonly authToken: string | undefined;
      readonly adminToken: string | undefined;
    };

export interface QueryFrame {
  readonly type: "query";
  /** Of the history, from 1. */
  readonly limit: number;
  /** For the answer. */
  readonly id: string | undefined;
  /** It wants to know all that the clients said of themselves. */
  readonly agents: boolean;
}

export interface FrameLimits {
  /** How deep arrays and objects may lie in each other, the frame itself being 1. */
  readonly maxDepth: number;
  /** In UTF-16 units, never more than its bytes: for texts that nothing else has bounded. */
  readonly maxFrameChars?: number;
}

/** More ids than a window has are not unacknowledged. */
const MAX_ACKED_IDS = 1000;
const QUERY_LIMIT = 50;

/** The text of a frame, or what is wrong with it. Throws for no text. */
export function parseClientFrame(text: string, limits: FrameLimits): ClientFrame | Mistake {
  if (text.length > (limits.maxFrameChars ?? text.length)) {
    const rule = `it has at most ${limits.maxFrameChars}`;
    const message = `A frame cannot have ${text.length} characters: ${rule}`;
    return { code: "frame_too_large", message };
  }
  if (isDeeperThan(text, limits.maxDepth)) {
    const rule = `arrays and objects lie at most ${limits.maxDepth} deep`;
    const message = `A frame of ${text.length} characters is too deep: ${rule} in each other`;
    return { code: "too_deep", message };
  }
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    // Without what it says, which may be a token, and ends in logs.
    return {
      code: "bad_json",
      message: `A frame has to be JSON, and these ${text.length} characters are not`,
    };
  }
  if (!isFields(frame)) {
    const message = `A frame is an object with a type, not ${quote(frame)}`;
    return { code: "bad_frame", message };
  }
  return parseFields(frame, text.length);
}

function parseFields(frame: Fields, length: number): ClientFrame | Mistake {
  switch (frame.type) {
    case "envelope":
      return { type: "envelope", envelope: frame.envelope };
    case "ack":
      return parseAck(frame);
    case "heartbeat":
      return parseHeartbeat(frame);
    case "register":
      return parseRegister(frame, length);
    case "query":
      return parseQuery(frame);
    case "message":
      return parseMessage(frame);
    case "observe":
      return parseObserve(frame);
  }
  if (typeof frame.type === "string") {
    const message = `No frame has the type ${quote(frame.type)}: there are ${frameTypes}`;
    return { code: "unknown_type", message };
  }
  return badFrame(`A frame's type cannot be ${quote(frame.type)}: there are ${frameTypes}`);
}

const frameTypes = "register, heartbeat, envelope, ack, query, message and observe";

function parseHeartbeat({ id }: Fields): ClientFrame | Mistake {
  if (!isIdOrNone(id)) return badFrame(`A heartbeat's id cannot be ${quote(id)}: it is ${idRule}`);
  return { type: "heartbeat", id: id ?? undefined };
}

function parseAck(frame: Fields): ClientFrame | Mistake {
  const ids = frame.ids ?? [frame.id];
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_ACKED_IDS) {
    return badFrame(`An ack has an id, or 1 to ${MAX_ACKED_IDS} ids, not ${quote(ids)}`);
  }
  for (const id of ids as readonly unknown[]) {
    if (!isId(id)) return badFrame(`An ack cannot be of ${quote(id)}: an id is ${idRule}`);
  }
  const hold = frame.hold ?? false;
  if (typeof hold !== "boolean")
    return badFrame(`An ack's hold is true or false, not ${quote(hold)}`);
  return { type: "ack", ids, hold };
}

function parseQuery(frame: Fields): ClientFrame | Mistake {
  const limit = frame.limit ?? QUERY_LIMIT;
  if (!Number.isSafeInteger(limit) || (limit as number) < 1) {
    return badFrame(`A query's limit cannot be ${quote(limit)}: it is a whole number from 1`);
  }
  const { id, agents } = frame;
  if (!isIdOrNone(id)) return badFrame(`A query's id cannot be ${quote(id)}: it is ${idRule}`);
  if (typeof (agents ?? false) !== "boolean") {
    return badFrame(`A query's agents is true or false, not ${quote(agents)}`);
  }
  return { type: "query", limit: limit as number, id: id ?? undefined, agents: agents === true };
}

function parseMessage(frame: Fields): ClientFrame | Mistake {
  if (frame.message === undefined) return badFrame("A frame of type message needs a message");
  return {
    type: "message",
    envelope: { to: frame.to, payload: { text: frame.message } },
  };
}

function parseObserve(frame: Fields): ClientFrame | Mistake {
  for (const name of ["authToken", "adminToken"]) {
    const value = frame[name] ?? undefined;
    if (value !== undefined && !isSecret(value)) {
      return badFrame(`An observer's ${name} has to be a text of ${secretRule}`);
    }
  }
  return {
    type: "observe",
    authToken: (frame.authToken ?? undefined) as string | undefined,
    adminToken: (frame.adminToken ?? undefined) as string | undefined,
  };
}

function isIdOrNone(id: unknown): id is string | null | undefined {
  return id === undefined || id === null || isId(id);
}

function badFrame(message: string): Mistake {
  return { code: "bad_frame", message };
}
