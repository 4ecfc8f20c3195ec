import { Connection, type ConnectionOwner, type Engine } from "./connection.ts";
import type { ExchangeListener, OutgoingRequest } from "./exchange.ts";
import { ExchangeRecord } from "./exchange-record.ts";

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
}

const DEFAULT_MAX_IDLE = 20;

/** The pool behind Connections. A VU has few, so they are searched rather than indexed. */
export class ConnectionPool implements Connections, ConnectionOwner {
  readonly #engine: Engine;
  readonly #options: ConnectionsOptions;
  /** In the order they were opened. */
  readonly #connections: Connection[] = [];
  #isClosed: boolean = false;

  constructor(engine: Engine, options: ConnectionsOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Hot path. */
  send(request: OutgoingRequest, listener: ExchangeListener): void {
    const { clock, sweep } = this.#engine;
    const nowMs = clock.nowMs();
    sweep.begin(nowMs);
    const { key } = request.origin;
    for (const connection of this.#connections) {
      if (connection.isIdle && connection.origin.key === key) {
        connection.reuse(request, listener, nowMs);
        return;
      }
    }
    this.#open(new ExchangeRecord(request, listener, nowMs));
  }

  interrupt(): void {
    for (const connection of [...this.#connections]) connection.interrupt();
  }

  closeIdle(): void {
    for (const connection of this.#connections.filter(({ isIdle }) => isIdle)) connection.close();
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
  }

  retry(record: ExchangeRecord): void {
    this.#open(record);
  }

  #open(record: ExchangeRecord): void {
    const connection = new Connection(this.#engine, this, record);
    this.#connections.push(connection);
    if (this.#isClosed) queueMicrotask(() => connection.interrupt());
  }
}
