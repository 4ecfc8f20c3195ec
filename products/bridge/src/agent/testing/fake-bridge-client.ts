import {
  type AgentMeta,
  type BridgeClient,
  BridgeClientError,
  type BridgeState,
  type Envelope,
  type EnvelopeFields,
  type HistoryOptions,
  type Incoming,
  type Receipt,
  type ReceiveOptions,
  type RequestFields,
} from "@breakwater/bridge-client";
import type { ChatConnection } from "../../chat/chat-session.ts";
import type { McpClient } from "../../mcp/tool.ts";

type Listener<Name extends "onState" | "onReceipt" | "onMessage"> = Parameters<
  BridgeClient[Name]
>[0];

interface Sent {
  readonly id: string;
  readonly line: string;
  readonly receipt: PromiseWithResolvers<Receipt>;
  readonly reply: PromiseWithResolvers<Incoming>;
}

interface Reader {
  readonly options: ReceiveOptions;
  readonly taken: PromiseWithResolvers<Incoming | undefined>;
}

/** A client without a bridge: what was sent by it, and what a test makes the bridge say. */
export class FakeBridgeClient implements ChatConnection, McpClient {
  readonly id: string;
  agentsNow: readonly AgentMeta[] = [];
  historyNow: readonly Envelope[] = [];
  readonly #sent: Sent[] = [];
  readonly #acked: string[] = [];
  readonly #buffer: Incoming[] = [];
  readonly #closed = Promise.withResolvers<BridgeClientError | undefined>();
  readonly #onState: Listener<"onState">[] = [];
  readonly #onReceipt: Listener<"onReceipt">[] = [];
  readonly #onMessage: Listener<"onMessage">[] = [];
  #readers: Reader[] = [];
  #state: BridgeState = "open";

  constructor(id: string) {
    this.id = id;
  }

  /** As `to payload fields`; "*" is all. */
  get sent(): readonly string[] {
    return this.#sent.map(({ line }) => line);
  }

  /** Ids of messages, in the order in which they were acknowledged. */
  get acked(): readonly string[] {
    return this.#acked;
  }

  get state(): BridgeState {
    return this.#state;
  }

  get buffered(): number {
    return this.#buffer.length;
  }

  get closed(): Promise<BridgeClientError | undefined> {
    return this.#closed.promise;
  }

  ready(): Promise<void> {
    if (this.#state === "open") return Promise.resolve();
    return Promise.reject(new BridgeClientError("timeout", "Not connected in time"));
  }

  send(to: string, payload: unknown, fields?: EnvelopeFields): Promise<Receipt> {
    return this.#put(to, payload, fields).receipt.promise;
  }

  broadcast(payload: unknown, fields?: EnvelopeFields): Promise<Receipt> {
    return this.#put("*", payload, fields).receipt.promise;
  }

  request(to: string, payload: unknown, fields: RequestFields): Promise<Incoming> {
    const { timeoutMs: _timeout, signal: _signal, ...rest } = fields;
    return this.#put(to, payload, rest).reply.promise;
  }

  receive(options: ReceiveOptions = {}): Promise<Incoming | undefined> {
    const index = this.#buffer.findIndex((message) => fits(message, options));
    if (index !== -1) return Promise.resolve(this.#buffer.splice(index, 1)[0]);
    if (options.timeoutMs === 0) return Promise.resolve(undefined);
    const taken = Promise.withResolvers<Incoming | undefined>();
    this.#readers.push({ options, taken });
    return taken.promise;
  }

  agents(): Promise<readonly AgentMeta[]> {
    return Promise.resolve(this.agentsNow);
  }

  history({ limit = 50 }: HistoryOptions = {}): Promise<readonly Envelope[]> {
    return Promise.resolve(this.historyNow.slice(-limit));
  }

  onState(listener: Listener<"onState">): () => void {
    return subscribed(this.#onState, listener);
  }

  onReceipt(listener: Listener<"onReceipt">): () => void {
    return subscribed(this.#onReceipt, listener);
  }

  onMessage(listener: Listener<"onMessage">): () => void {
    return subscribed(this.#onMessage, listener);
  }

  close(): Promise<void> {
    this.end(undefined);
    return Promise.resolve();
  }

  /** Of the n-th message that was sent, 0 is the first. */
  tellReceipt(index: number, fields: Omit<Receipt, "id">): void {
    const { id, receipt } = this.#sent[index]!;
    const told = { id, ...fields };
    for (const listener of this.#onReceipt) listener(told);
    if (told.status !== "dropped") receipt.resolve(told);
    else receipt.reject(new BridgeClientError("dropped", "Cannot deliver the message"));
  }

  refuse(index: number, why: BridgeClientError): void {
    this.#sent[index]!.receipt.reject(why);
    this.#sent[index]!.reply.reject(why);
  }

  tellReply(index: number, fields: Partial<Envelope>): void {
    this.#sent[index]!.reply.resolve(this.#incoming(fields));
  }

  tellMessage(fields: Partial<Envelope>): void {
    const message = this.#incoming(fields);
    for (const listener of this.#onMessage) listener(message);
    const reader = this.#readers.find(({ options }) => fits(message, options));
    if (reader === undefined) this.#buffer.push(message);
    this.#readers = this.#readers.filter((other) => other !== reader);
    reader?.taken.resolve(message);
  }

  tellState(state: BridgeState, why?: BridgeClientError): void {
    this.#state = state;
    for (const listener of this.#onState) listener(state, why);
  }

  /** Ends all waiting for a message. */
  tellTimeIsUp(): void {
    for (const { taken } of this.#readers.splice(0)) taken.resolve(undefined);
  }

  /** As the bridge or its owner ends it. */
  end(why: BridgeClientError | undefined): void {
    this.tellState("closed", why);
    this.#closed.resolve(why);
  }

  #put(to: string, payload: unknown, { id = "", ...fields }: EnvelopeFields = {}): Sent {
    const more = Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`;
    const line = `${to} ${JSON.stringify(payload)}${more}`;
    const receipt = Promise.withResolvers<Receipt>();
    const reply = Promise.withResolvers<Incoming>();
    // A test refuses both, and its caller has asked for one.
    for (const { promise } of [receipt, reply]) promise.catch(() => {});
    const sent = { id, line, receipt, reply };
    this.#sent.push(sent);
    return sent;
  }

  #incoming(fields: Partial<Envelope>): Incoming {
    const envelope = anEnvelope(fields);
    return {
      ...envelope,
      attempt: 1,
      cursor: undefined,
      ack: () => void this.#acked.push(envelope.id),
      reply: () => Promise.reject(new Error("Nobody replies in this test")),
    };
  }
}

function fits(message: Incoming, { from, intent }: ReceiveOptions): boolean {
  return fitsField(from, message.from) && fitsField(intent, message.intent);
}

function fitsField(wanted: string | undefined, given: string): boolean {
  return wanted === undefined || wanted === given;
}

function subscribed<Each>(listeners: Each[], listener: Each): () => void {
  listeners.push(listener);
  return () => listeners.splice(listeners.indexOf(listener), 1);
}

/** From grok to all, if nothing else is said. */
export function anEnvelope(fields: Partial<Envelope> = {}): Envelope {
  return {
    id: "m1",
    timestamp: "2026-11-22T10:20:30.000Z",
    intent: "agent.message",
    taskId: null,
    channel: "default",
    priority: "normal",
    from: "grok",
    role: "agent",
    to: null,
    replyTo: null,
    context: {},
    payload: { text: "Hello" },
    tools: [],
    attachments: [],
    trace: {},
    ...fields,
  };
}

export function anAgent(id: string, fields: Partial<AgentMeta> = {}): AgentMeta {
  return {
    id,
    role: "agent",
    labels: [],
    tools: [],
    intents: [],
    maxConcurrentTasks: 1,
    lastSeen: "2026-11-22T10:20:30.000Z",
    connectedAt: "2026-11-22T10:20:30.000Z",
    ...fields,
  };
}
