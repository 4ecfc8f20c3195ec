import type { Message } from "../envelope/envelope.ts";
import type { DeadLetter } from "../keeper/keeper.ts";
import type {
  Binding,
  KeeperLog,
  KeptState,
  PlacedMessage,
  WaitingMessage,
} from "../keeper/keeper-log.ts";

/** What a memory keeper's log would find on disk: a log that only remembers. */
export class KeeperNotes implements KeeperLog {
  readonly #waiting = new Map<number, WaitingMessage>();
  #history: PlacedMessage[] = [];
  readonly #deadLetters: DeadLetter[] = [];
  readonly #bindings = new Map<string, Binding>();

  constructor(state?: KeptState) {
    for (const waiting of state?.waiting ?? []) this.#waiting.set(waiting.cursor, waiting);
    this.#history.push(...(state?.history ?? []));
    this.#deadLetters.push(...(state?.deadLetters ?? []));
    for (const binding of state?.bindings ?? []) this.#bindings.set(binding.clientId, binding);
  }

  /** A copy, to restore another keeper of. */
  get state(): KeptState & { readonly waiting: readonly WaitingMessage[] } {
    return {
      waiting: [...this.#waiting.values()],
      history: [...this.#history],
      deadLetters: [...this.#deadLetters],
      bindings: [...this.#bindings.values()],
    };
  }

  kept(message: Message, cursor: number): void {
    const { from, id, to } = message.envelope;
    if (to !== null) this.#waiting.set(cursor, { message, cursor, from, id, to });
    this.#history.push({ message, cursor });
  }

  removed(_message: Message, cursor: number): void {
    this.#waiting.delete(cursor);
  }

  buried(letter: DeadLetter, cursor: number, lettersKept: number): void {
    this.#waiting.delete(cursor);
    this.#deadLetters.push(letter);
    this.#deadLetters.splice(0, this.#deadLetters.length - lettersKept);
  }

  historyBegins(begin: number): void {
    this.#history = this.#history.filter(({ cursor }) => cursor >= begin);
  }

  bound(binding: Binding): void {
    this.#bindings.set(binding.clientId, binding);
  }

  unbound(clientId: string): void {
    this.#bindings.delete(clientId);
  }
}
