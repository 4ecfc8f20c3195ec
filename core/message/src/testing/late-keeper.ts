import type { AgentMeta, Message } from "../envelope/envelope.ts";
import type {
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
  PutOutcome,
} from "../keeper/keeper.ts";

/** A keeper that says what became of messages only when a test commits, as one on disk does. */
export class LateKeeper implements Keeper {
  readonly #keeper: Keeper;
  #uncommitted: (() => void)[] = [];
  /** Claims wait for commit(), too. */
  holdsClaims: boolean = false;
  /** The history is looked at only at commit(). */
  holdsHistory: boolean = false;
  listener: KeeperListener | undefined;

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  commit(): void {
    const told = this.#uncommitted;
    this.#uncommitted = [];
    for (const tell of told) tell();
  }

  put(message: Message, done: (outcome: PutOutcome) => void): void {
    this.#keeper.put(message, (outcome) => this.#uncommitted.push(() => done(outcome)));
  }

  claim(claim: Claim, done: (outcome: ClaimOutcome) => void): void {
    const answer = (outcome: ClaimOutcome): void => {
      if (this.holdsClaims) this.#uncommitted.push(() => done(outcome));
      else done(outcome);
    };
    this.#keeper.claim(claim, answer);
  }

  get figures(): KeeperFigures {
    return this.#keeper.figures;
  }

  listen(listener: KeeperListener): void {
    this.listener = listener;
    this.#keeper.listen(listener);
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

  bury(clientId: string, message: Message, reason: DropReason): void {
    this.#keeper.bury(clientId, message, reason);
  }

  sweep(epochMs: number): void {
    this.#keeper.sweep(epochMs);
  }

  agents(): Promise<readonly AgentMeta[]> {
    return this.#keeper.agents();
  }

  async history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    if (this.holdsHistory) {
      await new Promise<void>((resolve) => this.#uncommitted.push(resolve));
    }
    return this.#keeper.history(query);
  }

  mailboxes(limit: number): Promise<readonly MailboxFigures[]> {
    return this.#keeper.mailboxes(limit);
  }

  deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    return this.#keeper.deadLetters(limit);
  }
}
