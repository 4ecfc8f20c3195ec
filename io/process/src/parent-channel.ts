import { type MessageLimits, MessageQueue } from "./message-queue.ts";

export interface ParentChannelOptions extends MessageLimits {
  readonly onMessage: (message: unknown) => void;
}

/** A worker's line to the process that started it. */
export interface ParentChannel {
  /** False when too many messages wait for the parent: this one was not sent. */
  trySend(message: unknown): boolean;
  /** Lets the parent have everything, then hangs up. Nothing can be sent afterwards. */
  close(): Promise<void>;
}

/**
 * Takes up the line to the parent, for a process that `spawnSelf` started; `undefined` in any
 * other.
 *
 * From here on the parent decides when this process ends: a stop signal to the whole group (Ctrl-C)
 * passes it by, and it ends at once when the parent is gone.
 */
export function parentChannel(options: ParentChannelOptions): ParentChannel | undefined {
  const send = process.send?.bind(process);
  if (send === undefined) return undefined;
  const endWithParent = () => process.exit(1);
  process.on("disconnect", endWithParent);
  // It may have gone while this program was still loading: then there is no event any more.
  if (!process.connected) endWithParent();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  process.on("message", (text) => options.onMessage(JSON.parse(String(text))));

  const queue = new MessageQueue((text, onTaken) => {
    // An error means that the parent is gone, which ends this process anyway.
    send(text, undefined, undefined, onTaken);
  }, options);
  return {
    trySend: (message) => queue.trySend(message),
    close: async () => {
      await queue.empty();
      process.off("disconnect", endWithParent);
      if (process.connected) process.disconnect?.();
    },
  };
}
