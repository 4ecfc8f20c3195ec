import type { BridgeClock } from "./bridge-clock.ts";
import type { WebSocketLike } from "./bridge-socket.ts";

export interface BridgeOptions {
  /** `ws://` or `wss://`; `http://` and `https://` are taken for these. */
  readonly url: string;
  /** A UUID if left out. */
  readonly clientId?: string;
  /** "agent" if left out. */
  readonly role?: string;
  readonly labels?: readonly string[];
  readonly tools?: readonly unknown[];
  readonly intents?: readonly string[];
  /** How many handlers of onMessage() run at once; 1 if left out. */
  readonly maxConcurrentTasks?: number;
  /** The bridge's, if it wants one. */
  readonly authToken?: string;
  /**
   * The client's own secret, 16 to 200 characters, to which the bridge binds the id. Made at random
   * if left out, and kept for reconnects; whoever wants the same id in its next process stores
   * `client.clientToken`. Null: none, so that anybody may be this id once this client is gone.
   */
  readonly clientToken?: string | null;
  /** A `cursor` of an earlier process: broadcasts since then come first. */
  readonly resume?: string;
  /** Messages that come before their reader is done with them: 1 to 1000, 100 if left out. */
  readonly window?: number;
  /** How often the bridge is asked whether it is there; 25 000 if left out. */
  readonly heartbeatMs?: number;
  /** From the dialling to the bridge's welcome; 10 000 if left out. */
  readonly connectTimeoutMs?: number;
  readonly reconnect?: ReconnectOptions;
  /** Messages without a receipt, sent or waiting for a connection; 1000 if left out. */
  readonly maxUnsent?: number;
  /** Their size together, in UTF-16 units of JSON; 16 Mi if left out. */
  readonly maxUnsentChars?: number;
  /** Messages that wait for a reader, also broadcasts; 1000 or the window, if left out. */
  readonly maxBuffered?: number;
  /** How many messages are remembered to tell duplicates; 10 000 if left out. */
  readonly maxRemembered?: number;
  /** Closes the client at once. */
  readonly signal?: AbortSignal;
  /** `WebSocket` of the package `ws` for Node.js before 22. */
  readonly webSocket?: WebSocketLike;
  /** For tests. */
  readonly clock?: BridgeClock;
  /** For tests: so many random bytes. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

export interface ReconnectOptions {
  /** The first wait is up to this; doubled each time; 500 if left out. */
  readonly minDelayMs?: number;
  /** 30 000 if left out. */
  readonly maxDelayMs?: number;
  /** The share of the wait that is left to chance: not all come back at once. 1 if left out. */
  readonly jitter?: number;
  /** In a row without success; without limit if left out. */
  readonly maxAttempts?: number;
  /** How long an id that somebody else has is asked for again; 60 000 if left out. */
  readonly idTakenMs?: number;
}
