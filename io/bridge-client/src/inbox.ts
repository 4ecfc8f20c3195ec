import type { Incoming, MessageFilter } from "./bridge-client.ts";
import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeClock } from "./bridge-clock.ts";
import type { Delivery } from "./bridge-frame.ts";
import type { Envelope } from "./envelope.ts";

/** A message that its reader is not done with. */
export interface Held {
  readonly message: Incoming;
  /** Done with: acknowledged, if it is a direct message. */
  finish(): void;
  /** For the next reader, before all others. Nothing after finish(). */
  putBack(): void;
  /** Not done, and let go of: the bridge sends it again. Nothing after finish(). */
  abandon(): void;
}

export interface Reader {
  readonly filter: MessageFilter;
  /** Whether it takes another one now. */
  isReady(): boolean;
  take(held: Held): void;
}

export interface InboxOptions {
  readonly maxBuffered: number;
  readonly maxRemembered: number;
  readonly window: number;
  readonly clock: BridgeClock;
  readonly resume: string | undefined;
  /** Hands a frame to the connection, if there is one. */
  readonly transmit: (text: string) => void;
  readonly toIncoming: (delivery: Delivery, ack: () => void) => Incoming;
  readonly onProblem: (problem: BridgeClientError) => void;
}

/**
 * What has come, from the connection to its reader. A message is here until its reader is done with
 * it; only then it is acknowledged, so that nothing is lost with this process.
 */
export class Inbox {
  readonly #options: InboxOptions;
  /** With their readers, or waiting in #buffer: by from and id. */
  readonly #open = new Map<string, HeldMessage>();
  #buffer: HeldMessage[] = [];
  readonly #readers = new Set<Reader>();
  readonly #replies = new Map<string, Reader>();
  /** Done with: the newest `maxRemembered` at least, twice as many at most. */
  #remembered = new Set<string>();
  #rememberedBefore = new Set<string>();
  #acks: string[] = [];
  #cancelFlush: (() => void) | undefined;
  #cancelHold: (() => void) | undefined;
  /** Undefined: this bridge does not say when it gives up waiting. */
  #holdEveryMs: number | undefined;
  #cursor: string | undefined;
  /** A broadcast was not taken: the next connection begins before it. */
  #isCursorKept = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#cursor = options.resume;
  }

  /** Of messages that wait for a reader. */
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Of messages that are not acknowledged. */
  get unfinished(): number {
    return this.#open.size;
  }

  /** Where broadcasts are to begin on the next connection. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** `cursor`: of the newest broadcast, said by a bridge that was not asked for a `resume`. */
  open({
    ackTimeoutMs,
    cursor,
  }: {
    ackTimeoutMs?: number | undefined;
    cursor?: string | undefined;
  }): void {
    this.#isCursorKept = false;
    this.#cursor ??= cursor;
    this.#holdEveryMs = ackTimeoutMs === undefined ? undefined : Math.max(1, ackTimeoutMs / 3);
    // What came by an earlier connection is about to come by this one.
    for (const held of this.#open.values()) if (held.isDirect) held.holdAtMs = 0;
    if (this.#open.size > 0) this.#holdSoon();
  }

  lost(): void {
    // What they are of comes again, and is acknowledged then.
    this.#acks = [];
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#cancelHold?.();
    this.#cancelHold = undefined;
  }

  take(delivery: Delivery): void {
    const { envelope, cursor } = delivery;
    const key = `${envelope.from}\n${envelope.id}`;
    const isKnown = this.#isRemembered(key);
    if (isKnown && envelope.to !== null) this.#acknowledge(envelope.id);
    if (isKnown || this.#open.has(key)) {
      this.#advance(cursor);
      return;
    }
    const held = this.#hold(key, delivery);
    const reader = this.#readerOf(envelope);
    if (reader !== undefined) {
      this.#open.set(key, held);
      this.#holdSoon();
      this.#advance(cursor);
      reader.take(held);
    } else if (this.#buffer.length < this.#options.maxBuffered) {
      this.#open.set(key, held);
      this.#holdSoon();
      this.#buffer.push(held);
      held.isBuffered = true;
      this.#advance(cursor);
    } else this.#miss(envelope);
  }

  /** It gets what waits and fits, now and whenever it is ready. */
  addReader(reader: Reader): void {
    this.#readers.add(reader);
    this.offer(reader);
  }

  removeReader(reader: Reader): void {
    this.#readers.delete(reader);
  }

  /** It is ready again. */
  offer(reader: Reader): void {
    while (this.#readers.has(reader) && reader.isReady()) {
      const place = this.#buffer.findIndex(({ message }) => fits(reader.filter, message));
      if (place === -1) return;
      const [held] = this.#buffer.splice(place, 1);
      held!.isBuffered = false;
      reader.take(held!);
    }
  }

  /** Replies go before all readers: to a message of this id, from whom it was sent to. */
  addReplyReader(requestId: string, reader: Reader): void {
    this.#replies.set(requestId, reader);
  }

  removeReplyReader(requestId: string): void {
    this.#replies.delete(requestId);
  }

  /** What was acknowledged in this turn, to the bridge. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#acks.length === 0) return;
    const ids = this.#acks;
    this.#acks = [];
    this.#options.transmit(JSON.stringify({ type: "ack", ids }));
  }

  #hold(key: string, delivery: Delivery): HeldMessage {
    const { id, to } = delivery.envelope;
    const isDone = () => this.#open.get(key) !== held;
    const held: HeldMessage = {
      message: this.#options.toIncoming(delivery, () => held.finish()),
      isDirect: to !== null,
      isBuffered: false,
      holdAtMs: to === null ? Number.POSITIVE_INFINITY : this.#options.clock.nowMs(),
      finish: () => {
        if (isDone()) return;
        this.#open.delete(key);
        this.#remember(key);
        // Put back, and acknowledged all the same.
        if (held.isBuffered) this.#buffer.splice(this.#buffer.indexOf(held), 1);
        if (held.isDirect) this.#acknowledge(id);
      },
      putBack: () => {
        if (isDone()) return;
        const reader = this.#readerOf(delivery.envelope);
        held.isBuffered = reader === undefined;
        if (reader === undefined) this.#buffer.unshift(held);
        else reader.take(held);
      },
      abandon: () => {
        if (!isDone()) this.#open.delete(key);
      },
    };
    return held;
  }

  #readerOf(envelope: Envelope): Reader | undefined {
    const reply = envelope.replyTo === null ? undefined : this.#replies.get(envelope.replyTo);
    if (reply !== undefined && fits(reply.filter, envelope)) return reply;
    for (const reader of this.#readers) {
      if (fits(reader.filter, envelope) && reader.isReady()) return reader;
    }
    return undefined;
  }

  #miss({ id, from, to }: Envelope): void {
    if (to === null) this.#isCursorKept = true;
    const { maxBuffered } = this.#options;
    const what = to === null ? "A broadcast" : "A message";
    const message = `${what} of ${JSON.stringify(from)} was not taken: ${maxBuffered} wait already`;
    this.#options.onProblem(new BridgeClientError("missed", message, { messageId: id }));
  }

  #advance(cursor: string | undefined): void {
    if (cursor !== undefined && !this.#isCursorKept) this.#cursor = cursor;
  }

  #isRemembered(key: string): boolean {
    return this.#remembered.has(key) || this.#rememberedBefore.has(key);
  }

  #remember(key: string): void {
    this.#remembered.add(key);
    if (this.#remembered.size < this.#options.maxRemembered) return;
    this.#rememberedBefore = this.#remembered;
    this.#remembered = new Set();
  }

  /** Together with the others of this turn, but before the bridge has to wait for them. */
  #acknowledge(id: string): void {
    const { clock, window } = this.#options;
    this.#acks.push(id);
    if (this.#acks.length >= window / 2) this.flush();
    else this.#cancelFlush ??= clock.at(clock.nowMs(), () => this.flush());
  }

  /** A reader may take its time: the bridge is told that the message is in good hands. */
  #holdSoon(): void {
    const { clock, transmit } = this.#options;
    const everyMs = this.#holdEveryMs;
    if (everyMs === undefined || this.#cancelHold !== undefined) return;
    const soonMs = Math.min(everyMs, FIRST_HOLD_MS);
    this.#cancelHold = clock.at(clock.nowMs() + soonMs, () => {
      this.#cancelHold = undefined;
      const nowMs = clock.nowMs();
      const all = [...this.#open.values()].filter(({ holdAtMs }) => holdAtMs <= nowMs);
      const due = all.slice(0, MAX_IDS);
      for (const held of due) held.holdAtMs = nowMs + everyMs;
      const ids = due.map(({ message }) => message.id);
      if (ids.length > 0) transmit(JSON.stringify({ type: "ack", ids, hold: true }));
      if (this.#open.size > 0) this.#holdSoon();
    });
  }
}

/** In one frame; as many as the largest window. */
const MAX_IDS = 1000;

/** Whoever sent a message may wait for the word that it has come so far. */
const FIRST_HOLD_MS = 1000;

interface HeldMessage extends Held {
  readonly isDirect: boolean;
  isBuffered: boolean;
  /** Never, for what is not acknowledged either. */
  holdAtMs: number;
}

function fits(filter: MessageFilter, { intent, from, taskId }: Envelope): boolean {
  if (filter.intent !== undefined && filter.intent !== intent) return false;
  if (filter.from !== undefined && filter.from !== from) return false;
  return filter.taskId === undefined || filter.taskId === taskId;
}
