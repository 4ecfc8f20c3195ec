import {
  parseWsUrl,
  type WsConnection,
  type WsEnd,
  type WsFailure,
  type WsHandshake,
  type WsListener,
  type WsUrl,
} from "@breakwater/ws-client";
import type { Hold } from "../../vu/activity.ts";
import type { VuContext } from "../../vu/vu-context.ts";
import {
  type ConnectParams,
  keepCookies,
  readConnectParams,
  toWsRequest,
} from "../ws/connect-params.ts";
import { FrozenTags } from "../ws/frozen-tags.ts";
import { sharedWsClient } from "../ws/open-ws-client.ts";
import { endError, refusalMessage } from "../ws/socket-error.ts";
import { type WsMetrics, wsMetrics } from "../ws/ws-metrics.ts";
import { Blob, tryBytes } from "./blob.ts";
import { EventListeners, type EventName } from "./event-listeners.ts";

export type BinaryType = "blob" | "arraybuffer";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

const NORMAL_CLOSURE = 1000;

const MAX_REASON_BYTES = 123;

/** With so many events not yet delivered nothing more is read, until half of them are. */
const MAX_EVENTS = 1000;

interface SessionOptions {
  readonly url: string;
  readonly protocols: unknown;
  readonly params: unknown;
}

/** What stands behind one WebSocket of a script. */
export class WebSocketSession implements WsListener {
  readyState: 0 | 1 | 2 | 3 = CONNECTING;
  extensions: readonly string[] = [];
  protocol = "";
  binaryType: BinaryType = "blob";
  readonly listeners: EventListeners = new EventListeners();
  readonly #vu: VuContext;
  /** What the script has: its events' target. */
  readonly #target: object;
  readonly #url: WsUrl;
  readonly #givenUrl: string;
  readonly #params: ConnectParams;
  readonly #tags: FrozenTags;
  readonly #metrics: WsMetrics;
  readonly #connection: WsConnection;
  readonly #hold: Hold;
  readonly #startedMs: number;
  #isConnected: boolean = false;
  #pings = 0;
  /** Of messages since the connection had nothing to send. */
  #unsentBytes = 0;
  #closeCode = 0;
  #closeReason = "";
  #waitingEvents = 0;
  #isPaused: boolean = false;

  constructor(vu: VuContext, target: object, { url, protocols, params }: SessionOptions) {
    this.#vu = vu;
    this.#target = target;
    this.#givenUrl = url;
    this.#url = parseWsUrl(url);
    this.#params = readConnectParams(params, { isStrict: true });
    const name = this.#params.tags?.name ?? url;
    this.#tags = new FrozenTags(vu.tags, this.#params.tags, { url: name, name });
    this.#metrics = wsMetrics(vu);
    this.#startedMs = vu.clock.nowMs();
    const request = toWsRequest(vu, this.#url, this.#params, readProtocols(protocols));
    this.#connection = sharedWsClient(vu).connect(request, this);
    this.#hold = vu.activity.hold(() => this.#connection.leave(NORMAL_CLOSURE));
  }

  get bufferedAmount(): number {
    return this.#connection.unsentBytes === 0 ? 0 : this.#unsentBytes;
  }

  send(message: unknown): void {
    this.#assertOpen();
    const data = typeof message === "string" ? message : tryBytes(message);
    if (data === undefined) {
      const advice = "give text, an ArrayBuffer, a view or a Blob";
      throw new TypeError(`Cannot send ${describe(message)}: ${advice}`);
    }
    const before = this.bufferedAmount;
    // A copy: the script may go on writing to it.
    this.#connection.send(data);
    this.#unsentBytes = before + (typeof data === "string" ? Buffer.byteLength(data) : data.length);
    this.#countSent();
  }

  ping(): void {
    this.#assertOpen();
    this.#connection.ping(Buffer.from(String(this.#pings)));
    this.#pings += 1;
    this.#countSent();
  }

  close(code: number, reason: string): void {
    if (this.readyState === CLOSING || this.readyState === CLOSED) return;
    if (code !== 0 && code !== NORMAL_CLOSURE && !(code >= 3000 && code <= 4999)) {
      const advice = "give 1000 or one from 3000 to 4999";
      throw new Error(`InvalidAccessError: Cannot close a WebSocket with code ${code}: ${advice}`);
    }
    if (Buffer.byteLength(reason) > MAX_REASON_BYTES) {
      const advice = `give at most ${MAX_REASON_BYTES} bytes`;
      throw new Error(`SyntaxError: Cannot close a WebSocket with so long a reason: ${advice}`);
    }
    this.#closeCode = code === 0 ? NORMAL_CLOSURE : code;
    const wasOpen = this.readyState === OPEN;
    this.readyState = CLOSING;
    if (wasOpen) this.#sendClose(reason);
    else this.#closeReason = reason;
  }

  onOpen(handshake: WsHandshake): void {
    this.#noteConnected(handshake);
    this.protocol = handshake.protocol;
    this.#isConnected = true;
    const timeMs = Date.now();
    this.#deliver(() => {
      if (this.readyState === CLOSING) this.#sendClose(this.#closeReason);
      if (this.readyState !== CONNECTING) return undefined;
      this.readyState = OPEN;
      return this.#dispatchOrFail("open", this.#event("open", timeMs));
    });
  }

  onRefused(failure: WsFailure, handshake: WsHandshake | undefined): void {
    this.#noteConnected(handshake);
    this.#deliver(() => this.#closed(refusalMessage(failure)));
  }

  onMessage(data: string | Uint8Array<ArrayBuffer>): void {
    const nowMs = this.#vu.clock.nowMs();
    const timeMs = Date.now();
    this.#deliver(() => {
      if (this.readyState !== OPEN) return undefined;
      this.#metrics.ws_msgs_received.add(1, this.#tags, nowMs);
      const event = this.#event("message", timeMs);
      event.data = typeof data === "string" ? data : this.#binary(data);
      event.origin = this.#givenUrl;
      return this.#dispatchOrFail("message", event);
    });
  }

  onPing(): void {
    this.#deliver(() => this.#dispatch("ping"));
  }

  onPong(payload: Uint8Array, roundTripMs: number | undefined): void {
    const nowMs = this.#vu.clock.nowMs();
    this.#deliver(() => {
      if (roundTripMs !== undefined) this.#metrics.ws_ping.add(roundTripMs, this.#tags, nowMs);
      else this.#vu.warn(`A pong came that no ping asked for: ${Buffer.from(payload)}`);
      return this.#dispatch("pong");
    });
  }

  onEnd(end: WsEnd): void {
    this.#deliver(() => {
      if (!end.failure || end.failure.code === "closed_early") {
        this.#closeCode = end.code;
        this.#closeReason = end.reason;
      }
      return this.#closed(endError(end)?.message);
    });
  }

  onBytes(sent: number, received: number): void {
    this.#vu.bytesSent += sent;
    this.#vu.bytesReceived += received;
  }

  #noteConnected(handshake: WsHandshake | undefined): void {
    if (handshake) {
      this.#tags.set("status", String(handshake.status));
      this.#tags.set("subproto", handshake.protocol);
      keepCookies(this.#vu, this.#url, this.#params, handshake.head.headers());
      const extensions = handshake.head.header("sec-websocket-extensions");
      if (extensions !== undefined) this.extensions = [extensions];
    }
    const connectingMs = this.#vu.clock.nowMs() - this.#startedMs;
    this.#metrics.ws_sessions.add(1, this.#tags, this.#startedMs);
    this.#metrics.ws_connecting.add(connectingMs, this.#tags, this.#startedMs);
  }

  #assertOpen(): void {
    // The script compares it.
    if (this.readyState !== OPEN) throw new Error("InvalidStateError");
  }

  #sendClose(reason: string): void {
    this.#connection.close(this.#closeCode, reason);
    this.#countSent();
  }

  /** k6 counts pings and the close as well. */
  #countSent(): void {
    this.#metrics.ws_msgs_sent.add(1, this.#tags, this.#vu.clock.nowMs());
  }

  #binary(bytes: Uint8Array<ArrayBuffer>): Blob | ArrayBuffer {
    return this.binaryType === "blob" ? new Blob([bytes]) : bytes.buffer;
  }

  /** Reading waits when the script is behind. */
  #deliver(event: () => Promise<void> | undefined): void {
    this.#waitingEvents += 1;
    if (this.#waitingEvents >= MAX_EVENTS && !this.#isPaused) {
      this.#isPaused = true;
      this.#connection.pause();
    }
    this.#hold.deliver(() => {
      this.#waitingEvents -= 1;
      if (this.#isPaused && this.#waitingEvents <= MAX_EVENTS / 2) {
        this.#isPaused = false;
        this.#connection.resume();
      }
      return event();
    });
  }

  /** What a listener throws ends the connection, and is then told as any error. */
  #dispatchOrFail(name: EventName, event: Record<string, unknown>): Promise<void> | undefined {
    const fail = async (error: unknown): Promise<never> => {
      this.#connection.abandon();
      await this.#closed(error instanceof Error ? error.message : String(error));
      throw error;
    };
    try {
      return this.#dispatch(name, event)?.catch(fail);
    } catch (error) {
      return fail(error);
    }
  }

  async #closed(error: string | undefined): Promise<void> {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    if (this.#isConnected) {
      const nowMs = this.#vu.clock.nowMs();
      this.#metrics.ws_session_duration.add(nowMs - this.#startedMs, this.#tags, nowMs);
    }
    try {
      if (error !== undefined) {
        await this.#dispatch("error", { ...this.#event("error", Date.now()), error });
      }
      const event = this.#event("close", Date.now());
      if (this.#closeCode !== 0) event.code = this.#closeCode;
      event.reason = this.#closeReason;
      await this.#dispatch("close", event);
    } finally {
      this.#hold.release();
    }
  }

  #dispatch(
    name: EventName,
    event: Record<string, unknown> = this.#event(name, Date.now()),
  ): Promise<void> | undefined {
    return this.listeners.call(this.#vu, name, event);
  }

  /** `timeMs` is since the epoch. */
  #event(type: EventName, timeMs: number): Record<string, unknown> {
    return { type, target: this.#target, timestamp: timeMs };
  }
}

/** One or several; anything else is none, as in k6. */
function readProtocols(given: unknown): readonly string[] {
  if (typeof given === "string") return [given];
  return Array.isArray(given) ? given.map(String) : [];
}

function describe(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    return `an object of ${(value as object).constructor?.name ?? "no class"}`;
  }
  return String(value);
}
