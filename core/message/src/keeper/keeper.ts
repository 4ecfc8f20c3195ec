import type { AgentMeta, Message } from "../envelope/envelope.ts";

/** Why a message goes nowhere; its sender is told. */
export type DropReason =
  /** The recipient's mailbox has as many messages, or bytes, as it may. */
  | "queue_full"
  /** All mailboxes, or those of all who are not connected, have as many bytes as they may. */
  | "store_full"
  /** There are as many mailboxes as there may be, and this would be another. */
  | "too_many_recipients"
  /** It waited longer than the queue's TTL. */
  | "expired"
  /** It was delivered as often as it may be, and never acknowledged. */
  | "unacknowledged"
  /** What keeps messages (Redis, the disk) does not answer. */
  | "store_unavailable";

export type PutOutcome =
  /** In its recipient's mailbox; durably, if the keeper is durable. */
  | { readonly kind: "kept" }
  /** A broadcast: told to so many that are connected, and kept in the history. */
  | { readonly kind: "published"; readonly recipients: number }
  /**
   * This sender's message of this id was accepted before, and is not delivered anew. `waits`: it is
   * in its recipient's mailbox still. What was buried since is no duplicate: it may be sent again.
   */
  | { readonly kind: "duplicate"; readonly waits: boolean }
  | { readonly kind: "dropped"; readonly reason: DropReason };

export interface Claim {
  readonly meta: AgentMeta;
  /** A hash of the client's own secret. Undefined: it has none, and its id is its connection's. */
  readonly tokenHash: string | undefined;
}

export type ClaimOutcome =
  /** `replaces`: it was connected elsewhere, and that connection is told that it is replaced. */
  | { readonly kind: "claimed"; readonly replaces: boolean }
  /** The id is another's: bound to another token. */
  | { readonly kind: "bad_token" }
  /** Somebody without a token is connected by this id. */
  | { readonly kind: "taken" }
  /** There are as many ids as there may be. */
  | { readonly kind: "full" }
  | { readonly kind: "unavailable" };

/** "its": the id is bound to this token. "unbound": to none, whoever may be connected by it. */
export type IdOwner = "its" | "anothers" | "unbound" | "unavailable";

export interface HistoryQuery {
  /** The newest so many. */
  readonly limit: number;
  /** From or to it. */
  readonly agentId?: string;
  readonly taskId?: string;
  readonly intent?: string;
  /** Who asks. Direct messages are its parties' only: undefined sees none, "all" sees every one. */
  readonly viewer: { readonly id: string } | "nobody" | "all";
  /**
   * Only what came after this place in the history (see HistoryEntry.cursor). Of a place that the
   * history never had, or has no more, it begins with the oldest.
   */
  readonly after?: string;
}

export interface HistoryEntry {
  readonly message: Message;
  /** Its place in the history: rises, and stays the same over restarts. */
  readonly cursor: string;
}

export interface DeadLetter {
  readonly message: Message;
  readonly reason: DropReason;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface MailboxFigures {
  readonly id: string;
  readonly messages: number;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly oldestAtMs: number;
}

/** Sums that are cheap to ask for. */
export interface KeeperFigures {
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly mailboxes: number;
  readonly historySize: number;
  readonly deadLetters: number;
}

/** What a keeper tells this instance of the bridge. */
export interface KeeperListener {
  /**
   * A message for a client whose mailbox is open here. Once per opening, in the mailbox's order:
   * what waited first. It stays in the mailbox until settle() or bury(), which are given this very
   * object. `again`: it was told to an earlier opening, or before a crash, so that the client may
   * have it already.
   */
  onArrival(clientId: string, message: Message, again: boolean): void;
  /** A broadcast, for all that are connected here. */
  onBroadcast(entry: HistoryEntry): void;
  /** A message whose sender is connected here was delivered. */
  onSettled(message: Message): void;
  /** A message whose sender is connected here will not be delivered any more. */
  onBuried(message: Message, reason: DropReason): void;
  /**
   * This client has connected anew, here or to another instance: the connection that it had here is
   * over. If it is here, this is told before the claim's outcome.
   */
  onReplaced(clientId: string): void;
}

/** All of them chosen by whoever starts the bridge. */
export interface KeeperLimits {
  readonly maxHistory: number;
  /** Of the history, and as many again of the dead letters. */
  readonly maxHistoryBytes: number;
  /** Of one recipient. */
  readonly maxQueue: number;
  readonly maxQueueBytes: number;
  /**
   * Of all recipients together. Those who are not connected may fill three quarters of it, so that
   * nobody stops what goes between those who are by messages to ids that nobody has.
   */
  readonly maxTotalBytes: number;
  /** Recipients with something in their mailbox. One whose mailbox is open is always taken. */
  readonly maxMailboxes: number;
  /** What waits in an open mailbox is its bridge's business, and does not expire. */
  readonly queueTtlMs: number;
  readonly maxDeadLetters: number;
  /**
   * How many (sender, id) pairs are remembered at most, so that what is sent again is a duplicate;
   * the newest half of so many always is.
   */
  readonly maxSeen: number;
  /**
   * Ids bound to tokens. For one more, those are forgotten that were not connected for the longest
   * time, and for an hour at least, and for whom nothing waits.
   */
  readonly maxClaims: number;
  /** How long an id stays bound after its client was last connected, or had messages waiting. */
  readonly claimTtlMs: number;
}

/**
 * Where messages are kept: in memory, on disk (io/message-journal), or in Redis for several
 * instances (io/message-cluster). One contract suite holds for all: `testKeeper` in
 * `@breakwater/message/testing`.
 *
 * Callbacks, called at once or later, since a promise per message would cost more than keeping it.
 * What cannot be done is an outcome; nothing here throws or rejects for a store that is away, but
 * the views (agents() and below), which reject with an Error of one sentence.
 */
export interface Keeper {
  /** Once, before all else. */
  listen(listener: KeeperListener): void;
  /** Who this client is, and that it is connected here from now on. */
  claim(claim: Claim, done: (outcome: ClaimOutcome) => void): void;
  /** After a claim: its mailbox is told to the listener from here on, what waits and what comes. */
  open(clientId: string): void;
  /** Whose the id is; without a token it is told whether it is anybody's. */
  verify(clientId: string, tokenHash: string | undefined, done: (owner: IdOwner) => void): void;
  /** It is connected here no more. What is in its mailbox waits. */
  release(clientId: string): void;
  /** About every second: these clients, connected here, were heard of. For AgentMeta.lastSeen. */
  touch(clientIds: readonly string[]): void;
  /** Takes a message: into the mailbox of `to`, or to all; and into the history. */
  put(message: Message, done: (outcome: PutOutcome) => void): void;
  /** Delivered: out of the mailbox. The sender's instance hears of it by onSettled(). */
  settle(clientId: string, messages: readonly Message[]): void;
  /** Will not be delivered: from the mailbox to the dead letters, by onBuried() to its sender. */
  bury(clientId: string, message: Message, reason: DropReason): void;
  /** Lets go of what is too old. To be called about every second. */
  sweep(epochMs: number): void;
  readonly figures: KeeperFigures;
  /** Everybody who is connected, wherever. */
  agents(): Promise<readonly AgentMeta[]>;
  /** Oldest first. */
  history(query: HistoryQuery): Promise<readonly HistoryEntry[]>;
  /** Fullest first. */
  mailboxes(limit: number): Promise<readonly MailboxFigures[]>;
  /** Newest first. */
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
}
