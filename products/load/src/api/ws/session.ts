import type { CancelTimer } from "@breakwater/clock";
import type {
  WsConnection,
  WsEnd,
  WsFailure,
  WsHandshake,
  WsListener,
  WsUrl,
} from "@breakwater/ws-client";
import type { VuContext } from "../../vu/vu-context.ts";
import { callInTurn } from "./call-in-turn.ts";
import type { WsResponse } from "./connect.ts";
import { type ConnectParams, keepCookies, toWsRequest } from "./connect-params.ts";
import type { FrozenTags } from "./frozen-tags.ts";
import { sharedWsClient } from "./open-ws-client.ts";
import { responseHeaders } from "./response-headers.ts";
import { Socket } from "./socket.ts";
import { closeSentMessage, endError, refusalMessage, SocketError } from "./socket-error.ts";
import { type WsMetrics, wsMetrics } from "./ws-metrics.ts";

export type Setup = (socket: Socket) => unknown;

export interface SessionOptions {
  readonly url: WsUrl;
  /** As the script wrote it. */
  readonly givenUrl: string;
  readonly params: ConnectParams;
  readonly tags: FrozenTags;
  readonly setup: Setup;
}

type Handler = (...values: readonly unknown[]) => unknown;

/** Something that handlers have to be called for. */
type Event = () => Promise<void> | undefined;

/** GOING_AWAY: what k6 closes with unless the script says otherwise. */
const DEFAULT_CLOSE_CODE = 1001;

/** With so many events waiting nothing more is read, until half of them are handled. */
const MAX_EVENTS = 1000;

/**
 * One ws.connect(): a connection, and the queue of what its handlers are to be called for. They run
 * in turn, each awaited, while the script stands at connect().
 */
export class WsSession implements WsListener {
  readonly #vu: VuContext;
  readonly #options: SessionOptions;
  readonly #metrics: WsMetrics;
  readonly #handlers = new Map<string, Handler[]>();
  readonly #timers = new Set<CancelTimer>();
  #events: Event[] = [];
  #wake: (() => void) | undefined;
  /** Handlers that were called while another ran, by its close() for instance. */
  #nested: Promise<void> | undefined;
  #connection: WsConnection | undefined;
  #startedMs = 0;
  #response: WsResponse | undefined;
  #refusal: string | undefined;
  #interruption: Error | undefined;
  #isClosed: boolean = false;
  #isPaused: boolean = false;

  constructor(vu: VuContext, options: SessionOptions) {
    this.#vu = vu;
    this.#options = options;
    this.#metrics = wsMetrics(vu);
  }

  async run(): Promise<WsResponse> {
    const { activity, clock } = this.#vu;
    const { url, params } = this.#options;
    this.#startedMs = clock.nowMs();
    const request = toWsRequest(this.#vu, url, params, []);
    this.#connection = sharedWsClient(this.#vu).connect(request, this);
    const stopWaiting = activity.whileWaiting((error) => {
      this.#interruption = error;
      this.#isClosed = true;
      this.#wake?.();
    });
    try {
      return await this.#converse();
    } finally {
      stopWaiting();
      for (const cancel of this.#timers) cancel();
      this.#connection.leave(DEFAULT_CLOSE_CODE);
      if (activity.isRunning) {
        const durationMs = clock.nowMs() - this.#startedMs;
        this.#metrics.ws_session_duration.add(durationMs, this.#options.tags, this.#startedMs);
      }
    }
  }

  on(event: string, handler: Handler): void {
    const handlers = this.#handlers.get(event);
    if (handlers) handlers.push(handler);
    else this.#handlers.set(event, [handler]);
  }

  /** Counted whether it can be sent or not, as in k6. */
  send(data: string | Uint8Array): void {
    if (!this.#connection!.send(data)) this.#failSending();
    this.#metrics.ws_msgs_sent.add(1, this.#options.tags, this.#vu.clock.nowMs());
  }

  ping(payload: Uint8Array): void {
    if (!this.#connection!.ping(payload)) this.#failSending();
  }

  /** Everything after the first time is in vain. */
  close(code: number = DEFAULT_CLOSE_CODE): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection!.leave(code);
    try {
      this.#emitNow("close", code);
    } finally {
      this.#wake?.();
    }
  }

  setTimeout(run: () => unknown, delayMs: number): void {
    const { clock } = this.#vu;
    const cancel = clock.at(clock.nowMs() + delayMs, () => {
      this.#timers.delete(cancel);
      this.#push(() => callInTurn(this.#vu, run));
    });
    this.#timers.add(cancel);
  }

  /** A tick that comes while the one before still waits is left out. */
  setInterval(run: () => unknown, intervalMs: number): void {
    const { clock } = this.#vu;
    let dueMs = clock.nowMs();
    let isWaiting = false;
    let cancel: CancelTimer | undefined;
    const tick = (): void => {
      if (cancel) this.#timers.delete(cancel);
      arm();
      if (isWaiting) return;
      isWaiting = true;
      this.#push(() => {
        isWaiting = false;
        return callInTurn(this.#vu, run);
      });
    };
    const arm = (): void => {
      dueMs = Math.max(dueMs + intervalMs, clock.nowMs());
      cancel = clock.at(dueMs, tick);
      this.#timers.add(cancel);
    };
    arm();
  }

  onOpen(handshake: WsHandshake): void {
    const { givenUrl: url } = this.#options;
    this.#noteConnected(handshake);
    const headers = responseHeaders(handshake.head.headers());
    this.#response = { url, status: handshake.status, headers, body: "", error: "" };
    this.#wake?.();
  }

  onRefused(failure: WsFailure, handshake: WsHandshake | undefined): void {
    this.#noteConnected(handshake);
    this.#refusal = refusalMessage(failure);
    const headers = handshake ? responseHeaders(handshake.head.headers()) : {};
    this.#response = {
      url: "",
      status: handshake?.status ?? 0,
      headers,
      body: handshake?.body ?? "",
      error: handshake ? "" : this.#refusal,
    };
    this.#wake?.();
  }

  onMessage(data: string | Uint8Array<ArrayBuffer>): void {
    this.#push(() => {
      this.#metrics.ws_msgs_received.add(1, this.#options.tags, this.#vu.clock.nowMs());
      return typeof data === "string"
        ? this.#emit("message", data)
        : this.#emit("binaryMessage", data.buffer);
    });
  }

  onPing(): void {
    this.#push(() => this.#emit("ping"));
  }

  onPong(_payload: Uint8Array, roundTripMs: number | undefined): void {
    const nowMs = this.#vu.clock.nowMs();
    this.#push(() => {
      if (roundTripMs !== undefined) {
        this.#metrics.ws_ping.add(roundTripMs, this.#options.tags, nowMs);
      }
      return this.#emit("pong");
    });
  }

  onEnd(end: WsEnd): void {
    const error = endError(end);
    const isLost = end.failure !== undefined && end.failure.code !== "closed_early";
    const code = isLost ? DEFAULT_CLOSE_CODE : end.code;
    if (error) this.#push(() => this.#emit("error", error));
    this.#push(() => {
      this.close(code);
      return undefined;
    });
  }

  onBytes(sent: number, received: number): void {
    this.#vu.bytesSent += sent;
    this.#vu.bytesReceived += received;
  }

  async #converse(): Promise<WsResponse> {
    while (this.#response === undefined) await this.#nextEvent();
    if (this.#refusal !== undefined) {
      if (this.#vu.settings.isThrowing) throw new Error(this.#refusal);
      return this.#response;
    }
    try {
      await callInTurn(this.#vu, () => this.#options.setup(new Socket(this)));
      await this.#emit("open");
      await this.#handleEvents();
    } catch (error) {
      this.close();
      await this.#nested;
      throw error;
    }
    return this.#response;
  }

  async #handleEvents(): Promise<void> {
    while (!this.#isClosed) {
      const events = this.#events;
      this.#events = [];
      for (const event of events) {
        const waiting = event();
        if (waiting !== undefined) await waiting;
        if (this.#nested !== undefined) await this.#takeNested();
        if (this.#isClosed) break;
      }
      this.#resumeReading();
      if (this.#events.length === 0 && !this.#isClosed) await this.#nextEvent();
    }
    await this.#takeNested();
    if (this.#interruption) throw this.#interruption;
  }

  async #takeNested(): Promise<void> {
    const nested = this.#nested;
    this.#nested = undefined;
    await nested;
  }

  async #nextEvent(): Promise<void> {
    if (this.#interruption) throw this.#interruption;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
    if (this.#interruption) throw this.#interruption;
  }

  #push(event: Event): void {
    this.#events.push(event);
    if (this.#events.length >= MAX_EVENTS && !this.#isPaused) {
      this.#isPaused = true;
      this.#connection?.pause();
    }
    this.#wake?.();
  }

  #resumeReading(): void {
    if (!this.#isPaused || this.#events.length > MAX_EVENTS / 2) return;
    this.#isPaused = false;
    this.#connection?.resume();
  }

  #failSending(): void {
    this.#emitNow("error", new SocketError(closeSentMessage));
  }

  /** In the middle of a handler: what there is to wait for is waited for when that is done. */
  #emitNow(event: string, ...values: readonly unknown[]): void {
    const waiting = this.#emit(event, ...values);
    if (waiting === undefined) return;
    const before = this.#nested ?? Promise.resolve();
    this.#nested = before.then(() => waiting);
    // Until then nobody looks at it.
    this.#nested.catch(() => {});
  }

  #emit(event: string, ...values: readonly unknown[]): Promise<void> | undefined {
    const handlers = this.#handlers.get(event);
    if (handlers === undefined) return undefined;
    let waiting: Promise<void> | undefined;
    for (const handler of [...handlers]) {
      const call = (): Promise<void> | undefined => callInTurn(this.#vu, () => handler(...values));
      waiting = waiting === undefined ? call() : waiting.then(call);
    }
    return waiting;
  }

  #noteConnected(handshake: WsHandshake | undefined): void {
    const { tags, params, url } = this.#options;
    if (handshake) {
      tags.set("status", String(handshake.status));
      tags.set("subproto", handshake.protocol);
      keepCookies(this.#vu, url, params, handshake.head.headers());
    }
    const connectingMs = this.#vu.clock.nowMs() - this.#startedMs;
    this.#metrics.ws_sessions.add(1, tags, this.#startedMs);
    this.#metrics.ws_connecting.add(connectingMs, tags, this.#startedMs);
  }
}
