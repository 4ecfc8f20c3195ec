import type { Message } from "../envelope/envelope.ts";
import type { DeadLetter } from "./keeper.ts";

/** A message, and its place in the history: rises by one from message to message. */
export interface PlacedMessage {
  readonly message: Message;
  readonly cursor: number;
}

/** Its envelope's fields beside it, so that a log need not parse what nobody asked for yet. */
export interface WaitingMessage extends PlacedMessage {
  readonly from: string;
  readonly id: string;
  readonly to: string;
}

/** An id that is bound to a token. */
export interface Binding {
  readonly clientId: string;
  readonly tokenHash: string;
  /** Milliseconds since 1970; undefined while it is connected. */
  readonly seenAtMs: number | undefined;
}

/**
 * Whoever writes down what happens in a memory keeper. Told within the call that changes something:
 * after the change, and before the listener or `done` hear of it.
 */
export interface KeeperLog {
  /** Accepted: into the history at this cursor and, if it is to one, into that one's mailbox. */
  kept(message: Message, cursor: number): void;
  /** Out of its mailbox, by settle(): the very object that was kept, or restored. */
  removed(message: Message, cursor: number): void;
  /** Out of its mailbox, into the dead letters, of which so many, the newest, are kept now. */
  buried(letter: DeadLetter, cursor: number, lettersKept: number): void;
  /** The history begins here now: what was before is needed no more, unless it waits. */
  historyBegins(cursor: number): void;
  /** Told when a client is bound, comes and goes. */
  bound(binding: Binding): void;
  unbound(clientId: string): void;
}

/** What a memory keeper had, as its log wrote it down. */
export interface KeptState {
  /** For all recipients, by rising cursors. */
  readonly waiting: Iterable<WaitingMessage>;
  /** By rising cursors. */
  readonly history: Iterable<PlacedMessage>;
  /** Oldest first. */
  readonly deadLetters: Iterable<DeadLetter>;
  readonly bindings: Iterable<Binding>;
}
