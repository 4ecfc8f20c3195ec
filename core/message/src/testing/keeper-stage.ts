import type { AgentMeta, Message } from "../envelope/envelope.ts";
import type {
  ClaimOutcome,
  DropReason,
  HistoryEntry,
  IdOwner,
  Keeper,
  KeeperListener,
  PutOutcome,
} from "../keeper/keeper.ts";

export interface Arrival {
  readonly clientId: string;
  readonly message: Message;
  readonly again: boolean;
}

/** A keeper with somebody who listens, and promises for its callbacks. */
export class KeeperStage implements KeeperListener {
  readonly keeper: Keeper;
  readonly arrivals: Arrival[] = [];
  readonly broadcasts: HistoryEntry[] = [];
  readonly settled: Message[] = [];
  readonly buried: { readonly message: Message; readonly reason: DropReason }[] = [];
  readonly replaced: string[] = [];
  #waiting: { readonly holds: () => boolean; readonly resolve: () => void }[] = [];

  constructor(keeper: Keeper) {
    this.keeper = keeper;
    keeper.listen(this);
  }

  onArrival(clientId: string, message: Message, again: boolean): void {
    this.arrivals.push({ clientId, message, again });
    this.#look();
  }

  onBroadcast(entry: HistoryEntry): void {
    this.broadcasts.push(entry);
    this.#look();
  }

  onSettled(message: Message): void {
    this.settled.push(message);
    this.#look();
  }

  onBuried(message: Message, reason: DropReason): void {
    this.buried.push({ message, reason });
    this.#look();
  }

  onReplaced(clientId: string): void {
    this.replaced.push(clientId);
    this.#look();
  }

  /** Resolves once it holds, after what the listener is told. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ holds, resolve }));
  }

  claim(id: string, tokenHash?: string): Promise<ClaimOutcome> {
    const claim = { meta: testMeta(id), tokenHash };
    return new Promise((resolve) => this.keeper.claim(claim, resolve));
  }

  /** Claims it, and opens its mailbox. */
  async connect(id: string, tokenHash?: string): Promise<void> {
    const { kind } = await this.claim(id, tokenHash);
    if (kind !== "claimed") throw new Error(`Cannot connect ${id}: ${kind}`);
    this.keeper.open(id);
  }

  put(message: Message): Promise<PutOutcome> {
    return new Promise((resolve) => this.keeper.put(message, resolve));
  }

  verify(id: string, tokenHash: string | undefined): Promise<IdOwner> {
    return new Promise((resolve) => this.keeper.verify(id, tokenHash, resolve));
  }

  /** The next so many that this client is told of, or was told of. */
  async arrivalsOf(clientId: string, count: number): Promise<readonly Arrival[]> {
    const those = () => this.arrivals.filter((arrival) => arrival.clientId === clientId);
    await this.until(() => those().length >= count);
    return those();
  }

  async idsOf(clientId: string, count: number): Promise<readonly string[]> {
    const arrivals = await this.arrivalsOf(clientId, count);
    return arrivals.map(({ message }) => message.envelope.id);
  }

  #look(): void {
    const holding = this.#waiting.filter(({ holds }) => holds());
    this.#waiting = this.#waiting.filter((one) => !holding.includes(one));
    for (const { resolve } of holding) resolve();
  }
}

export function testMeta(id: string): AgentMeta {
  return {
    id,
    role: "agent",
    labels: [],
    tools: [],
    intents: [],
    maxConcurrentTasks: 1,
    lastSeen: "2026-01-31T12:00:00.000Z",
    connectedAt: "2026-01-31T12:00:00.000Z",
  };
}
