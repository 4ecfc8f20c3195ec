import type { Broker } from "../broker/broker.ts";
import { createBroker } from "../broker/create-broker.ts";
import type { Message } from "../envelope/envelope.ts";
import type { DeadLetter, KeeperLimits } from "../keeper/keeper.ts";
import type { KeptState } from "../keeper/keeper-log.ts";
import { memoryKeeper } from "../keeper/memory-keeper.ts";
import { KeeperNotes } from "./keeper-notes.ts";
import { testMeta } from "./keeper-stage.ts";
import { LateKeeper } from "./late-keeper.ts";
import { START_MS, testMessage } from "./test-message.ts";
import { type Connection, WorldClient } from "./world-client.ts";
import { keyOf, WorldModel } from "./world-model.ts";

/** What happens; the numbers choose whom and how much it is about. */
export type WorldStep = readonly [
  kind:
    | "connect"
    | "send"
    | "broadcast"
    | "sendAgain"
    | "read"
    | "hold"
    | "close"
    | "tick"
    | "commit"
    | "crash",
  who: number,
  what: number,
];

/** Small, so that all of them are reached. */
export const worldLimits: KeeperLimits = {
  maxHistory: 1000,
  maxHistoryBytes: 1_000_000,
  maxQueue: 5,
  maxQueueBytes: 3000,
  maxTotalBytes: 8000,
  maxMailboxes: 2,
  queueTtlMs: 60_000,
  maxDeadLetters: 1000,
  maxSeen: 10_000,
  maxClaims: 10,
  claimTtlMs: 10_000_000,
};

/** A client takes so much before it is slow. */
const MAX_UNREAD = 3;

/** Three clients, a bridge and its disk, in which everything happens that may, when a test says. */
export class BridgeWorld {
  readonly model: WorldModel = new WorldModel();
  /** All that the broker wanted done. */
  readonly log: string[] = [];
  readonly clients: readonly WorldClient[] = [
    new WorldClient("ada", { acknowledges: true, window: 2 }),
    new WorldClient("bob", { acknowledges: true, window: 50 }),
    new WorldClient("cy", { acknowledges: false, window: 1 }),
  ];
  readonly #connections = new Map<number, Connection>();
  #committed: KeptState = { waiting: [], history: [], deadLetters: [], bindings: [] };
  #notes = new KeeperNotes();
  #keeper!: LateKeeper;
  #broker!: Broker<number>;
  #handles = 0;
  #ids = 0;
  #nowMs = 0;

  constructor() {
    this.#start();
  }

  async run([kind, who, what]: WorldStep): Promise<void> {
    this.#do(kind, this.clients[who % this.clients.length]!, what);
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    for (const { handle } of [...this.#connections.values()].filter(({ isOver }) => isOver)) {
      this.#connections.delete(handle);
      this.#broker.closed(handle, this.#nowMs);
    }
    await this.#checkCounts();
  }

  /** Everybody is there, reads and acknowledges, until nothing comes any more. */
  async settleDown(): Promise<void> {
    for (let round = 0; round < 60; round += 1) {
      for (const who of [0, 1, 2]) await this.run(["connect", who, 0]);
      for (const who of [0, 1, 2]) await this.run(["read", who, 1023]);
      await this.run(["commit", 0, 0]);
      await this.run(["tick", 0, 1000]);
    }
    const ids = this.clients.map(({ id }) => id);
    const left = this.#notes.state.waiting.filter(({ to }) => ids.includes(to));
    this.model.mustNot("waits for ever", left.length > 0);
    this.model.checkEnd(this.clients, [...this.#notes.state.deadLetters]);
  }

  #do(kind: WorldStep[0], client: WorldClient, what: number): void {
    const { connection } = client;
    if (kind === "connect") this.#connect(client);
    else if (kind === "tick") this.#tick(what * 6);
    else if (kind === "commit") this.#commit();
    else if (kind === "crash") this.#crash();
    else if (connection === undefined) return;
    else if (kind === "close") this.#close(client, connection);
    else if (kind === "read") this.#read(client, connection, what);
    else if (kind === "hold") {
      this.#broker.hold(connection.handle, client.unacknowledged(), this.#nowMs);
    } else this.#send(kind, client, what);
  }

  #start(): void {
    this.#notes = new KeeperNotes(this.#committed);
    const epochMs = (): number => START_MS + this.#nowMs;
    const keeper = memoryKeeper({ limits: worldLimits, epochMs, log: this.#notes });
    keeper.restore(this.#committed);
    this.#keeper = new LateKeeper(keeper);
    this.#broker = createBroker<number>({
      keeper: this.#keeper,
      limits: {
        clientTtlMs: 30_000,
        ackTimeoutMs: 2000,
        maxAttempts: 4,
        slowGraceMs: 5000,
        maxWaitingBroadcasts: 2,
        maxWaitingBytes: 1000,
      },
      outlet: {
        deliver: (to, message, attempt) =>
          this.#onDeliver(to, message, attempt) ? "taken" : "slow",
        broadcast: (to, message, cursor, onSlow) => {
          for (const handle of to) {
            if (!this.#give(handle, { message, cursor: Number(cursor) })) onSlow(handle);
          }
        },
        receipt: (to, receipt) => {
          this.log.push(`${to} ? ${JSON.stringify(receipt)}`);
          const connection = this.#connections.get(to);
          this.model.mustNot("is told though it is gone", connection?.isOver !== false);
          if (connection !== undefined) this.model.onReceipt(connection.client, receipt);
        },
        end: (handle, reason) => {
          this.log.push(`${handle} ! ${reason}`);
          const connection = this.#connections.get(handle);
          this.model.mustNot("ends twice", connection?.isOver !== false);
          connection?.end();
        },
      },
    });
  }

  #connect(client: WorldClient): void {
    if (client.connection !== undefined && !client.connection.isSlow) return;
    this.#handles += 1;
    const connection = client.connect(this.#handles);
    this.#connections.set(connection.handle, connection);
    const registration = {
      meta: testMeta(client.id),
      tokenHash: `hash of ${client.id}`,
      wantsReceipts: true,
      acknowledges: client.acknowledges,
      window: client.window,
      resume: String(client.cursor),
    };
    this.#broker.register(connection.handle, registration, this.#nowMs, ({ kind }) => {
      this.model.mustNot(`is ${kind}`, kind !== "claimed");
    });
    this.#broker.open(connection.handle, this.#nowMs);
  }

  #send(kind: "send" | "broadcast" | "sendAgain", client: WorldClient, what: number): void {
    const again = client.sent[what % Math.max(1, client.sent.length)];
    if (kind === "sendAgain" && again === undefined) return;
    const others = [...this.clients.map(({ id }) => id), "ghost", "spirit", "shade"];
    this.#ids += 1;
    const message =
      kind === "sendAgain" && again !== undefined
        ? { ...again }
        : testMessage({
            id: String(this.#ids),
            from: client.id,
            to: kind === "broadcast" ? null : others[what % others.length]!,
            bytes: 400 + (what % 900),
            acceptedAtMs: START_MS + this.#nowMs,
          });
    if (kind !== "sendAgain") client.sent.push(message);
    this.model.onSend(message, { isAgain: kind === "sendAgain" });
    this.#broker.send(client.connection!.handle, message, this.#nowMs);
  }

  #read(client: WorldClient, connection: Connection, what: number): void {
    const acked = connection.read(1 + (what % 7), what >> 3);
    if (acked.length > 0) this.#broker.ack(connection.handle, acked, this.#nowMs);
    else this.#broker.heard(connection.handle, this.#nowMs);
    if (!connection.isSlow || connection.unread.length > 0) return;
    connection.isSlow = false;
    if (client.connection === connection) this.#broker.drained(connection.handle, this.#nowMs);
  }

  #close(client: WorldClient, connection: Connection): void {
    client.connection = undefined;
    this.#connections.delete(connection.handle);
    this.#broker.closed(connection.handle, this.#nowMs);
  }

  #tick(byMs: number): void {
    this.#nowMs += byMs;
    this.#broker.tick(this.#nowMs, START_MS + this.#nowMs);
  }

  #commit(): void {
    this.#committed = this.#notes.state;
    this.#keeper.commit();
  }

  #crash(): void {
    for (const connection of this.#connections.values()) connection.end();
    this.#connections.clear();
    this.model.onCrash();
    this.#nowMs += 1;
    this.#start();
  }

  #onDeliver(to: number, message: Message, attempt: number): boolean {
    const client = this.#connections.get(to)?.client;
    if (client !== undefined) this.model.onDelivery(client.id, message, attempt);
    const keepsUp = this.#give(to, { message, attempt });
    const dead = new Set([...this.#notes.state.deadLetters].map(keyOfLetter));
    const unacknowledged = client?.keysUnderWay().filter((key) => !dead.has(key)) ?? [];
    const isOver = client?.acknowledges === true && unacknowledged.length > client.window;
    this.model.mustNot(`has more under way than its window: ${unacknowledged}`, isOver);
    return keepsUp;
  }

  #give(
    handle: number,
    frame: { readonly message: Message; readonly attempt?: number; readonly cursor?: number },
  ): boolean {
    const { message, ...mark } = frame;
    this.log.push(`${handle} < ${keyOf(message)} ${JSON.stringify(mark)}`);
    const connection = this.#connections.get(handle);
    this.model.mustNot("is sent something though it is gone", connection?.isOver !== false);
    if (connection === undefined) return false;
    this.model.mustNot("is sent something though it is slow", connection.isSlow);
    connection.unread.push(frame);
    if (connection.unread.length >= MAX_UNREAD) connection.isSlow = true;
    return !connection.isSlow;
  }

  async #checkCounts(): Promise<void> {
    const { waiting } = this.#notes.state;
    const { figures } = this.#keeper;
    const bytes = waiting.reduce((sum, { message }) => sum + message.bytes, 0);
    const boxes = await this.#keeper.mailboxes(100);
    const isCounted =
      figures.queuedMessages === waiting.length &&
      figures.queuedBytes === bytes &&
      figures.mailboxes === boxes.length &&
      boxes.reduce((sum, box) => sum + box.messages, 0) === waiting.length &&
      boxes.reduce((sum, box) => sum + box.bytes, 0) === bytes;
    this.model.mustNot(`counts ${JSON.stringify([figures, boxes])}`, !isCounted);
    const { maxQueue, maxQueueBytes, maxTotalBytes, maxMailboxes } = worldLimits;
    const isWithin =
      bytes <= maxTotalBytes &&
      boxes.length <= maxMailboxes + this.clients.length &&
      boxes.every((box) => box.messages <= maxQueue && box.bytes <= maxQueueBytes);
    this.model.mustNot(`keeps too much: ${JSON.stringify(boxes)}`, !isWithin);
  }
}

function keyOfLetter({ message }: DeadLetter): string {
  return keyOf(message);
}
