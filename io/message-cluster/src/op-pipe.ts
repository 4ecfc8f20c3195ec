import type { KeeperLimits } from "@breakwater/message";
import { type Redis, RedisError } from "@breakwater/redis";
import { applyDigest, applyScript } from "./apply-script.ts";

/** One thing to be done by the script. */
export interface Op {
  readonly name:
    | "put"
    | "settle"
    | "settle again"
    | "bury"
    | "claim"
    | "reclaim"
    | "release"
    | "touch"
    | "sweep"
    | "arrive"
    | "leave"
    | "nothing";
  /** At most five. */
  readonly args: readonly string[];
  /** What the script said. */
  readonly done?: (answer: unknown) => void;
  /** Not done, or nobody knows. An op without it is done when Redis is back. */
  readonly failed?: () => void;
}

/** What the script says of itself each time. */
export interface ScriptHead {
  /** False: this instance was taken for dead, or Redis has forgotten everything. */
  readonly isKnown: boolean;
  readonly seq: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly mailboxes: number;
  readonly historySize: number;
  readonly deadLetters: number;
}

export interface OpPipeOptions {
  readonly redis: Redis;
  /** The hash tag of all keys. */
  readonly key: string;
  readonly instance: string;
  readonly limits: KeeperLimits;
  readonly epochMs: () => number;
  /** Ops that may wait and can fail. */
  readonly maxWaiting: number;
  readonly onHead: (head: ScriptHead) => void;
  /** Nothing is sent from here on, until resume(). */
  readonly onPause: (error: Error) => void;
}

/** Not heard of for so long, an instance is taken for dead. */
export const DEAD_AFTER_MS = 6000;
const SWEEP_LOCK_MS = 1500;
const KEEP_SEEN_MS = 86_400_000;
const BATCH_OPS = 256;
const BATCH_CHARS = 1_048_576;
const MAX_WAITING_CHARS = 67_108_864;
/** Of what cannot fail. Beyond, the oldest settlings are forgotten: those messages come again. */
const MAX_KEPT = 100_000;
const HEAD_LENGTH = 7;
const SETTLE_AGAIN = "settle again" as const;

/**
 * What is to be done in Redis, in order. What comes up while a batch is on its way is the next
 * batch, so that there is one round trip after the other however much there is to do: a put by
 * itself costs Redis and us five times what it costs in a batch of fifty.
 */
export class OpPipe {
  readonly #options: OpPipeOptions;
  readonly #fixed: readonly string[];
  #waiting: Op[] = [];
  #chars = 0;
  #canFail = 0;
  #isSending: boolean = false;
  #isDue: boolean = false;
  #isPaused: boolean = true;

  constructor(options: OpPipeOptions) {
    this.#options = options;
    const { limits } = options;
    const fixed = [
      limits.maxHistory,
      limits.maxHistoryBytes,
      limits.maxQueue,
      limits.maxQueueBytes,
      limits.maxTotalBytes,
      limits.maxMailboxes,
      limits.queueTtlMs,
      limits.maxDeadLetters,
      limits.maxSeen,
      limits.maxClaims,
      limits.claimTtlMs,
      DEAD_AFTER_MS * 1000,
      SWEEP_LOCK_MS,
      KEEP_SEEN_MS,
    ];
    this.#fixed = fixed.map(String);
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  push(op: Op): void {
    if (op.failed !== undefined) {
      const isFull = this.#canFail >= this.#options.maxWaiting || this.#chars >= MAX_WAITING_CHARS;
      if (this.#isPaused || isFull) {
        op.failed();
        return;
      }
      this.#canFail += 1;
      this.#chars += charsOf(op);
    } else if (this.#waiting.length - this.#canFail >= MAX_KEPT) {
      const oldest = this.#waiting.findIndex(({ name }) => name.startsWith("settle"));
      if (oldest >= 0) this.#waiting.splice(oldest, 1);
    }
    this.#waiting.push(op);
    this.#sendSoon();
  }

  /** When all that was pushed before is done; rejects if it cannot be. */
  done(): Promise<void> {
    if (this.#waiting.length === 0 && !this.#isSending && !this.#isPaused) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const failed = (): void => reject(unavailable());
      this.push({ name: "nothing", args: [], done: () => resolve(), failed });
    });
  }

  /** Sends again what waits, and what comes. */
  resume(): void {
    this.#isPaused = false;
    this.#sendSoon();
  }

  /** At the end of the turn, so that what many sockets said in it goes at once. */
  #sendSoon(): void {
    if (this.#isDue || this.#isSending || this.#isPaused || this.#waiting.length === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (!this.#isPaused && !this.#isSending) void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0 && !this.#isPaused) {
      const batch = this.#next();
      try {
        const answer = (await this.#apply(batch)) as readonly unknown[];
        this.#answer(batch, answer);
      } catch (error) {
        this.#pause(batch, error as Error);
      }
    }
    this.#isSending = false;
  }

  #next(): readonly Op[] {
    let count = 0;
    let chars = 0;
    while (count < this.#waiting.length && count < BATCH_OPS && chars < BATCH_CHARS) {
      chars += charsOf(this.#waiting[count]!);
      count += 1;
    }
    if (count === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, count);
  }

  async #apply(batch: readonly Op[]): Promise<unknown> {
    const { redis, key, instance, epochMs } = this.#options;
    const args = [applyDigest, "1", key, instance, String(Math.floor(epochMs())), ...this.#fixed];
    for (const { name, args: own } of batch) {
      args.push(name);
      for (let at = 0; at < 5; at += 1) args.push(own[at] ?? "");
    }
    try {
      return await redis.send("EVALSHA", args);
    } catch (error) {
      if (!(error instanceof RedisError && error.message.includes("NOSCRIPT"))) throw error;
      args[0] = applyScript;
      return redis.send("EVAL", args);
    }
  }

  #answer(batch: readonly Op[], answer: readonly unknown[]): void {
    const [isKnown, seq, queuedMessages, queuedBytes, mailboxes, historySize, deadLetters] =
      answer as readonly number[];
    this.#options.onHead({
      isKnown: isKnown === 1,
      seq: seq!,
      queuedMessages: queuedMessages!,
      queuedBytes: queuedBytes!,
      mailboxes: mailboxes!,
      historySize: historySize!,
      deadLetters: deadLetters!,
    });
    batch.forEach((op, index) => {
      this.#took(op);
      op.done?.(answer[HEAD_LENGTH + index]);
    });
  }

  #took(op: Op): void {
    if (op.failed === undefined) return;
    this.#canFail -= 1;
    this.#chars -= charsOf(op);
  }

  /** What can fail does, so that its sender hears of it; the rest is done when Redis is back. */
  #pause(batch: readonly Op[], error: Error): void {
    this.#isPaused = true;
    const again = batch.map((op) => (op.name === "settle" ? { ...op, name: SETTLE_AGAIN } : op));
    const all = [...again, ...this.#waiting];
    this.#waiting = all.filter(({ failed }) => failed === undefined);
    for (const op of all) {
      if (op.failed === undefined) continue;
      this.#took(op);
      op.failed();
    }
    this.#options.onPause(error);
  }
}

export function unavailable(): Error {
  return new Error("Cannot ask Redis: it is away, and is tried again by itself");
}

function charsOf({ args }: Op): number {
  let chars = 0;
  for (const text of args) chars += text.length;
  return chars;
}
