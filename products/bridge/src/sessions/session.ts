import type { WebSocketConnection } from "@breakwater/http-server";
import {
  type DeliveryForm,
  type EnvelopeContext,
  encodeGoodbye,
  type GoodbyeReason,
} from "@breakwater/message";

/**
 * "fresh" has not said who it is; "claiming" has, and is not known by it yet; "over": it is being
 * closed, and what it still sends is nobody's.
 */
export type SessionState = "fresh" | "claiming" | "client" | "observer" | "over";

export interface SessionOptions {
  readonly socket: WebSocketConnection;
  readonly form: DeliveryForm;
  readonly openedMs: number;
  readonly ip: string;
}

/** One WebSocket: who is at its other end, and how it wants to be spoken to. */
export class Session {
  readonly socket: WebSocketConnection;
  readonly openedMs: number;
  readonly ip: string;
  state: SessionState = "fresh";
  /** As its URL says, until it registers. */
  form: DeliveryForm;
  wantsReceipts: boolean = false;
  acknowledges: boolean = false;
  isAdmin: boolean = false;
  /** What its envelopes get from it; its id is `context.from`. */
  context: EnvelopeContext | undefined;
  /** Frames that came while its id was claimed. */
  held: string[] | undefined;
  /** Frames that it may send now, and as of when; see SessionRules. */
  tokens: number = Number.NaN;
  tokensMs: number = 0;
  /** Within the window that began then. */
  badFrames: number = 0;
  refusedFrames: number = 0;
  windowMs: number = Number.NEGATIVE_INFINITY;

  constructor({ socket, form, openedMs, ip }: SessionOptions) {
    this.socket = socket;
    this.form = form;
    this.openedMs = openedMs;
    this.ip = ip;
  }

  /** Empty until it is registered. */
  get id(): string {
    return this.context?.from ?? "";
  }

  /** False: it is slower than what it is sent. */
  say(frame: string): boolean {
    return this.socket.send("text", frame);
  }

  /** Says so, and closes. */
  goodbye(reason: GoodbyeReason, reconnectAfterMs?: number): void {
    if (this.state === "over") return;
    this.state = "over";
    this.held = undefined;
    this.say(
      encodeGoodbye({ reason, ...(reconnectAfterMs !== undefined && { reconnectAfterMs }) }),
    );
    this.socket.close(closeCodes[reason], reason);
  }

  /** For whoever is no client of the bridge's: without a goodbye. */
  close(code: number, reason: string): void {
    this.state = "over";
    this.held = undefined;
    this.socket.close(code, reason);
  }
}

/** 1008 and 1012 are of RFC 6455 7.4.1 and its registry; from 4000 on they are ours. */
const closeCodes: Readonly<Record<GoodbyeReason, number>> = {
  draining: 1012,
  unauthorized: 1008,
  replaced: 4001,
  expired: 4002,
  bad_frames: 4003,
  slow: 4004,
};
