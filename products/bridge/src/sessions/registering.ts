import {
  type AgentMeta,
  type ClaimOutcome,
  encodeRegistered,
  type HistoryEntry,
  type Mistake,
  type RegisterFrame,
} from "@breakwater/message";
import type { BridgeParts } from "../bridge-parts.ts";
import { API } from "../http/access.ts";
import { newToken, tokenHash } from "../tokens.ts";
import { newestWithin } from "../views.ts";
import type { Session } from "./session.ts";
import { MAX_DEPTH, type SessionDesk } from "./session-desk.ts";

/** A client says who it is: its id is claimed, and it is told what it should know. */
export function register(desk: SessionDesk, session: Session, frame: RegisterFrame): void {
  const { parts, broker } = desk;
  const { settings, newId, mayEnter } = parts;
  if (!mayEnter(frame.authToken)) {
    desk.turnAway(session);
    return;
  }
  if (settings.requireClientTokens && frame.clientToken === undefined) {
    desk.refuse(session, tokenRequired);
    return;
  }
  if (frame.clientId === API) {
    desk.refuse(session, isApi);
    return;
  }
  const clientToken = frame.clientToken === true ? newToken() : frame.clientToken;
  const meta = metaOf(frame, { id: frame.clientId ?? newId(), now: desk.now() });
  session.state = "claiming";
  session.held = [];
  session.form = frame.delivery ?? session.form;
  session.wantsReceipts = frame.receipts;
  session.acknowledges = frame.acks;
  const registration = {
    meta,
    tokenHash: clientToken === undefined ? undefined : tokenHash(clientToken),
    wantsReceipts: frame.receipts,
    acknowledges: frame.acks,
    window: frame.window,
    resume: frame.resume,
  };
  const welcome = {
    meta,
    window: frame.window,
    token: frame.clientToken === true ? clientToken : undefined,
  };
  broker.register(session, registration, desk.nowMs(), (outcome) => {
    if (session.state !== "claiming") return;
    if (outcome.kind === "claimed") {
      void welcomed(desk, session, welcome);
      return;
    }
    session.state = "fresh";
    desk.refuse(session, refusalOf(outcome, meta.id));
    desk.takeHeld(session);
  });
}

interface Welcoming {
  readonly meta: AgentMeta;
  readonly window: number;
  /** That was made for it. */
  readonly token: string | undefined;
}

async function welcomed(desk: SessionDesk, session: Session, welcoming: Welcoming): Promise<void> {
  const { meta, window, token } = welcoming;
  const { parts, broker } = desk;
  const { clientIds, entries } = await lookAround(parts, session, meta.id);
  if (session.state !== "claiming") return;
  const { maxFrame, maxUnsent, clientTtlMs, ackTimeoutMs } = parts.settings;
  session.context = {
    from: meta.id,
    role: meta.role,
    newId: parts.newId,
    timestamp: () => desk.now(),
  };
  session.say(
    encodeRegistered({
      client: meta,
      connectedClients: clientIds,
      history: newestWithin(entries ?? [], maxUnsent).map(({ message }) => message),
      form: session.form,
      clientToken: token,
      cursor: entries && (entries.at(-1)?.cursor ?? THE_BEGINNING),
      limits: { maxFrameBytes: maxFrame, maxDepth: MAX_DEPTH, clientTtlMs, ackTimeoutMs, window },
    }),
  );
  session.state = "client";
  broker.open(session, desk.nowMs());
  desk.takeHeld(session);
}

/** A store that is away keeps nobody from being connected. */
async function lookAround(
  { views }: BridgeParts,
  { acknowledges, wantsReceipts }: Session,
  id: string,
): Promise<{
  readonly clientIds: readonly string[] | undefined;
  readonly entries: readonly HistoryEntry[] | undefined;
}> {
  const isOlder = !acknowledges && !wantsReceipts;
  try {
    const history = views.history({ limit: TOLD_HISTORY, viewer: { id } });
    const agents = isOlder ? views.agents() : undefined;
    const [listed, entries] = await Promise.all([agents, history]);
    return { clientIds: listed?.slice(0, MAX_TOLD_CLIENTS).map((agent) => agent.id), entries };
  } catch {
    return { clientIds: isOlder ? [] : undefined, entries: undefined };
  }
}

/** A cursor before all others. */
const THE_BEGINNING = "0";

/** As the original has it. */
const TOLD_HISTORY = 10;
/** Of 10,000 who come back at once, all of them for each would be 1 GB. */
const MAX_TOLD_CLIENTS = 1000;

function metaOf(
  frame: RegisterFrame,
  { id, now }: { readonly id: string; readonly now: string },
): AgentMeta {
  const { role, labels, tools, intents, maxConcurrentTasks } = frame;
  return { id, role, labels, tools, intents, maxConcurrentTasks, lastSeen: now, connectedAt: now };
}

const tokenRequired: Mistake = {
  code: "client_token_required",
  message:
    "Cannot register without a secret of your own: give clientToken, 16 to 200 characters, or true to have one made",
};

/** Else it would see what they sent. */
const isApi: Mistake = {
  code: "id_taken",
  message: `Cannot be ${JSON.stringify(API)}: whoever sends by HTTP is called so; take another`,
};

function refusalOf({ kind }: Exclude<ClaimOutcome, { kind: "claimed" }>, id: string): Mistake {
  const who = JSON.stringify(id);
  switch (kind) {
    case "bad_token":
      return {
        code: "bad_client_token",
        message: `Cannot be ${who}: the id is bound to another clientToken`,
      };
    case "taken":
      return {
        code: "id_taken",
        message: `Cannot be ${who}: somebody is connected by this id; take another, or bind one by a clientToken`,
      };
    case "full":
      return {
        code: "too_many_clients",
        message: `Cannot be ${who}: there are as many ids as there may be`,
      };
    case "unavailable":
      return {
        code: "unavailable",
        message: `Cannot be ${who} now: what keeps ids does not answer, try again in a moment`,
      };
  }
}
