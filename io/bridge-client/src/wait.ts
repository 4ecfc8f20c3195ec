import type { WaitOptions } from "./bridge-client.ts";
import { BridgeClientError } from "./bridge-client-error.ts";
import type { BridgeClock } from "./bridge-clock.ts";

export interface Waiter<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export interface Wait<T> extends WaitOptions {
  readonly clock: BridgeClock;
  /** Begins to wait, and gives what ends that: called once, whichever way it ends. */
  readonly begin: (waiter: Waiter<T>) => () => void;
  readonly onTimeout: (waiter: Waiter<T>, timeoutMs: number) => void;
}

/** A promise that ends with time or the caller's signal, too, and then has let go of both. */
export function wait<T>({ clock, begin, onTimeout, timeoutMs, signal }: Wait<T>): Promise<T> {
  const { promise, resolve, reject } = withResolvers<T>();
  const endings: (() => void)[] = [];
  let isOver = false;
  const finish = (last: () => void) => {
    if (isOver) return;
    isOver = true;
    for (const end of endings) end();
    last();
  };
  const waiter: Waiter<T> = {
    resolve: (value) => finish(() => resolve(value)),
    reject: (error) => finish(() => reject(error)),
  };
  const onAbort = () => {
    const message = "The caller's signal ended the wait for the bridge";
    waiter.reject(new BridgeClientError("aborted", message, { cause: signal?.reason }));
  };
  if (signal?.aborted) {
    onAbort();
    return promise;
  }
  const end = begin(waiter);
  if (isOver) {
    end();
    return promise;
  }
  endings.push(end);
  if (timeoutMs !== undefined) {
    endings.push(clock.at(clock.nowMs() + timeoutMs, () => onTimeout(waiter, timeoutMs)));
  }
  if (signal !== undefined) {
    signal.addEventListener("abort", onAbort);
    endings.push(() => signal.removeEventListener("abort", onAbort));
  }
  return promise;
}

/** Promise.withResolvers, which Node.js 20 does not have. */
export function withResolvers<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
