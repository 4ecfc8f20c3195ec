import {
  type AgentMeta,
  type BridgeClient,
  BridgeClientError,
  type BridgeState,
  type Envelope,
  type Receipt,
} from "@breakwater/bridge-client";
import { whyInWords } from "../agent/why-in-words.ts";
import { type ChatLine, chatHelp, completionsOf, parseChatLine } from "./chat-line.ts";
import {
  failureInWords,
  messageInWords,
  nameInWords,
  pastMessageInWords,
  receiptInWords,
} from "./words.ts";

/** What a session needs of the client. */
export type ChatClient = Pick<
  BridgeClient,
  "id" | "send" | "broadcast" | "agents" | "history" | "onState" | "onReceipt" | "onMessage"
>;

/** What whoever runs a session needs of it. */
export type ChatConnection = ChatClient & Pick<BridgeClient, "ready" | "closed" | "close">;

/** Where a session shows things. Lines may have line breaks in them, and end without one. */
export interface Screen {
  /** What was said, and what was asked for. */
  readonly show: (line: string) => void;
  /** What the session has to say itself. */
  readonly note: (line: string) => void;
}

export interface ChatSessionOptions {
  readonly client: ChatClient;
  readonly url: string;
  readonly screen: Screen;
  readonly newId: () => string;
  /** Ids to complete, and messages that wait for a last receipt: the oldest go first. */
  readonly maxRemembered: number;
}

/** What a line came to: the session is over, or it goes on. */
export type LineOutcome = "over" | "on";

/** Without a connection there is no answer, and one would rather know than wait. */
const ANSWER_TIMEOUT_MS = 5000;

/** A conversation, whatever its lines come from and are shown on. */
export class ChatSession {
  readonly #client: ChatClient;
  readonly #url: string;
  readonly #screen: Screen;
  readonly #newId: () => string;
  readonly #maxRemembered: number;
  readonly #knownIds = new Set<string>();
  /** To whom messages went of which more will be heard. */
  readonly #underWay = new Map<string, { readonly to: string | null }>();
  #state: BridgeState | undefined;
  #unanswered = 0;
  #lost = 0;
  #wake: (() => void)[] = [];

  constructor({ client, url, screen, newId, maxRemembered }: ChatSessionOptions) {
    this.#client = client;
    this.#url = url;
    this.#screen = screen;
    this.#newId = newId;
    this.#maxRemembered = maxRemembered;
    client.onState((state, why) => this.#onState(state, why));
    client.onReceipt((receipt) => this.#onReceipt(receipt));
    client.onMessage((message) => this.#onMessage(message));
  }

  /** Lines that came to nothing, and messages that did not reach whom they were for. */
  get lost(): number {
    return this.#lost;
  }

  /** Does what the line says; what goes wrong is shown. */
  async onLine(text: string): Promise<LineOutcome> {
    const line = parseChatLine(text);
    if (line.kind === "quit") return "over";
    await this.#unlessItFails(this.#do(line), ({ code, message }) =>
      code === "closed" ? undefined : nameInWords(message),
    );
    return "on";
  }

  completions(line: string): readonly string[] {
    return completionsOf(line, [...this.#knownIds]);
  }

  /** Until at most so many messages have had no receipt. */
  async unansweredAtMost(count: number): Promise<void> {
    while (this.#unanswered > count) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async #do(line: Exclude<ChatLine, { kind: "quit" }>): Promise<void> {
    switch (line.kind) {
      case "empty":
        return;
      case "direct":
        this.#know(line.to);
        return this.#send(line.to, line.text);
      case "broadcast":
        return this.#send(null, line.text);
      case "clients":
        return this.#showAgents(await this.#client.agents({ timeoutMs: ANSWER_TIMEOUT_MS }));
      case "history":
        return this.#showHistory(
          await this.#client.history({ limit: line.count, timeoutMs: ANSWER_TIMEOUT_MS }),
        );
      case "help":
        return this.#screen.show(chatHelp);
      case "mistake":
        this.#lost += 1;
        return this.#screen.note(line.message);
    }
  }

  async #unlessItFails(
    work: Promise<unknown>,
    inWords: (why: BridgeClientError) => string | undefined,
  ): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof BridgeClientError)) throw error;
      this.#lost += 1;
      const words = inWords(error);
      if (words !== undefined) this.#screen.note(words);
    }
  }

  /** In the order of the lines, without waiting for the receipt of the one before. */
  #send(to: string | null, text: string): void {
    const id = this.#newId();
    remember(this.#underWay, { key: id, value: { to }, max: this.#maxRemembered });
    this.#unanswered += 1;
    const payload = { text };
    const sent =
      to === null
        ? this.#client.broadcast(payload, { id })
        : this.#client.send(to, payload, { id });
    const failed = this.#unlessItFails(sent, (why) => failureInWords(why, to));
    void failed.finally(() => this.#answered());
  }

  #answered(): void {
    this.#unanswered -= 1;
    for (const wake of this.#wake.splice(0)) wake();
  }

  #onReceipt(receipt: Receipt): void {
    const message = this.#underWay.get(receipt.id);
    if (receipt.status !== "queued") this.#underWay.delete(receipt.id);
    if (message === undefined) return;
    if (receipt.status === "queued" && message.to !== null) void this.#tellWaiting(message.to);
    else this.#screen.note(receiptInWords(receipt, message.to));
  }

  /** It waits for somebody: away, busy, or an id that was mistyped. */
  async #tellWaiting(to: string): Promise<void> {
    const name = nameInWords(to);
    this.#unanswered += 1;
    try {
      const agents = await this.#client.agents({ timeoutMs: ANSWER_TIMEOUT_MS });
      const isThere = agents.some(({ id }) => id === to);
      if (isThere) this.#screen.note(`${name} is there and has not taken it yet: it waits`);
      else this.#screen.note(`nobody called ${name} is connected: it waits until somebody is`);
    } catch (error) {
      if (!(error instanceof BridgeClientError)) throw error;
      this.#screen.note(`it waits for ${name}`);
    } finally {
      this.#answered();
    }
  }

  #onMessage(message: Envelope): void {
    this.#know(message.from);
    this.#screen.show(messageInWords(message, this.#client.id));
  }

  /** Each change once: that it is still tried is no news. */
  #onState(state: BridgeState, why: BridgeClientError | undefined): void {
    if (state === "connecting" || state === this.#state) return;
    this.#state = state;
    if (state === "open") {
      this.#screen.note(`connected to ${this.#url} as ${nameInWords(this.#client.id)}`);
    } else if (why !== undefined) {
      const next = state === "waiting" ? "; it is tried again" : "";
      this.#screen.note(`${nameInWords(whyInWords(why))}${next}`);
    }
  }

  #showAgents(agents: readonly AgentMeta[]): void {
    for (const { id } of agents) this.#know(id);
    this.#screen.show(agents.map((agent) => agentInWords(agent, this.#client.id)).join("\n"));
  }

  #showHistory(history: readonly Envelope[]): void {
    for (const envelope of history) {
      this.#know(envelope.from);
      this.#screen.show(pastMessageInWords(envelope, this.#client.id));
    }
    if (history.length === 0) this.#screen.note("nothing was said that you may see");
  }

  #know(id: string): void {
    // One that cannot be typed cannot be completed.
    if (id === this.#client.id || id === "all" || /[\s\p{C}]/u.test(id)) return;
    this.#knownIds.delete(id);
    this.#knownIds.add(id);
    if (this.#knownIds.size > this.#maxRemembered) forgetOldest(this.#knownIds);
  }
}

function remember<Value>(
  map: Map<string, Value>,
  { key, value, max }: { readonly key: string; readonly value: Value; readonly max: number },
): void {
  map.set(key, value);
  if (map.size > max) forgetOldest(map);
}

function forgetOldest(remembered: Map<string, unknown> | Set<string>): void {
  const oldest = remembered.keys().next();
  if (!oldest.done) remembered.delete(oldest.value);
}

function agentInWords({ id, role, labels }: AgentMeta, viewer: string): string {
  const about = [
    ...(id === viewer ? ["you"] : []),
    ...(role === "agent" ? [] : [nameInWords(role)]),
    ...labels.map(nameInWords),
  ];
  return nameInWords(id) + (about.length === 0 ? "" : ` (${about.join(", ")})`);
}
