import type { Incoming, MessageFilter, ReceiveOptions } from "./bridge-client.ts";
import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeClock } from "./bridge-clock.ts";
import type { Held, Inbox, Reader } from "./inbox.ts";
import type { Lifetime } from "./lifetime.ts";
import { wait } from "./wait.ts";

export interface ReadingOptions {
  readonly inbox: Inbox;
  readonly clock: BridgeClock;
  /** After it, nobody gets a message any more. */
  readonly lifetime: Lifetime;
}

/** The next message that fits. Undefined after timeoutMs, or when the client is closed. */
export function receive(
  { inbox, clock, lifetime }: ReadingOptions,
  { timeoutMs, signal, ...filter }: ReceiveOptions,
): Promise<Held | undefined> {
  return wait<Held | undefined>({
    clock,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(signal !== undefined && { signal }),
    begin: (waiter) => {
      const end = () => {
        if (lifetime.endedBy === undefined) waiter.resolve(undefined);
        else waiter.reject(lifetime.endedBy);
      };
      let isReady = !lifetime.isOver;
      if (!isReady) end();
      const take = (held: Held) => {
        isReady = false;
        waiter.resolve(held);
      };
      const reader: Reader = { filter, isReady: () => isReady, take };
      const offEnd = lifetime.onEnd(end);
      inbox.addReader(reader);
      return () => {
        offEnd();
        inbox.removeReader(reader);
      };
    },
    onTimeout: (waiter) => waiter.resolve(undefined),
  });
}

/** One message after the other; each is done with when the next one is asked for. */
export async function* messages(
  options: ReadingOptions,
  filter: MessageFilter,
): AsyncIterableIterator<Incoming> {
  for (;;) {
    const held = await receive(options, filter);
    if (held === undefined) return;
    let isDone = false;
    try {
      yield held.message;
      isDone = true;
    } finally {
      if (isDone) held.finish();
      else held.putBack();
    }
  }
}

export interface Handling extends ReadingOptions {
  readonly handler: (message: Incoming) => unknown;
  readonly filter: MessageFilter;
  /** Of the handler, at once. */
  readonly maxRunning: number;
  readonly onProblem: (problem: BridgeClientError) => void;
}

/** Calls the handler for each message. Gives what ends it. */
export function handleMessages(handling: Handling): () => void {
  const { inbox, lifetime, handler, filter, maxRunning, onProblem } = handling;
  let running = 0;
  const run = async (held: Held) => {
    try {
      await handler(held.message);
      held.finish();
    } catch (cause) {
      held.abandon();
      const messageId = held.message.id;
      const text = `A handler failed at message ${messageId}: ${cause}`;
      onProblem(new BridgeClientError("handler_failed", text, { cause, messageId }));
    } finally {
      running -= 1;
      inbox.offer(reader);
    }
  };
  const reader: Reader = {
    filter,
    isReady: () => running < maxRunning,
    take: (held) => {
      running += 1;
      void run(held);
    },
  };
  if (lifetime.isOver) return () => {};
  const offEnd = lifetime.onEnd(() => inbox.removeReader(reader));
  inbox.addReader(reader);
  return () => {
    offEnd();
    inbox.removeReader(reader);
  };
}
