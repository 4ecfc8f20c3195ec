import { type PreparedFrame, prepareFrame } from "@breakwater/http-server";
import { encodeSeen, encodeSnapshot, type Message, type Snapshot } from "@breakwater/message";
import type { BridgeParts } from "../bridge-parts.ts";
import type { Session } from "./session.ts";

/** So many messages a second are shown to observers, who are people; the rest is counted. */
const MAX_SEEN = 200;
/** Of one snapshot: the page shows so many, and how many there are. */
const MAX_LISTED = 500;

/** Those who watch: told how things are every second if they have changed, and what goes by. */
export class Observers {
  readonly #parts: BridgeParts;
  readonly #sessions: Set<Session> = new Set();
  #left: number = MAX_SEEN;
  #skipped = 0;
  #lastTold = "";
  #isLooking: boolean = false;

  constructor(parts: BridgeParts) {
    this.#parts = parts;
  }

  add(session: Session): void {
    this.#sessions.add(session);
    void this.#tell([session], { always: true });
  }

  delete(session: Session): void {
    this.#sessions.delete(session);
  }

  /** Hot path: nothing, unless somebody watches. */
  seen(message: Message): void {
    if (this.#sessions.size === 0) return;
    if (this.#left === 0) {
      this.#skipped += 1;
      return;
    }
    this.#left -= 1;
    const isForAll = message.envelope.to === null;
    let whole: PreparedFrame | undefined;
    let outside: PreparedFrame | undefined;
    for (const session of this.#sessions) {
      const read = isForAll || session.isAdmin;
      if (read) whole ??= prepareFrame("text", encodeSeen(message, { read }));
      else outside ??= prepareFrame("text", encodeSeen(message, { read }));
      session.socket.sendPrepared((read ? whole : outside)!);
    }
  }

  /** Once a second. */
  tick(): void {
    this.#left = MAX_SEEN;
    if (this.#sessions.size > 0) void this.#tell(this.#sessions, { always: false });
  }

  async #tell(to: Iterable<Session>, { always }: { readonly always: boolean }): Promise<void> {
    if (this.#isLooking && !always) return;
    this.#isLooking = true;
    const snapshot = await this.#snapshot();
    this.#isLooking = false;
    if (snapshot === undefined) return;
    const now = JSON.stringify(snapshot);
    if (now === this.#lastTold && !always) return;
    if (!always) this.#lastTold = now;
    const frame = prepareFrame(
      "text",
      encodeSnapshot({ ...snapshot, atMs: this.#parts.epochMs() }),
    );
    for (const session of to) if (session.state === "observer") session.socket.sendPrepared(frame);
  }

  /** Undefined: what keeps messages does not answer; the next second will tell. */
  async #snapshot(): Promise<Omit<Snapshot, "atMs"> | undefined> {
    const { views, keeper, figures } = this.#parts;
    try {
      const [agents, mailboxes] = await Promise.all([views.agents(), keeper.mailboxes(MAX_LISTED)]);
      return {
        agents: agents.slice(0, MAX_LISTED),
        mailboxes,
        figures: {
          ...keeper.figures,
          agents: agents.length,
          messages: figures.messages,
          deliveries: figures.deliveries,
          dropped: figures.dropped.values().reduce((sum, count) => sum + count, 0),
          errors: figures.errors,
          skipped: this.#skipped,
        },
      };
    } catch {
      return undefined;
    }
  }
}
