import { Connection, type ConnectionOwner, type Engine } from "./connection.ts";
import type { ExchangeListener, OutgoingRequest } from "./exchange.ts";
import { ExchangeRecord } from "./exchange-record.ts";
import type { Failure } from "./failure.ts";
import { Http2Session, type OpenSocket, type SessionOwner } from "./http2-session.ts";
import { Http3Exchange } from "./http3-exchange.ts";

/** One VU's private connections: never shared between VUs, as in k6. */
export interface Connections {
  /**
   * Sends as soon as a connection is ready: an idle one, else a new one. `listener.onEnd` is called
   * once, later.
   */
  send(request: OutgoingRequest, listener: ExchangeListener): void;
  /**
   * Cuts every request under way, each failing as "interrupted". Connections in use are closed,
   * idle ones stay.
   */
  interrupt(): void;
  closeIdle(): void;
  /** Interrupts and closes all; whatever is sent afterwards fails as "interrupted". */
  close(): void;
}

export interface ConnectionsOptions {
  readonly maxIdlePerOrigin: number;
  /**
   * Over all origins, 20 when left out (k6's `batch`); the one opened first is closed for the
   * newest.
   */
  readonly maxIdle?: number;
  /** False: every request gets a new connection. Its head should then say `Connection: close`. */
  readonly reuse: boolean;
  /** An IP address of this machine to connect from; the system's choice when left out. */
  readonly localAddress?: string | undefined;
}

const DEFAULT_MAX_IDLE = 20;

/** More origins than that are asked for their version of HTTP anew. */
const MAX_HTTP1_ORIGINS = 1024;

/** The pool behind Connections. A VU has few, so they are searched rather than indexed. */
export class ConnectionPool implements Connections, ConnectionOwner, SessionOwner {
  readonly #engine: Engine;
  readonly #options: ConnectionsOptions;
  /** In the order they were opened. */
  readonly #connections: Connection[] = [];
  /** One for each origin, and another where the first has no room. */
  readonly #sessions: Http2Session[] = [];
  #http3: Set<Http3Exchange> | undefined;
  #isClosed: boolean = false;

  constructor(engine: Engine, options: ConnectionsOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  get localAddress(): string | undefined {
    return this.#options.localAddress;
  }

  /** Hot path. */
  send(request: OutgoingRequest, listener: ExchangeListener): void {
    const { clock, sweep } = this.#engine;
    const nowMs = clock.nowMs();
    sweep.begin(nowMs);
    const { httpVersion, origin } = request;
    if (httpVersion !== undefined && httpVersion !== "1.1") {
      if (request.receiver !== undefined) throw new Error("A receiver needs HTTP/1.1");
      if (httpVersion === "3") {
        this.#sendHttp3(new ExchangeRecord(request, listener, nowMs));
        return;
      }
      const session = this.#session(origin.key);
      if (session !== undefined) {
        session.open(new ExchangeRecord(request, listener, nowMs));
        return;
      }
    }
    if (httpVersion !== "2") {
      for (const connection of this.#connections) {
        if (connection.isIdle && connection.origin.key === origin.key) {
          connection.reuse(request, listener, nowMs);
          return;
        }
      }
    }
    this.#open(new ExchangeRecord(request, listener, nowMs));
  }

  interrupt(): void {
    for (const connection of [...this.#connections]) connection.interrupt();
    for (const session of [...this.#sessions]) session.interrupt();
    for (const exchange of [...(this.#http3 ?? [])]) exchange.interrupt();
  }

  closeIdle(): void {
    for (const connection of this.#connections.filter(({ isIdle }) => isIdle)) connection.close();
    for (const session of this.#sessions.filter(({ isIdle }) => isIdle)) session.close();
  }

  close(): void {
    this.#isClosed = true;
    this.interrupt();
    this.closeIdle();
  }

  tryKeep(connection: Connection): boolean {
    const { maxIdle = DEFAULT_MAX_IDLE, maxIdlePerOrigin, reuse } = this.#options;
    if (!reuse || this.#isClosed) return false;
    if (this.#connections.length <= Math.min(maxIdle, maxIdlePerOrigin)) return true;
    const idle = this.#connections.filter(({ isIdle }) => isIdle);
    const { key } = connection.origin;
    if (idle.filter(({ origin }) => origin.key === key).length >= maxIdlePerOrigin) return false;
    if (idle.length >= maxIdle) idle[0]?.close();
    return maxIdle > 0;
  }

  onClosed(connection: Connection): void {
    const place = this.#connections.indexOf(connection);
    if (place !== -1) this.#connections.splice(place, 1);
    const { key } = connection.origin;
    if (connection.alpn === "http/1.1" || this.#isNegotiating(key)) return;
    // The first of those who waited for it takes its part.
    this.#waiting(key)[0]?.dial();
  }

  onHttp2(_connection: Connection, socket: OpenSocket, record: ExchangeRecord): void {
    const { key } = socket.origin;
    this.#engine.http1Origins.delete(key);
    const session = new Http2Session(this.#engine, this, socket);
    this.#sessions.push(session);
    session.open(record);
    for (const waiting of this.#waiting(key)) {
      if (session.hasRoom) session.open(waiting.giveUp());
      else waiting.dial();
    }
  }

  onHttp1({ origin }: Connection): void {
    const { http1Origins } = this.#engine;
    if (http1Origins.size >= MAX_HTTP1_ORIGINS) http1Origins.clear();
    http1Origins.add(origin.key);
    for (const waiting of this.#waiting(origin.key)) waiting.dial();
  }

  onDialFailed({ origin }: Connection, failure: Failure): void {
    for (const waiting of this.#waiting(origin.key)) waiting.onDialFailed(failure);
  }

  tryKeepSession(): boolean {
    const { maxIdle = DEFAULT_MAX_IDLE, reuse } = this.#options;
    if (!reuse || this.#isClosed) return false;
    const idle = this.#sessions.filter(({ isIdle }) => isIdle);
    if (idle.length > maxIdle) idle[0]?.close();
    return true;
  }

  onSessionClosed(session: Http2Session): void {
    const place = this.#sessions.indexOf(session);
    if (place !== -1) this.#sessions.splice(place, 1);
  }

  retry(record: ExchangeRecord): void {
    const { httpVersion, origin } = record.request;
    const isHttp2 = httpVersion === "auto" || httpVersion === "2";
    const session = isHttp2 ? this.#session(origin.key) : undefined;
    if (session === undefined) this.#open(record);
    else session.open(record);
  }

  #open(record: ExchangeRecord): void {
    const isWaiting = this.#shallWait(record.request);
    const connection = new Connection(this.#engine, this, record, { isWaiting });
    this.#connections.push(connection);
    if (this.#isClosed) queueMicrotask(() => connection.interrupt());
  }

  #sendHttp3(record: ExchangeRecord): void {
    this.#http3 ??= new Set();
    const exchange = new Http3Exchange(this.#engine, record, this.#http3);
    if (this.#isClosed) queueMicrotask(() => exchange.interrupt());
  }

  #session(key: string): Http2Session | undefined {
    if (!this.#options.reuse) return undefined;
    return this.#sessions.find(({ hasRoom, origin }) => hasRoom && origin.key === key);
  }

  /** A batch to a server that is not known yet makes one connection, not one for each request. */
  #shallWait({ httpVersion, origin }: OutgoingRequest): boolean {
    if (httpVersion === undefined || httpVersion === "1.1" || !this.#options.reuse) return false;
    return !this.#engine.http1Origins.has(origin.key) && this.#isNegotiating(origin.key);
  }

  #isNegotiating(key: string): boolean {
    return this.#connections.some((one) => one.isNegotiating && one.origin.key === key);
  }

  #waiting(key: string): Connection[] {
    return this.#connections.filter((one) => one.isWaiting && one.origin.key === key);
  }
}
