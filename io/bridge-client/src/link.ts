import type { BridgeState } from "./bridge-client.ts";
import { BridgeClientError, type BridgeClientErrorCode } from "./bridge-client-error.ts";
import {
  type BridgeFrame,
  type GoodbyeFrame,
  type RefusalFrame,
  tryBridgeFrame,
  type WelcomeFrame,
} from "./bridge-frame.ts";
import type { CloseLike, MessageLike, SocketLike } from "./bridge-socket.ts";
import type { Settings } from "./settings.ts";

export interface LinkEvents {
  /** The text of the register frame. */
  readonly register: () => string;
  readonly onWelcome: (welcome: WelcomeFrame) => void;
  /** All other frames, while it is open. */
  readonly onFrame: (frame: BridgeFrame) => void;
  /** It was open. */
  readonly onLost: () => void;
  readonly onState: (state: BridgeState, why: BridgeClientError | undefined) => void;
  readonly onProblem: (problem: BridgeClientError) => void;
  /** It will not dial again. */
  readonly onOver: (error: BridgeClientError) => void;
}

/** A bridge that says goodbye closes; if not, the client does so after this. */
const GOODBYE_GRACE_MS = 1000;
/** A bridge may ask to be left alone for so long. */
const MAX_HINT_MS = 600_000;

/** One connection to the bridge after the other: dials, registers, notices when it is dead. */
export class Link {
  readonly #settings: Settings;
  readonly #events: LinkEvents;
  #socket: SocketLike | undefined;
  #isOpen: boolean = false;
  #isOver: boolean = false;
  #openedAtMs = 0;
  #hasHeard: boolean = false;
  /** Bridges that never answer are not held to it. */
  #answersHeartbeats: boolean = false;
  #goodbye: GoodbyeFrame | undefined;
  /** Dialled in a row without a welcome. */
  #failures = 0;
  /** The wait has been doubled so often. */
  #doublings = 0;
  #ceilingMs = 0;
  #takenSinceMs: number | undefined;
  /** Of the one thing that is waited for: a welcome, a heartbeat, the next dialling, the close. */
  #cancelTimer: (() => void) | undefined;
  #onClosed: (() => void) | undefined;

  constructor(settings: Settings, events: LinkEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  dial(): void {
    const { webSocket: WebSocket, url, connectTimeoutMs } = this.#settings;
    let socket: SocketLike;
    try {
      socket = new WebSocket(url);
    } catch (cause) {
      this.#retry(unreachable(`Cannot connect to ${url}`, cause));
      return;
    }
    this.#socket = socket;
    this.#goodbye = undefined;
    socket.onopen = () => socket.send(this.#events.register());
    socket.onmessage = (event: MessageLike) => this.#take(event.data);
    socket.onclose = (event: CloseLike) => this.#closed(event);
    // Node.js 20 tells a connection that fails by this alone.
    socket.onerror = () => {
      if (!this.#isOpen) this.#retry(unreachable(`Cannot connect to ${url}`));
    };
    this.#after(connectTimeoutMs, () => {
      this.#retry(unreachable(`${url} has not said welcome within ${connectTimeoutMs} ms`));
    });
    this.#events.onState("connecting", undefined);
  }

  /** Nothing if there is no connection. */
  send(text: string): void {
    if (this.#isOpen) this.#socket?.send(text);
  }

  /** At once, and for good. */
  stop(): void {
    this.#isOver = true;
    this.#detach();
  }

  /** After what was sent; resolves when the bridge has closed, too, or after `timeoutMs`. */
  close(timeoutMs: number): Promise<void> {
    this.#isOver = true;
    if (!this.#isOpen) {
      this.#detach();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        this.#onClosed = undefined;
        this.#detach();
        resolve();
      };
      this.#onClosed = done;
      this.#socket?.close(1000, "closed");
      this.#after(timeoutMs, done);
    });
  }

  #take(data: unknown): void {
    this.#hasHeard = true;
    const frame = tryBridgeFrame(data);
    if (frame === undefined) {
      const message = "The bridge sent a frame that is none, it was not taken";
      this.#events.onProblem(new BridgeClientError("bad_frame", message));
    } else if (frame.type === "heartbeat") this.#answersHeartbeats = true;
    else if (frame.type === "goodbye") this.#leave(frame);
    else if (frame.type === "registered") this.#welcome(frame);
    else if (this.#isOpen) this.#events.onFrame(frame);
    else if (frame.type === "error") this.#refused(frame);
  }

  #welcome(welcome: WelcomeFrame): void {
    if (this.#isOpen || this.#isOver) return;
    this.#isOpen = true;
    this.#openedAtMs = this.#settings.clock.nowMs();
    this.#failures = 0;
    this.#takenSinceMs = undefined;
    this.#events.onWelcome(welcome);
    this.#events.onState("open", undefined);
    this.#beat();
  }

  /** Asks whether the bridge is there. Since it was asked last, anything may have come. */
  #beat(): void {
    if (!this.#isOpen) return;
    const { clock, heartbeatMs } = this.#settings;
    this.#hasHeard = false;
    this.send(JSON.stringify({ type: "heartbeat", id: String(clock.nowMs()) }));
    this.#after(heartbeatMs, () => {
      if (this.#hasHeard || !this.#answersHeartbeats) this.#beat();
      else this.#retry(unreachable(`The bridge has not answered for ${heartbeatMs} ms`));
    });
  }

  /** The register frame was not taken. */
  #refused({ code, message }: RefusalFrame): void {
    const { clock, reconnect } = this.#settings;
    const error = refusal(registerCodes[code] ?? "refused", message, code);
    if (code !== "id_taken") {
      if (passing.includes(code)) this.#retry(error);
      else this.#end(error);
      return;
    }
    // The old connection of this client may be dead, and the bridge not know it yet.
    this.#takenSinceMs ??= clock.nowMs();
    if (clock.nowMs() - this.#takenSinceMs >= reconnect.idTakenMs) this.#end(error);
    else this.#retry(error);
  }

  #leave(goodbye: GoodbyeFrame): void {
    this.#goodbye = goodbye;
    if (this.#onClosed === undefined) {
      this.#after(GOODBYE_GRACE_MS, () => this.#closed({}));
    }
  }

  #closed({ code, reason }: CloseLike): void {
    if (this.#onClosed !== undefined) {
      this.#onClosed();
      return;
    }
    const said = this.#goodbye?.reason ?? closeReasons[code ?? 0];
    const end = endings[said ?? ""];
    if (end !== undefined) this.#end(refusal(end.code, end.message, said));
    else {
      const why = said ?? reason ?? "";
      const message = `The connection to ${this.#settings.url} was closed: ${why || `code ${code}`}`;
      this.#retry(refusal("unreachable", message, said), this.#goodbye?.reconnectAfterMs);
    }
  }

  #retry(why: BridgeClientError, hintMs: number = 0): void {
    const { clock, reconnect, random } = this.#settings;
    const wasOpen = this.#isOpen;
    // Who opens and closes at once is not to be dialled as if all were well.
    if (wasOpen && clock.nowMs() - this.#openedAtMs >= this.#ceilingMs) this.#doublings = 0;
    if (!wasOpen) this.#failures += 1;
    this.#detach();
    if (wasOpen) this.#events.onLost();
    if (this.#isOver) return;
    if (this.#failures >= reconnect.maxAttempts) {
      this.#end(why);
      return;
    }
    this.#ceilingMs = Math.min(reconnect.maxDelayMs, reconnect.minDelayMs * 2 ** this.#doublings);
    this.#doublings = Math.min(this.#doublings + 1, 32);
    const chanceMs = this.#ceilingMs * (1 - reconnect.jitter * random.fraction());
    this.#after(Math.min(hintMs, MAX_HINT_MS) + chanceMs, () => this.dial());
    this.#events.onState("waiting", why);
  }

  #end(error: BridgeClientError): void {
    if (this.#isOver) return;
    this.stop();
    this.#events.onOver(error);
  }

  #after(waitMs: number, call: () => void): void {
    const { clock } = this.#settings;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.at(clock.nowMs() + waitMs, call);
  }

  /** Lets go of the connection, whatever it is doing. */
  #detach(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isOpen = false;
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    // The package ws throws the error that nobody listens to.
    socket.onerror = () => {};
    socket.close();
  }
}

/** What refuses a registration now and may not, later. */
const passing: readonly string[] = ["too_many_clients", "unavailable", "rate_limited"];

const registerCodes: Readonly<Record<string, BridgeClientErrorCode>> = {
  unauthorized: "unauthorized",
  bad_client_token: "bad_client_token",
  id_taken: "id_taken",
};

/** What a close frame says of itself if no goodbye came. */
const closeReasons: Readonly<Record<number, string>> = {
  1008: "unauthorized",
  4001: "replaced",
};

/** After which goodbyes nobody comes back. */
const endings: Readonly<
  Record<string, { readonly code: BridgeClientErrorCode; readonly message: string }>
> = {
  replaced: { code: "replaced", message: "Another connection has taken this client's id" },
  unauthorized: { code: "unauthorized", message: "The bridge does not let this client in" },
};

function unreachable(message: string, cause?: unknown): BridgeClientError {
  return new BridgeClientError("unreachable", message, { cause });
}

function refusal(
  code: BridgeClientErrorCode,
  message: string,
  bridgeCode: string | undefined,
): BridgeClientError {
  return new BridgeClientError(code, message, { bridgeCode });
}
