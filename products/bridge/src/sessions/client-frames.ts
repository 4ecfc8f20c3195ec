import {
  type ClientFrame,
  encodeHeartbeat,
  encodeQueryResponse,
  isMistake,
  type Mistake,
  olderNotRegistered,
  parseClientFrame,
  readEnvelope,
  toMessage,
} from "@breakwater/message";
import { newestWithin } from "../views.ts";
import { register } from "./registering.ts";
import type { Session } from "./session.ts";
import { MAX_DEPTH, type SessionDesk } from "./session-desk.ts";

const frameLimits = { maxDepth: MAX_DEPTH };

/** What a client sent. Hot path: once per message. */
export function takeText(desk: SessionDesk, session: Session, text: string): void {
  if (session.state === "claiming") keep(desk, session, text);
  else if (session.state !== "over") take(desk, session, text);
}

function take(desk: SessionDesk, session: Session, text: string): void {
  const nowMs = desk.nowMs();
  if (session.state === "client") desk.broker.heard(session, nowMs);
  const frame = parseClientFrame(text, frameLimits);
  const worth = "type" in frame ? worthOf(frame) : 1;
  if (!desk.rules.admits(session, { nowMs, worth })) {
    desk.refuse(session, withId(tooFast(desk), isMistake(frame) ? frame.id : idOf(frame)));
  } else if (isMistake(frame)) desk.refuse(session, frame);
  else if (session.state === "client") takeOfClient(desk, { session, frame, nowMs });
  else takeOfOther(desk, session, frame);
}

/** In frames as they usually are. */
function worthOf(frame: ClientFrame): number {
  switch (frame.type) {
    case "query":
      return QUERY_WORTH;
    case "ack":
      return Math.ceil(frame.ids.length / IDS_OF_A_FRAME);
    default:
      return 1;
  }
}

/** Its answer lists all clients. */
const QUERY_WORTH = 50;
/** As long as it takes to look at them. */
const IDS_OF_A_FRAME = 50;

interface Came {
  readonly session: Session;
  readonly frame: ClientFrame;
  readonly nowMs: number;
}

function takeOfClient(desk: SessionDesk, { session, frame, nowMs }: Came): void {
  switch (frame.type) {
    case "envelope":
    case "message":
      takeEnvelope(desk, { session, frame, nowMs });
      break;
    case "ack":
      if (frame.hold) desk.broker.hold(session, frame.ids, nowMs);
      else desk.broker.ack(session, frame.ids, nowMs);
      break;
    case "heartbeat":
      answerHeartbeat(session, frame.id);
      break;
    case "query":
      void answerQuery(desk, session, frame);
      break;
    case "register":
    case "observe":
      desk.refuse(session, alreadyRegistered(session));
      break;
  }
}

/** Of one that has not said who it is, or that only watches. */
function takeOfOther(desk: SessionDesk, session: Session, frame: ClientFrame): void {
  switch (frame.type) {
    case "register":
    case "observe":
      if (session.state === "observer") desk.refuse(session, alreadyRegistered(session));
      else if (frame.type === "register") register(desk, session, frame);
      else observe(desk, session, frame);
      break;
    case "heartbeat":
      answerHeartbeat(session, frame.id);
      break;
    case "message":
    case "query":
      desk.refuse(session, notRegistered, olderNotRegistered);
      break;
    case "envelope":
    case "ack":
      desk.refuse(session, withId(notRegistered, idOf(frame)));
      break;
  }
}

function takeEnvelope(desk: SessionDesk, { session, frame, nowMs }: Came): void {
  if (desk.isDraining) {
    desk.refuse(session, withId(draining, idOf(frame)));
    return;
  }
  const { envelope: given } = frame as Extract<ClientFrame, { envelope: unknown }>;
  const envelope = readEnvelope(given, session.context!);
  if (isMistake(envelope)) desk.refuse(session, envelope);
  else desk.broker.send(session, toMessage(envelope, desk.parts.epochMs()), nowMs);
}

/** The claim is under way: what comes is taken when it is decided. */
function keep(desk: SessionDesk, session: Session, text: string): void {
  const held = session.held ?? [];
  session.held = held;
  const chars = held.reduce((sum, { length }) => sum + length, text.length);
  if (held.length < MAX_HELD && chars <= desk.parts.settings.maxFrame) held.push(text);
  else desk.refuse(session, tooFast(desk));
}

/** As long as one frame may be, all together: what keeps ids may be away for seconds. */
const MAX_HELD = 100;

/** Without an id, that it came is all that it says. */
function answerHeartbeat(session: Session, id: string | undefined): void {
  if (id !== undefined) session.say(encodeHeartbeat(id));
}

async function answerQuery(
  desk: SessionDesk,
  session: Session,
  query: Extract<ClientFrame, { type: "query" }>,
): Promise<void> {
  const { views, settings } = desk.parts;
  const limit = Math.min(query.limit, settings.historyLimit);
  try {
    const [agents, entries] = await Promise.all([
      views.agents(),
      views.history({ limit, viewer: { id: session.id } }),
    ]);
    if (session.state !== "client") return;
    session.say(
      encodeQueryResponse({
        id: query.id,
        clients: agents.map(({ id }) => id),
        agents: query.agents ? agents : undefined,
        history: newestWithin(entries, settings.maxUnsent).map(({ message }) => message),
        form: session.form,
      }),
    );
  } catch {
    desk.refuse(session, unavailable);
  }
}

function observe(
  desk: SessionDesk,
  session: Session,
  { authToken, adminToken }: Extract<ClientFrame, { type: "observe" }>,
): void {
  const { mayEnter, isAdmin } = desk.parts;
  const isAllowed = adminToken === undefined ? mayEnter(authToken) : isAdmin(adminToken);
  if (!isAllowed) {
    desk.turnAway(session);
    return;
  }
  session.state = "observer";
  session.isAdmin = adminToken !== undefined;
  desk.observers.add(session);
}

/** Of an envelope that is not looked at any closer. */
function idOf(frame: ClientFrame): string | undefined {
  if (frame.type !== "envelope" || typeof frame.envelope !== "object") return undefined;
  const { id } = (frame.envelope ?? {}) as { readonly id?: unknown };
  return typeof id === "string" && id.length <= MAX_TOLD_ID ? id : undefined;
}

const MAX_TOLD_ID = 200;

const withId = (mistake: Mistake, id: string | undefined): Mistake =>
  id === undefined ? mistake : { ...mistake, id };

const notRegistered: Mistake = {
  code: "not_registered",
  message: 'Cannot take that of nobody: say who you are by {"type":"register"} first',
};

function alreadyRegistered({ id }: Session): Mistake {
  const who = id === "" ? "an observer's" : `that of ${JSON.stringify(id)}`;
  const message = `Cannot be somebody else: this connection is ${who}, open another one`;
  return { code: "already_registered", message };
}

const draining: Mistake = {
  code: "unavailable",
  message: "Cannot take that any more: the bridge stops, send it again when you are back",
};

const unavailable: Mistake = {
  code: "unavailable",
  message: "Cannot tell now: what keeps messages does not answer, ask again in a moment",
};

const tooFast = ({ parts }: SessionDesk): Mistake => {
  const most = parts.settings.socketRate;
  const message = `Cannot take more than ${most} frames a second of one client: send it again later`;
  return { code: "rate_limited", message };
};
