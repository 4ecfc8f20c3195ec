import type { Clock } from "@breakwater/clock";
import type {
  AgentMeta,
  DeadLetter,
  HistoryEntry,
  HistoryQuery,
  Keeper,
  MailboxFigures,
} from "@breakwater/message";
import { BridgeError } from "./bridge-error.ts";

/** What registrations, requests and observers ask for. They reject with "unavailable". */
export interface Views {
  /** By when they connected. Of many, up to a second old. */
  agents(): Promise<readonly AgentMeta[]>;
  history(query: HistoryQuery): Promise<readonly HistoryEntry[]>;
  mailboxes(limit: number): Promise<readonly MailboxFigures[]>;
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
}

/**
 * A storm of clients would have the keeper list all of them for each of them: 5,000 times 5,000,
 * out of Redis, if that is where they are.
 */
export function views(keeper: Keeper, clock: Clock): Views {
  let listed: Promise<readonly AgentMeta[]> | undefined;
  let listedMs = Number.NEGATIVE_INFINITY;
  let isLong = false;
  const list = async (): Promise<readonly AgentMeta[]> => {
    isLong = false;
    const agents = await told(keeper.agents());
    isLong = agents.length > LONG_LIST;
    return agents.toSorted(byConnection);
  };
  return {
    agents: () => {
      const nowMs = clock.nowMs();
      if (listed !== undefined && isLong && nowMs < listedMs + LONG_LIST_MS) return listed;
      listedMs = nowMs;
      listed = list();
      return listed;
    },
    history: (query) => told(keeper.history(query)),
    mailboxes: (limit) => told(keeper.mailboxes(limit)),
    deadLetters: (limit) => told(keeper.deadLetters(limit)),
  };
}

async function told<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (cause) {
    const message = "Cannot tell now: what keeps messages does not answer, ask again in a moment";
    throw new BridgeError("unavailable", message, { cause });
  }
}

/** The newest that have at most so many bytes together: what one frame can tell. */
export function newestWithin(
  entries: readonly HistoryEntry[],
  maxBytes: number,
): readonly HistoryEntry[] {
  let leftBytes = maxBytes;
  const isLeft = ({ message }: HistoryEntry): boolean => {
    leftBytes -= message.bytes;
    return leftBytes >= 0;
  };
  return entries.slice(entries.findLastIndex((entry) => !isLeft(entry)) + 1);
}

const LONG_LIST = 200;
const LONG_LIST_MS = 1000;

const byConnection = (one: AgentMeta, other: AgentMeta): number =>
  one.connectedAt < other.connectedAt ? -1 : one.connectedAt > other.connectedAt ? 1 : 0;
