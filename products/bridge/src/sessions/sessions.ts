import type { CancelTimer } from "@breakwater/clock";
import type { WebSocketConnection, WebSocketHandler } from "@breakwater/http-server";
import {
  type Broker,
  createBroker,
  type DeliveryForm,
  encodeError,
  type Mistake,
} from "@breakwater/message";
import type { BridgeParts } from "../bridge-parts.ts";
import { takeText } from "./client-frames.ts";
import type { Observers } from "./observers.ts";
import { outlet } from "./outlet.ts";
import { Session } from "./session.ts";
import type { SessionDesk } from "./session-desk.ts";
import { type SessionRules, sessionRules } from "./session-rules.ts";

export interface Opening {
  readonly form: DeliveryForm;
  readonly ip: string;
  /** Whether a page of its origin may connect. */
  readonly isAllowed: boolean;
}

/** All WebSockets of this instance. */
export class Sessions implements SessionDesk {
  readonly parts: BridgeParts;
  readonly broker: Broker<Session>;
  readonly observers: Observers;
  readonly rules: SessionRules;
  /** For all connections together. */
  readonly handler: WebSocketHandler;
  isDraining: boolean = false;
  readonly #sessions: Map<WebSocketConnection, Session> = new Map();
  /** Who has not said yet who it is, oldest first. */
  readonly #fresh: Set<Session> = new Set();
  #cancelTick: CancelTimer = () => {};
  #cancelDrain: CancelTimer = () => {};
  #isStopping: boolean = false;
  #nowAtMs = Number.NaN;
  #now = "";

  constructor(parts: BridgeParts, observers: Observers) {
    const { settings, keeper, figures } = parts;
    this.parts = parts;
    this.observers = observers;
    this.rules = sessionRules(settings);
    this.broker = createBroker({
      keeper,
      outlet: outlet({ figures }),
      limits: {
        clientTtlMs: settings.clientTtlMs,
        ackTimeoutMs: settings.ackTimeoutMs,
        maxAttempts: settings.maxAttempts,
        slowGraceMs: SLOW_GRACE_MS,
        maxWaitingBroadcasts: MAX_WAITING_BROADCASTS,
        maxWaitingBytes: settings.maxUnsent * WAITING_TO_UNSENT,
      },
    });
    this.handler = {
      onText: (socket, text) => this.#with(socket, (session) => takeText(this, session, text)),
      onMessage: (socket) =>
        this.#with(socket, (session) => {
          this.#heard(session);
          this.refuse(session, binaryFrame);
        }),
      onTooLarge: (socket, bytes) =>
        this.#with(socket, (session) => this.refuse(session, this.#tooLarge(bytes))),
      onPong: (socket) => this.#with(socket, (session) => this.#heard(session)),
      onDrain: (socket) => {
        const session = this.#sessions.get(socket);
        if (session?.state === "client") this.broker.drained(session, this.nowMs());
      },
      onStop: () => this.#stopLater(),
      onClose: (socket) => this.#closed(socket),
    };
    this.#tickLater();
  }

  get size(): number {
    return this.#sessions.size;
  }

  nowMs(): number {
    return this.parts.kit.clock.nowMs();
  }

  /** The calendar's time in ISO 8601. Hot path: all messages of a millisecond share a text. */
  now(): string {
    const epochMs = this.parts.epochMs();
    if (epochMs !== this.#nowAtMs) {
      this.#nowAtMs = epochMs;
      this.#now = new Date(epochMs).toISOString();
    }
    return this.#now;
  }

  opened(socket: WebSocketConnection, { form, ip, isAllowed }: Opening): void {
    const session = new Session({ socket, form, ip, openedMs: this.nowMs() });
    const { figures, settings } = this.parts;
    figures.connections += 1;
    if (!isAllowed) {
      session.close(POLICY, "Origin not allowed");
      return;
    }
    if (this.#sessions.size >= settings.maxConnections) {
      this.refuse(session, tooMany(settings.maxConnections));
      session.close(TRY_AGAIN_LATER, "Too many connections");
      return;
    }
    this.#sessions.set(socket, session);
    this.#fresh.add(session);
    if (this.isDraining) this.#goodbye(session);
  }

  /** Tells what cannot be done, and says goodbye to whoever makes nothing but mistakes. */
  refuse(session: Session, mistake: Mistake, frame: string = encodeError(mistake)): void {
    this.parts.figures.mistake(mistake);
    session.say(frame);
    if (this.rules.isTooMuch(session, mistake.code, this.nowMs())) session.goodbye("bad_frames");
  }

  /** Its token is wrong, or it has none. */
  turnAway(session: Session): void {
    const mistake = {
      code: "unauthorized",
      message: "Cannot let you in: give the authToken",
    } as const;
    this.parts.figures.mistake(mistake);
    session.say(encodeError(mistake));
    session.close(POLICY, "Unauthorized");
  }

  /** The claim is decided: what came in the meantime. */
  takeHeld(session: Session): void {
    const { held } = session;
    session.held = undefined;
    if (session.state === "client") this.#fresh.delete(session);
    for (const text of held ?? []) takeText(this, session, text);
  }

  /** Ends what it does by itself. */
  stop(): void {
    this.#cancelTick();
    this.#cancelDrain();
  }

  /** The server is about to stop: when balancers had their time to notice, all are told. */
  #stopLater(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const { kit, settings } = this.parts;
    const dueMs = kit.clock.nowMs() + settings.drainAnnounce;
    this.#cancelDrain = kit.clock.at(dueMs, () => void this.#drain());
  }

  /**
   * Takes no more messages, has the receipts told of those that it took, and says goodbye to all:
   * they come back to another instance, or to this one, one after the other.
   */
  async #drain(): Promise<void> {
    this.isDraining = true;
    const { keeper, kit } = this.parts;
    const late = Promise.withResolvers<void>();
    this.#cancelDrain = kit.clock.at(kit.clock.nowMs() + SETTLE_MS, late.resolve);
    await Promise.race([keeper.settled(), late.promise]);
    this.#cancelDrain();
    for (const session of this.#sessions.values()) this.#goodbye(session);
  }

  #goodbye(session: Session): void {
    const spreadMs = Math.min(MAX_SPREAD_MS, MIN_SPREAD_MS + this.#sessions.size);
    session.goodbye("draining", Math.round(this.parts.random() * spreadMs));
  }

  #with(socket: WebSocketConnection, act: (session: Session) => void): void {
    const session = this.#sessions.get(socket);
    if (session !== undefined && session.state !== "over") act(session);
  }

  /** Whatever comes shows that it is there. */
  #heard(session: Session): void {
    if (session.state === "client") this.broker.heard(session, this.nowMs());
  }

  #closed(socket: WebSocketConnection): void {
    const session = this.#sessions.get(socket);
    if (session === undefined) return;
    this.#sessions.delete(socket);
    this.#fresh.delete(session);
    this.observers.delete(session);
    session.state = "over";
    session.held = undefined;
    this.broker.closed(session, this.nowMs());
  }

  #tooLarge(bytes: number): Mistake {
    const { maxFrame } = this.parts.settings;
    const message =
      bytes > maxFrame
        ? `Cannot take a frame of ${bytes} bytes: send at most ${maxFrame}`
        : "Cannot take a message in so many fragments: send it in one";
    return { code: "frame_too_large", message };
  }

  #tickLater(): void {
    const { kit, settings } = this.parts;
    const everyMs = Math.min(settings.cleanupIntervalMs, TICK_MS);
    this.#cancelTick = kit.clock.at(kit.clock.nowMs() + everyMs, () => {
      this.#tickLater();
      const nowMs = this.nowMs();
      this.broker.tick(nowMs, this.parts.epochMs());
      this.observers.tick();
      for (const session of this.#fresh) {
        if (nowMs < session.openedMs + REGISTER_MS) break;
        if (session.state === "fresh") session.goodbye("unauthorized");
        if (session.state !== "claiming") this.#fresh.delete(session);
      }
    });
  }
}

/** 1008, RFC 6455 7.4.1; 1013 of its registry. */
const POLICY = 1008;
const TRY_AGAIN_LATER = 1013;
const TICK_MS = 1000;
/** Whoever connects says within it who it is. */
const REGISTER_MS = 10_000;
/** A client that takes nothing for so long is gone, or will never catch up. */
const SLOW_GRACE_MS = 10_000;
const MAX_WAITING_BROADCASTS = 1000;
/** Messages take about three times their bytes, and the history forgets them meanwhile. */
const WAITING_TO_UNSENT = 4;
/** 5,000 who come back within 5 s are no storm. */
const MIN_SPREAD_MS = 200;
/** What keeps messages has so long to say that it has them. */
const SETTLE_MS = 2000;
const MAX_SPREAD_MS = 10_000;

const binaryFrame: Mistake = {
  code: "binary_frame",
  message: "Cannot take a binary frame: send JSON as text",
};

const tooMany = (most: number): Mistake => ({
  code: "too_many_clients",
  message: `Cannot take another connection: there are ${most}, try again later`,
});
