/// <reference lib="esnext.disposable" preserve="true" />

import type { BridgeClientError } from "./bridge-client-error.ts";
import type { AgentMeta, Envelope, EnvelopeFields, Receipt } from "./envelope.ts";

/**
 * `connecting`: dialling, for the first time or again. `open`: the bridge has said welcome.
 * `waiting`: until it dials again. `closing`: close() was called. `closed`: for good.
 */
export type BridgeState = "connecting" | "open" | "waiting" | "closing" | "closed";

/** Which messages a reader takes; all fields must fit. The rest waits for another reader. */
export interface MessageFilter {
  readonly intent?: string;
  readonly from?: string;
  readonly taskId?: string;
}

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ReceiveOptions extends MessageFilter, WaitOptions {}

export interface HistoryOptions extends WaitOptions {
  /** The newest so many; 50 if left out. */
  readonly limit?: number;
}

export interface RequestFields extends EnvelopeFields {
  /** From the call to the reply; a request for ever is none. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A message, and what its reader may do with it. */
export interface Incoming extends Envelope {
  /** 1, or more if the bridge has delivered it before. */
  readonly attempt: number;
  /** Of a broadcast: its place, for `resume`. */
  readonly cursor: string | undefined;
  /** Its reader is done with it: the bridge need not send it again. Harmless again. */
  ack(): void;
  /** A message to its sender, with `replyTo` and the same `taskId`. Intent: "agent.response". */
  reply(payload: unknown, fields?: EnvelopeFields): Promise<Receipt>;
}

/**
 * A connection to `bw bridge` that comes back by itself. What is sent waits for the connection and
 * goes again, by the same id, until the bridge has answered; what comes is acknowledged only when
 * its reader is done with it, and the bridge holds back what is beyond the window.
 */
export interface BridgeClient extends AsyncDisposable, AsyncIterable<Incoming> {
  /** Who this client is to the others. */
  readonly id: string;
  /** The secret to which `id` is bound: store it to be the same agent in another process. */
  readonly clientToken: string | undefined;
  readonly state: BridgeState;
  /** Messages without a receipt. */
  readonly unsent: number;
  /** Messages that wait for a reader. */
  readonly buffered: number;
  /** When it is over: with the error that ended it, or undefined after close(). */
  readonly closed: Promise<BridgeClientError | undefined>;

  /** Resolves when it is connected, at once if it is. Rejects when it is over. */
  ready(options?: WaitOptions): Promise<void>;

  /**
   * Resolves with the first receipt: the recipient, or the bridge, has it. Rejects if it is dropped
   * or refused, and at once if too much is unsent. After "closed" it may have arrived all the same.
   */
  send(to: string, payload: unknown, fields?: EnvelopeFields): Promise<Receipt>;
  /** To all others that are connected. */
  broadcast(payload: unknown, fields?: EnvelopeFields): Promise<Receipt>;
  /**
   * Sends and waits for the reply: a message of `to` whose `replyTo` is the id of this one. The
   * reply is acknowledged; one that comes too late is a message like others.
   */
  request(to: string, payload: unknown, fields: RequestFields): Promise<Incoming>;

  /**
   * All that comes, one after the other, also by `for await (const message of client)`. A message
   * is acknowledged when the reader asks for the next one. The one at which the loop is left is
   * not, unless by ack(): the next reader gets it. Ends with close(); throws if it ends otherwise.
   */
  messages(filter?: MessageFilter): AsyncIterableIterator<Incoming>;
  /** The next one, to be acknowledged by ack(). Undefined after timeoutMs. */
  receive(options?: ReceiveOptions): Promise<Incoming | undefined>;
  /**
   * Calls for each message, up to `maxConcurrentTasks` at once, and acknowledges it when what the
   * handler returns resolves. If it fails the message comes again. Gives what ends it.
   */
  onMessage(handler: (message: Incoming) => unknown, filter?: MessageFilter): () => void;

  /** Who is connected. */
  agents(options?: WaitOptions): Promise<readonly AgentMeta[]>;
  /** What was said, oldest first: broadcasts, and direct messages from or to this client. */
  history(options?: HistoryOptions): Promise<readonly Envelope[]>;

  /** `why`: with "waiting" and "closed", if it was not close(). */
  onState(listener: (state: BridgeState, why: BridgeClientError | undefined) => void): () => void;
  /** Every receipt, also what follows `queued`; and of what was sent by an earlier connection. */
  onReceipt(listener: (receipt: Receipt) => void): () => void;
  /** What goes wrong and is no call's: a handler that failed, a message that was not taken. */
  onProblem(listener: (problem: BridgeClientError) => void): () => void;

  /**
   * Takes nothing new, waits up to `timeoutMs` (5000) for the receipts of what was sent, closes.
   * What has none then is rejected as "closed". Messages no reader is done with stay at the bridge.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}
