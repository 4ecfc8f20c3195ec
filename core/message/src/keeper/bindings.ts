import type { Binding, KeeperLog } from "./keeper-log.ts";
import type { Mailbox } from "./mailbox.ts";

/** Which ids are bound to tokens, and which of their clients have been away for how long. */
export class Bindings {
  readonly #log: KeeperLog | undefined;
  /** Not connected, in the order of when they were seen last. */
  readonly #absent = new Map<string, Mailbox>();
  #size = 0;

  constructor(log: KeeperLog | undefined) {
    this.#log = log;
  }

  get size(): number {
    return this.#size;
  }

  /** It is connected. */
  bind(box: Mailbox, tokenHash: string): void {
    this.#set(box, { clientId: box.id, tokenHash, seenAtMs: undefined });
    this.#log?.bound(box.binding!);
  }

  /** It is not connected; its TTL begins anew. */
  leave(box: Mailbox, seenAtMs: number): void {
    if (box.binding === undefined) return;
    this.#set(box, { ...box.binding, seenAtMs });
    this.#log?.bound(box.binding);
  }

  unbind(box: Mailbox): void {
    this.#absent.delete(box.id);
    box.binding = undefined;
    this.#size -= 1;
    this.#log?.unbound(box.id);
  }

  /** In the order of when they were seen last; the log knows them. */
  restore(box: Mailbox, binding: Binding): void {
    this.#set(box, binding);
  }

  /** The first of those who were seen last at that time, or before. */
  seenUntil(epochMs: number, most: number): readonly Mailbox[] {
    const those: Mailbox[] = [];
    for (const box of this.#absent.values()) {
      if ((box.binding?.seenAtMs ?? 0) > epochMs || those.length >= most) break;
      those.push(box);
    }
    return those;
  }

  #set(box: Mailbox, binding: Binding): void {
    if (box.binding === undefined) this.#size += 1;
    box.binding = binding;
    this.#absent.delete(box.id);
    if (binding.seenAtMs !== undefined) this.#absent.set(box.id, box);
  }
}
