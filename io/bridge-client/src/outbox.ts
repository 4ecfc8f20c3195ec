import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeLimits } from "./bridge-frame.ts";
import type { Receipt } from "./envelope.ts";
import { tryMisfit } from "./misfit.ts";

interface Outgoing {
  readonly id: string;
  readonly text: string;
  /** On how many connections. */
  sent: number;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: BridgeClientError) => void;
}

export interface OutboxOptions {
  readonly maxUnsent: number;
  readonly maxUnsentChars: number;
  /** Hands a frame to the connection. */
  readonly transmit: (text: string) => void;
}

/** What the bridge has not answered yet, in the order in which it was sent. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #messages = new Map<string, Outgoing>();
  #chars = 0;
  /** Undefined: there is no connection. */
  #limits: BridgeLimits | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#messages.size;
  }

  /** `fields`: of an envelope, with its id. */
  send(id: string, fields: Readonly<Record<string, unknown>>): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const text = toFrame(fields);
      this.#check(id, text);
      const message: Outgoing = { id, text, sent: 0, resolve, reject };
      this.#messages.set(id, message);
      this.#chars += text.length;
      this.#transmit(message);
    });
  }

  /** A connection is there: what has no receipt goes again, in order. */
  open(limits: BridgeLimits): void {
    this.#limits = limits;
    for (const message of [...this.#messages.values()]) this.#transmit(message);
  }

  lost(): void {
    this.#limits = undefined;
  }

  /** The first receipt of a message is its answer; later ones are not for here. */
  settle(receipt: Receipt): void {
    const message = this.#take(receipt.id);
    if (message === undefined) return;
    if (receipt.status !== "dropped") message.resolve(receipt);
    else message.reject(droppedError(receipt));
  }

  has(id: string): boolean {
    return this.#messages.has(id);
  }

  /** Whether it was a message that waited. */
  refuse(id: string, error: BridgeClientError): boolean {
    const message = this.#take(id);
    message?.reject(error);
    return message !== undefined;
  }

  /** Takes back what no connection was given yet. */
  withdraw(id: string, error: BridgeClientError): void {
    if (this.#messages.get(id)?.sent === 0) this.refuse(id, error);
  }

  refuseAll(error: BridgeClientError): void {
    for (const id of [...this.#messages.keys()]) this.refuse(id, error);
  }

  /** Calls once when nothing waits any more; at once if nothing does. */
  whenEmpty(call: () => void): void {
    if (this.#messages.size === 0) call();
    else this.#onEmpty = call;
  }

  #transmit(message: Outgoing): void {
    if (this.#limits === undefined) return;
    const misfit = tryMisfit(message.text, this.#limits);
    if (misfit !== undefined) {
      const details = { bridgeCode: misfit.code, messageId: message.id };
      this.refuse(message.id, new BridgeClientError("refused", misfit.message, details));
      return;
    }
    message.sent += 1;
    this.#options.transmit(message.text);
  }

  #check(id: string, text: string): void {
    const { maxUnsent, maxUnsentChars } = this.#options;
    if (this.#messages.has(id)) {
      const message = `Cannot send a message as ${JSON.stringify(id)}: another of that id is unsent`;
      throw new BridgeClientError("bad_option", message, { messageId: id });
    }
    if (this.#messages.size >= maxUnsent) {
      throw tooManyUnsent(id, `${maxUnsent} messages wait for their receipts`);
    }
    if (this.#chars + text.length > maxUnsentChars) {
      throw tooManyUnsent(id, `${this.#chars} of ${maxUnsentChars} characters wait already`);
    }
  }

  #take(id: string): Outgoing | undefined {
    const message = this.#messages.get(id);
    if (message === undefined) return undefined;
    this.#messages.delete(id);
    this.#chars -= message.text.length;
    if (this.#messages.size === 0) {
      this.#onEmpty?.();
      this.#onEmpty = undefined;
    }
    return message;
  }
}

export function droppedError({ id, reason }: Receipt): BridgeClientError {
  const message = `The bridge dropped message ${id}: ${reason ?? "it does not say why"}`;
  return new BridgeClientError("dropped", message, { reason, messageId: id });
}

function toFrame(fields: Readonly<Record<string, unknown>>): string {
  try {
    return `{"type":"envelope","envelope":${JSON.stringify(fields)}}`;
  } catch (cause) {
    const message = "Cannot send what JSON has no form for, as a cycle or a BigInt";
    throw new BridgeClientError("bad_option", message, { cause });
  }
}

function tooManyUnsent(messageId: string, why: string): BridgeClientError {
  const message = `Cannot send another message: ${why}, so wait for some, or raise the limit`;
  return new BridgeClientError("too_many_unsent", message, { messageId });
}
