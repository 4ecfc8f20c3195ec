import type {
  BridgeClient,
  BridgeState,
  HistoryOptions,
  Incoming,
  MessageFilter,
  ReceiveOptions,
  RequestFields,
  WaitOptions,
} from "./bridge-client.ts";
import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeFrame, Delivery, RefusalFrame, WelcomeFrame } from "./bridge-frame.ts";
import type { AgentMeta, Envelope, EnvelopeFields, Receipt } from "./envelope.ts";
import { Inbox } from "./inbox.ts";
import { Lifetime } from "./lifetime.ts";
import { Link } from "./link.ts";
import { Listeners } from "./listeners.ts";
import { Outbox } from "./outbox.ts";
import { Queries } from "./queries.ts";
import { handleMessages, messages, type ReadingOptions, receive } from "./reading.ts";
import { Requests } from "./requests.ts";
import type { Settings } from "./settings.ts";
import { wait } from "./wait.ts";

const CLOSE_TIMEOUT_MS = 5000;
const QUERY_TIMEOUT_MS = 10_000;
const HISTORY_LIMIT = 50;
/** Questions to the bridge at once. */
const MAX_QUERIES = 100;

/** Joins the link to the bridge with what goes out and what comes in. */
export class Client implements BridgeClient {
  readonly id: string;
  readonly clientToken: string | undefined;
  readonly closed: Promise<BridgeClientError | undefined>;
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #queries: Queries;
  readonly #requests: Requests;
  /** Until close() is called, or until it is over. */
  readonly #use = new Lifetime();
  /** Until the connection is gone for good. */
  readonly #life = new Lifetime();
  readonly #reading: ReadingOptions;
  readonly #states = new Listeners<[state: BridgeState, why: BridgeClientError | undefined]>();
  readonly #receipts = new Listeners<[receipt: Receipt]>();
  readonly #problems = new Listeners<[problem: BridgeClientError]>();
  #state: BridgeState = "connecting";
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.id = settings.clientId;
    this.clientToken = settings.clientToken;
    const { clock, random, window, maxUnsent } = settings;
    const transmit = (text: string) => this.#link.send(text);
    const onProblem = (problem: BridgeClientError) => this.#problems.tell(problem);
    const toIncoming = (delivery: Delivery, ack: () => void) => this.#toIncoming(delivery, ack);
    const inbox = new Inbox({ ...settings, transmit, onProblem, toIncoming });
    this.#inbox = inbox;
    this.#outbox = new Outbox({ ...settings, transmit });
    this.#queries = new Queries({ clock, newId: random.uuid, maxQueries: MAX_QUERIES, transmit });
    this.#reading = { inbox, clock, lifetime: this.#use };
    const shared = { inbox, clock, window };
    this.#requests = new Requests({ ...shared, lifetime: this.#life, maxRequests: maxUnsent });
    this.#link = new Link(settings, {
      onProblem,
      register: () => JSON.stringify({ ...settings.registration, resume: inbox.cursor }),
      onWelcome: (welcome) => this.#opened(welcome),
      onFrame: (frame) => this.#take(frame),
      onLost: () => this.#lost(),
      onState: (state, why) => this.#enter(state, why),
      onOver: (error) => this.#end(error),
    });
    this.closed = new Promise((resolve) => {
      this.#life.onEnd(() => resolve(this.#life.endedBy));
    });
    this.#start();
  }

  get state(): BridgeState {
    return this.#state;
  }

  get unsent(): number {
    return this.#outbox.size;
  }

  get buffered(): number {
    return this.#inbox.buffered;
  }

  ready(options: WaitOptions = {}): Promise<void> {
    return wait<void>({
      ...options,
      clock: this.#settings.clock,
      begin: (waiter) => {
        const fail = () => waiter.reject(this.#use.error());
        if (this.#use.isOver) fail();
        else if (this.#state === "open") waiter.resolve();
        const offState = this.#states.add((state) => {
          if (state === "open") waiter.resolve();
        });
        const offEnd = this.#use.onEnd(fail);
        return () => {
          offState();
          offEnd();
        };
      },
      onTimeout: (waiter, timeoutMs) => {
        const message = `There was no connection to the bridge within ${timeoutMs} ms`;
        waiter.reject(new BridgeClientError("timeout", message));
      },
    });
  }

  async send(to: string, payload: unknown, fields: EnvelopeFields = {}): Promise<Receipt> {
    if (typeof to !== "string" || to === "") {
      const message = `Cannot send to ${JSON.stringify(to)}: it is an id, and broadcast() is to all`;
      throw new BridgeClientError("bad_option", message);
    }
    return await this.#send({ ...fields, to, payload });
  }

  async broadcast(payload: unknown, fields: EnvelopeFields = {}): Promise<Receipt> {
    return await this.#send({ ...fields, payload });
  }

  async request(to: string, payload: unknown, options: RequestFields): Promise<Incoming> {
    const { timeoutMs, signal, id = this.#settings.random.uuid(), ...fields } = options;
    return await this.#requests.ask({
      ...{ id, to, timeoutMs },
      ...(signal !== undefined && { signal }),
      send: () => this.send(to, payload, { ...fields, id }),
      withdraw: () => {
        const message = "Nobody waits for the reply any more";
        this.#outbox.withdraw(id, new BridgeClientError("aborted", message, { messageId: id }));
      },
    });
  }

  messages(filter: MessageFilter = {}): AsyncIterableIterator<Incoming> {
    return messages(this.#reading, filter);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Incoming> {
    return this.messages();
  }

  async receive(options: ReceiveOptions = {}): Promise<Incoming | undefined> {
    return (await receive(this.#reading, options))?.message;
  }

  onMessage(handler: (message: Incoming) => unknown, filter: MessageFilter = {}): () => void {
    return handleMessages({
      ...{ ...this.#reading, handler, filter },
      maxRunning: this.#settings.maxConcurrentTasks,
      onProblem: (problem) => this.#problems.tell(problem),
    });
  }

  async agents(options: WaitOptions = {}): Promise<readonly AgentMeta[]> {
    const question = { limit: 1, agents: true } as const;
    const answer = { timeoutMs: QUERY_TIMEOUT_MS, ...options };
    const { agents } = await this.#whileInUse(() => this.#queries.ask(question, answer));
    if (agents !== undefined) return agents;
    const message = "This bridge does not say what its agents said of themselves";
    throw new BridgeClientError("bad_frame", message);
  }

  async history(options: HistoryOptions = {}): Promise<readonly Envelope[]> {
    const { limit = HISTORY_LIMIT, ...waiting } = options;
    if (!Number.isSafeInteger(limit) || limit < 1) {
      const message = `limit cannot be ${limit}: it is a whole number from 1`;
      throw new BridgeClientError("bad_option", message);
    }
    const answer = { timeoutMs: QUERY_TIMEOUT_MS, ...waiting };
    return (await this.#whileInUse(() => this.#queries.ask({ limit }, answer))).history;
  }

  onState(listener: (state: BridgeState, why: BridgeClientError | undefined) => void): () => void {
    return this.#states.add(listener);
  }

  onReceipt(listener: (receipt: Receipt) => void): () => void {
    return this.#receipts.add(listener);
  }

  onProblem(listener: (problem: BridgeClientError) => void): () => void {
    return this.#problems.add(listener);
  }

  close({ timeoutMs = CLOSE_TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(): void {
    const { signal } = this.#settings;
    const onAbort = () => {
      const message = "The caller's signal closed the client of the bridge";
      this.#end(new BridgeClientError("aborted", message, { cause: signal?.reason }));
    };
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener("abort", onAbort);
    this.#life.onEnd(() => signal?.removeEventListener("abort", onAbort));
    this.#link.dial();
  }

  #send(fields: EnvelopeFields & Pick<Partial<Envelope>, "to" | "payload">): Promise<Receipt> {
    const id = fields.id ?? this.#settings.random.uuid();
    return this.#whileInUse(() => this.#outbox.send(id, { ...fields, id }));
  }

  #whileInUse<T>(call: () => Promise<T>): Promise<T> {
    return this.#use.isOver ? Promise.reject(this.#use.error()) : call();
  }

  #toIncoming(delivery: Delivery, ack: () => void): Incoming {
    const { envelope, attempt, cursor } = delivery;
    const { id, from, taskId } = envelope;
    const usual = { intent: "agent.response", ...(taskId !== null && { taskId }), replyTo: id };
    return {
      ...envelope,
      attempt,
      cursor,
      ack,
      reply: (payload, fields) => this.send(from, payload, { ...usual, ...fields }),
    };
  }

  #opened({ limits, cursor }: WelcomeFrame): void {
    this.#inbox.open({ ackTimeoutMs: limits.ackTimeoutMs, cursor });
    this.#outbox.open(limits);
    this.#queries.open();
  }

  #lost(): void {
    this.#inbox.lost();
    this.#outbox.lost();
  }

  #take(frame: BridgeFrame): void {
    if (frame.type === "delivery") this.#inbox.take(frame);
    else if (frame.type === "receipt") this.#takeReceipt(frame.receipt);
    else if (frame.type === "query_response") this.#queries.answer(frame);
    else if (frame.type === "error") this.#takeRefusal(frame);
  }

  #takeReceipt(receipt: Receipt): void {
    this.#outbox.settle(receipt);
    this.#requests.note(receipt);
    this.#receipts.tell(receipt);
  }

  #takeRefusal({ code, message, id }: RefusalFrame): void {
    const error = new BridgeClientError("refused", message, { bridgeCode: code, messageId: id });
    // It is about to say goodbye: the message goes to the next connection.
    if (code === "unavailable" && id !== undefined && this.#outbox.has(id)) return;
    if (id === undefined || !this.#outbox.refuse(id, error)) this.#problems.tell(error);
  }

  #enter(state: BridgeState, why: BridgeClientError | undefined): void {
    // What the connection does while the last receipts are waited for is not the owner's matter.
    if (this.#state === "closing" && state !== "closed") return;
    this.#state = state;
    this.#states.tell(state, why);
  }

  async #close(timeoutMs: number): Promise<void> {
    if (this.#life.isOver) return;
    this.#enter("closing", undefined);
    this.#use.end(undefined);
    const { clock } = this.#settings;
    const deadlineMs = clock.nowMs() + timeoutMs;
    await wait<void>({
      clock,
      timeoutMs,
      begin: (waiter) => {
        this.#outbox.whenEmpty(() => waiter.resolve());
        return this.#life.onEnd(() => waiter.resolve());
      },
      onTimeout: (waiter) => waiter.resolve(),
    });
    if (this.#life.isOver) return;
    this.#inbox.flush();
    await this.#link.close(Math.max(0, deadlineMs - clock.nowMs()));
    this.#end(undefined);
  }

  /** For good. */
  #end(error: BridgeClientError | undefined): void {
    if (this.#life.isOver) return;
    this.#link.stop();
    this.#lost();
    this.#use.end(error);
    this.#life.end(error);
    const over = this.#life.error();
    this.#outbox.refuseAll(over);
    this.#queries.rejectAll(over);
    this.#enter("closed", error);
    this.#states.clear();
    this.#receipts.clear();
    this.#problems.clear();
  }
}
