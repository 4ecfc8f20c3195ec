import type { AgentMeta, Message } from "../envelope/envelope.ts";
import { Fifo } from "./fifo.ts";
import type { Binding, PlacedMessage } from "./keeper-log.ts";

export interface KeptMessage extends PlacedMessage {
  /** Its recipient may have it. */
  wasTold: boolean;
}

/** One client, as long as it is connected, has messages waiting, or its id is bound to a token. */
export class Mailbox {
  readonly id: string;
  /** While it is connected. */
  meta: AgentMeta | undefined;
  /** Milliseconds since 1970, if it was heard of since it connected. */
  heardAtMs: number | undefined;
  isOpen: boolean = false;
  binding: Binding | undefined;
  readonly messages: Fifo<KeptMessage> = new Fifo();
  bytes = 0;

  constructor(id: string) {
    this.id = id;
  }

  get isOfUse(): boolean {
    return this.meta !== undefined || this.messages.size > 0 || this.binding !== undefined;
  }

  push(kept: KeptMessage): void {
    this.messages.push(kept);
    this.bytes += kept.message.bytes;
  }

  take(message: Message): KeptMessage | undefined {
    const { first } = this.messages;
    const kept =
      first?.message === message
        ? this.messages.shift()
        : this.messages.take((other) => other.message === message);
    if (kept !== undefined) this.bytes -= message.bytes;
    return kept;
  }
}
