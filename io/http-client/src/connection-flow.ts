import type { BodyFlow } from "./exchange.ts";

/** What of a connection a receiver may hold up. */
export interface FlowSocket {
  pause(): unknown;
  resume(): unknown;
}

/** The flow of one response, which no longer touches the connection when that is over. */
export class ConnectionFlow implements BodyFlow {
  #socket: FlowSocket | undefined;
  readonly #onCancel: () => void;
  #isPaused: boolean = false;

  constructor(socket: FlowSocket, onCancel: () => void) {
    this.#socket = socket;
    this.#onCancel = onCancel;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    if (this.#isPaused || this.#socket === undefined) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket?.resume();
  }

  /** Later, because a decoder may be at work that does not know how to stop. */
  cancel(): void {
    queueMicrotask(() => {
      if (this.#socket !== undefined) this.#onCancel();
    });
  }

  /** The connection is about to be used for something else, or closed. */
  end(): void {
    this.resume();
    this.#socket = undefined;
  }
}
