import type { VuContext } from "../../vu/vu-context.ts";
import { isEventName, type Listener } from "./event-listeners.ts";
import { type BinaryType, WebSocketSession } from "./web-socket-session.ts";

/**
 * k6's WebSocket: WHATWG's, with ping(), its events, and an event's `error`. An open one keeps the
 * iteration from being over.
 *
 * @throws TypeError for a URL, option or protocol that cannot be used
 */
export class WebSocket {
  readonly url: string;
  readonly #vu: VuContext;
  readonly #session: WebSocketSession;

  /** `vu` is bound before the script sees this. */
  constructor(vu: VuContext, url: unknown, protocols?: unknown, params?: unknown) {
    vu.activity.assertRunning("open a WebSocket");
    if (url === undefined || url === null) {
      throw new TypeError("Cannot open a WebSocket without a URL: give one");
    }
    this.url = String(url);
    this.#vu = vu;
    this.#session = new WebSocketSession(vu, this, { url: this.url, protocols, params });
  }

  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): number {
    return this.#session.readyState;
  }
  /** Bytes of messages that wait to be sent. */
  get bufferedAmount(): number {
    return this.#session.bufferedAmount;
  }
  /** What the server agreed to; in k6 a list. */
  get extensions(): readonly string[] {
    return this.#session.extensions;
  }
  get protocol(): string {
    return this.#session.protocol;
  }
  /** How binary messages come: "blob" or "arraybuffer". */
  get binaryType(): BinaryType {
    return this.#session.binaryType;
  }
  set binaryType(type: BinaryType) {
    if (type !== "blob" && type !== "arraybuffer") {
      throw new TypeError(`Cannot give messages as "${type}": known are "blob" and "arraybuffer"`);
    }
    this.#session.binaryType = type;
  }

  get onopen(): Listener | null {
    return this.#session.listeners.getOn("open");
  }
  set onopen(listener: unknown) {
    this.#session.listeners.setOn("open", listener);
  }
  get onmessage(): Listener | null {
    return this.#session.listeners.getOn("message");
  }
  set onmessage(listener: unknown) {
    this.#session.listeners.setOn("message", listener);
  }
  get onerror(): Listener | null {
    return this.#session.listeners.getOn("error");
  }
  set onerror(listener: unknown) {
    this.#session.listeners.setOn("error", listener);
  }
  get onclose(): Listener | null {
    return this.#session.listeners.getOn("close");
  }
  set onclose(listener: unknown) {
    this.#session.listeners.setOn("close", listener);
  }
  get onping(): Listener | null {
    return this.#session.listeners.getOn("ping");
  }
  set onping(listener: unknown) {
    this.#session.listeners.setOn("ping", listener);
  }
  get onpong(): Listener | null {
    return this.#session.listeners.getOn("pong");
  }
  set onpong(listener: unknown) {
    this.#session.listeners.setOn("pong", listener);
  }

  addEventListener(event: unknown, listener: unknown): void {
    const name = String(event);
    if (typeof listener !== "function") {
      throw new TypeError(`Cannot listen to "${name}" with ${String(listener)}: give a function`);
    }
    if (isEventName(name)) this.#session.listeners.add(name, listener as Listener);
    else this.#vu.warn(`Cannot listen to a WebSocket's "${name}": there is no such event`);
  }

  /** Text, an ArrayBuffer, a view or a Blob. Throws "InvalidStateError" unless it is open. */
  send(message: unknown): void {
    this.#session.send(message);
  }

  ping(): void {
    this.#session.ping();
  }

  /** 1000 (the default) or 3000 to 4999; at most 123 bytes of reason. */
  close(code?: unknown, reason?: unknown): void {
    this.#session.close(
      code === undefined || code === null ? 0 : Math.trunc(Number(code)) || 0,
      reason === undefined || reason === null ? "" : String(reason),
    );
  }
}
