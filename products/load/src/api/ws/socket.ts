import type { WsSession } from "./session.ts";

/** k6's Socket: what the function given to ws.connect() is called with. */
export class Socket {
  readonly #session: WsSession;
  #pings = 0;

  constructor(session: WsSession) {
    this.#session = session;
  }

  /**
   * "open", "message" (text), "binaryMessage" (ArrayBuffer), "ping", "pong", "close" (code),
   * "error" (see SocketError). What is no function is ignored, as in k6.
   */
  on(event: unknown, handler: unknown): void {
    if (typeof handler !== "function") return;
    this.#session.on(String(event), handler as (...values: readonly unknown[]) => unknown);
  }

  /** Anything but text is sent as text. */
  send(message?: unknown): void {
    this.#session.send(message === undefined || message === null ? "" : String(message));
  }

  sendBinary(message?: unknown): void {
    if (message instanceof ArrayBuffer) {
      this.#session.send(new Uint8Array(message));
      return;
    }
    const what = Object(message) === message ? (message as object).constructor?.name : message;
    throw new TypeError(`Cannot send ${String(what)} as binary: give an ArrayBuffer`);
  }

  ping(): void {
    this.#session.ping(Buffer.from(String(this.#pings)));
    this.#pings += 1;
  }

  /** 1001 when no code is given. */
  close(code?: unknown): void {
    this.#session.close(code === undefined ? undefined : Math.trunc(Number(code)) || 0);
  }

  /** ms, more than 0. */
  setTimeout(run: unknown, delayMs: unknown): void {
    this.#session.setTimeout(...readTimer("setTimeout", run, delayMs));
  }

  setInterval(run: unknown, intervalMs: unknown): void {
    this.#session.setInterval(...readTimer("setInterval", run, intervalMs));
  }
}

function readTimer(
  name: string,
  run: unknown,
  delay: unknown,
): readonly [run: () => unknown, delayMs: number] {
  const delayMs = Number(delay);
  if (typeof run !== "function") {
    throw new TypeError(`Cannot ${name} ${String(run)}: give a function`);
  }
  if (delayMs > 0) return [run as () => unknown, delayMs];
  throw new TypeError(`Cannot ${name} in ${String(delay)} ms: give more than 0`);
}
