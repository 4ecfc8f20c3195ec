import type {
  AgentMeta,
  Claim,
  ClaimOutcome,
  DeadLetter,
  DropReason,
  HistoryEntry,
  HistoryQuery,
  IdOwner,
  Keeper,
  KeeperFigures,
  KeeperListener,
  MailboxFigures,
  Message,
  PutOutcome,
} from "@breakwater/message";
import type { BridgeFigures } from "../metrics/bridge-figures.ts";

export interface KeeperWatch {
  readonly figures: BridgeFigures;
  /** A message was kept: a direct one that was sent here, or a broadcast from anywhere. */
  onSeen(message: Message): void;
}

/**
 * A keeper that is counted, for metrics and observers, and that can be waited for. Hot path: once
 * per message, a closure more than without.
 */
export class WatchedKeeper implements Keeper {
  readonly #keeper: Keeper;
  readonly #watch: KeeperWatch;
  #pending = 0;
  #onSettled: (() => void)[] = [];

  constructor(keeper: Keeper, watch: KeeperWatch) {
    this.#keeper = keeper;
    this.#watch = watch;
  }

  /** Resolves when all that was put so far is kept, or not. */
  settled(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onSettled.push(resolve));
  }

  listen(listener: KeeperListener): void {
    const { figures } = this.#watch;
    this.#keeper.listen({
      onArrival: (clientId, message, again) => listener.onArrival(clientId, message, again),
      onBroadcast: (entry) => {
        this.#watch.onSeen(entry.message);
        listener.onBroadcast(entry);
      },
      onSettled: (message) => listener.onSettled(message),
      onBuried: (message, reason) => {
        if (reason === "expired") figures.drop(reason);
        listener.onBuried(message, reason);
      },
      onReplaced: (clientId) => listener.onReplaced(clientId),
    });
  }

  put(message: Message, done: (outcome: PutOutcome) => void): void {
    this.#pending += 1;
    this.#keeper.put(message, (outcome) => {
      this.#count(message, outcome);
      done(outcome);
      this.#pending -= 1;
      if (this.#pending === 0 && this.#onSettled.length > 0) this.#tellSettled();
    });
  }

  #count(message: Message, outcome: PutOutcome): void {
    const { figures } = this.#watch;
    if (outcome.kind === "kept") {
      figures.direct += 1;
      this.#watch.onSeen(message);
    } else if (outcome.kind === "published") figures.broadcasts += 1;
    else if (outcome.kind === "dropped") figures.drop(outcome.reason);
  }

  #tellSettled(): void {
    const waiting = this.#onSettled;
    this.#onSettled = [];
    for (const resolve of waiting) resolve();
  }

  bury(clientId: string, message: Message, reason: DropReason): void {
    this.#watch.figures.drop(reason);
    this.#keeper.bury(clientId, message, reason);
  }

  claim(claim: Claim, done: (outcome: ClaimOutcome) => void): void {
    this.#keeper.claim(claim, done);
  }

  open(clientId: string): void {
    this.#keeper.open(clientId);
  }

  verify(clientId: string, tokenHash: string | undefined, done: (owner: IdOwner) => void): void {
    this.#keeper.verify(clientId, tokenHash, done);
  }

  release(clientId: string): void {
    this.#keeper.release(clientId);
  }

  touch(clientIds: readonly string[]): void {
    this.#keeper.touch(clientIds);
  }

  settle(clientId: string, messages: readonly Message[]): void {
    this.#keeper.settle(clientId, messages);
  }

  sweep(epochMs: number): void {
    this.#keeper.sweep(epochMs);
  }

  get figures(): KeeperFigures {
    return this.#keeper.figures;
  }

  agents(): Promise<readonly AgentMeta[]> {
    return this.#keeper.agents();
  }

  history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    return this.#keeper.history(query);
  }

  mailboxes(limit: number): Promise<readonly MailboxFigures[]> {
    return this.#keeper.mailboxes(limit);
  }

  deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    return this.#keeper.deadLetters(limit);
  }
}
