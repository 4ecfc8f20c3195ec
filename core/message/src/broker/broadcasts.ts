import type { HistoryEntry, Keeper } from "../keeper/keeper.ts";
import type { BrokerOutlet } from "./broker.ts";
import type { Session } from "./session.ts";

export interface BroadcastsOptions<Handle> {
  readonly keeper: Keeper;
  readonly outlet: BrokerOutlet<Handle>;
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  readonly onSlow: (handle: Handle) => void;
}

/**
 * Broadcasts to those who can take them now; for others they wait, and those beyond come from the
 * history once what waited is sent. So nobody misses one that the history still has.
 */
export class Broadcasts<Handle> {
  readonly #keeper: Keeper;
  readonly #outlet: BrokerOutlet<Handle>;
  readonly #maxWaiting: number;
  readonly #maxWaitingBytes: number;
  readonly #onSlow: (handle: Handle) => void;

  constructor(options: BroadcastsOptions<Handle>) {
    this.#keeper = options.keeper;
    this.#outlet = options.outlet;
    this.#maxWaiting = Math.max(1, options.maxWaiting);
    this.#maxWaitingBytes = options.maxWaitingBytes;
    this.#onSlow = options.onSlow;
  }

  send(entry: HistoryEntry, sessions: Iterable<Session<Handle>>): void {
    const { from } = entry.message.envelope;
    const ready: Handle[] = [];
    for (const session of sessions) {
      if (session.id === from) continue;
      if (session.isUpToDate) ready.push(session.handle);
      else this.#keepFor(session, entry);
    }
    if (ready.length > 0) {
      this.#outlet.broadcast(ready, entry.message, entry.cursor, this.#onSlow);
    }
  }

  /** Everything after that place in the history is to come, also what waits now. */
  resume(session: Session<Handle>, after: string): void {
    session.clearBroadcasts();
    session.missedAfter = after;
  }

  /** What it can take now, in order. */
  pump(session: Session<Handle>): void {
    if (session.state !== "open" || session.isCatchingUp) return;
    while (!session.isSlow) {
      const entry = session.shiftBroadcast();
      if (entry === undefined) break;
      this.#outlet.broadcast([session.handle], entry.message, entry.cursor, this.#onSlow);
    }
    if (session.isSlow || session.missedAfter === undefined) return;
    void this.#catchUp(session, session.missedAfter);
  }

  #keepFor(session: Session<Handle>, entry: HistoryEntry): void {
    if (session.state === "claiming" || session.missedAfter !== undefined) return;
    session.pushBroadcast(entry);
    const { broadcasts, broadcastBytes } = session;
    const isFull = broadcasts.size >= this.#maxWaiting || broadcastBytes >= this.#maxWaitingBytes;
    if (isFull) session.missedAfter = entry.cursor;
  }

  async #catchUp(session: Session<Handle>, after: string): Promise<void> {
    session.isCatchingUp = true;
    session.missedAfter = undefined;
    const query = { limit: Number.MAX_SAFE_INTEGER, viewer: "nobody", after } as const;
    const missed = await this.#keeper.history(query).catch(() => undefined);
    session.isCatchingUp = false;
    if (missed === undefined) {
      // The store is away: the next tick tries again.
      this.resume(session, after);
      return;
    }
    const known = new Set(missed.map(({ cursor }) => cursor));
    const since = [...session.broadcasts].filter(({ cursor }) => !known.has(cursor));
    session.clearBroadcasts();
    for (const entry of [...missed, ...since]) {
      if (entry.message.envelope.from !== session.id) session.pushBroadcast(entry);
      if (session.broadcastBytes < this.#maxWaitingBytes) continue;
      // The rest is asked for again when these are sent: a history would be much to hold for each.
      session.missedAfter = entry.cursor;
      break;
    }
    this.pump(session);
  }
}
