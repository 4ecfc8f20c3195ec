import type { CancelTimer } from "@breakwater/clock";
import type {
  AgentMeta,
  Claim,
  ClaimOutcome,
  DeadLetter,
  DropReason,
  HistoryEntry,
  HistoryQuery,
  IdOwner,
  KeeperFigures,
  KeeperListener,
  MailboxFigures,
  Message,
  PutOutcome,
} from "@breakwater/message";
import {
  type Redis,
  type RedisChannel,
  RedisError,
  redisChannel,
  redisConnection,
} from "@breakwater/redis";
import { BoundedReads } from "./bounded-reads.ts";
import { Follower } from "./follower.ts";
import { type InstanceRecord, parseRecords } from "./instance-record.ts";
import { LocalClients } from "./local-clients.ts";
import { OpPipe, type ScriptHead } from "./op-pipe.ts";
import type { ClusterKeeper, ClusterOptions } from "./open-cluster.ts";
import { KeptMessage } from "./stream-entries.ts";
import { Views } from "./views.ts";

/** This instance says that it is there; while something is wrong, it tries more often. */
const BEAT_MS = 1000;
const RETRY_MS = 250;
/** Everything open is read again, in case something was not heard in spite of all. */
const CHECK_EVERY_BEATS = 30;
const READS = { maxAtOnce: 64, maxWaiting: 100_000 };

/**
 * One instance's part of the whole. What it knows by itself is who is connected here and what they
 * were told; all else is in Redis, where the script of apply-script.ts changes it.
 */
export class Cluster implements ClusterKeeper {
  readonly #options: ClusterOptions;
  readonly #redis: Redis;
  readonly #pipe: OpPipe;
  readonly #views: Views;
  readonly #clients: LocalClients;
  #channel: RedisChannel | undefined;
  #broadcasts: Follower<KeptMessage> | undefined;
  #listener: KeeperListener | undefined;
  #figures: KeeperFigures = {
    queuedMessages: 0,
    queuedBytes: 0,
    mailboxes: 0,
    historySize: 0,
    deadLetters: 0,
  };
  /** It may be that Redis does not know of this instance, or this one not of all messages. */
  #isBehind: boolean = true;
  #isCatchingUp: boolean = false;
  #isAskedAgain: boolean = false;
  #isTold: boolean = false;
  #isClosed: boolean = false;
  #beats = 0;
  #cancelBeat: CancelTimer = () => {};
  #begun = Promise.withResolvers<void>();

  constructor(options: ClusterOptions) {
    const { url, clock, timeoutMs, maxInFlight, instance, limits, epochMs, prefix } = options;
    this.#options = options;
    // A batch counts once, so these are reads.
    this.#redis = redisConnection({ url, clock, timeoutMs, maxInFlight: READS.maxAtOnce + 2 });
    const redis = this.#redis;
    const key = `{${prefix}}`;
    const reads = new BoundedReads(READS);
    this.#pipe = new OpPipe({
      redis,
      key,
      instance,
      limits,
      epochMs,
      maxWaiting: maxInFlight,
      onHead: (head) => this.#hearHead(head),
      onPause: (error) => this.#fail(error),
    });
    this.#views = new Views({ redis, key, reads, done: () => this.#pipe.done() });
    this.#clients = new LocalClients({
      pipe: this.#pipe,
      views: this.#views,
      epochMs,
      onArrival: (id, message, again) => this.#listener?.onArrival(id, message, again),
      onReplaced: (id) => this.#listener?.onReplaced(id),
      onFailed: (error) => this.#fail(error),
    });
  }

  /** Resolves when it has arrived. */
  async begin(): Promise<void> {
    const { url, clock, timeoutMs, prefix, instance } = this.#options;
    await this.#redis.send("PING", []);
    this.#channel = redisChannel({
      url,
      clock,
      timeoutMs,
      channel: `{${prefix}}:to:${instance}`,
      onMessage: (text) => {
        for (const record of parseRecords(text)) this.#hear(record);
      },
      onGap: () => {
        this.#hold();
        this.#isBehind = true;
        void this.#catchUp();
      },
    });
    const cancel = clock.at(clock.nowMs() + 2 * timeoutMs, () => {
      const message = `Redis did not answer within ${2 * timeoutMs} ms`;
      this.#begun.reject(new RedisError("timeout", message));
    });
    this.#beatLater();
    await this.#begun.promise.finally(cancel);
  }

  get isUp(): boolean {
    return !this.#isBehind && !this.#pipe.isPaused && this.#channel?.isUp === true;
  }

  get figures(): KeeperFigures {
    return this.#figures;
  }

  listen(listener: KeeperListener): void {
    this.#listener = listener;
  }

  claim(claim: Claim, done: (outcome: ClaimOutcome) => void): void {
    this.#clients.claim(claim, done);
  }

  open(clientId: string): void {
    this.#clients.open(clientId);
  }

  verify(clientId: string, tokenHash: string | undefined, done: (owner: IdOwner) => void): void {
    this.#views.tokenOf(clientId).then(
      (bound) => done(bound === null ? "unbound" : bound === tokenHash ? "its" : "anothers"),
      () => done("unavailable"),
    );
  }

  release(clientId: string): void {
    this.#clients.release(clientId);
  }

  touch(clientIds: readonly string[]): void {
    const now = String(Math.floor(this.#options.epochMs()));
    // If it cannot be said now, it is said the next time.
    const failed = (): void => {};
    for (const id of clientIds) this.#pipe.push({ name: "touch", args: [id, now], failed });
  }

  put(message: Message, done: (outcome: PutOutcome) => void): void {
    const { envelope, acceptedAtMs, json } = message;
    const { from, id, to } = envelope;
    this.#pipe.push({
      name: "put",
      args: [from, id, to ?? "", String(acceptedAtMs), json],
      done: (answer) => done(toOutcome(answer as number)),
      failed: () => done({ kind: "dropped", reason: "store_unavailable" }),
    });
  }

  settle(clientId: string, messages: readonly Message[]): void {
    for (const message of messages) {
      if (!(message instanceof KeptMessage)) continue;
      const { envelope, bytes, acceptedAtMs, json, seq } = message;
      const { from } = envelope;
      const tail = this.#clients.has(from) ? "" : `${acceptedAtMs} ${json}`;
      this.#pipe.push({
        name: "settle",
        args: [clientId, `${seq}-0`, from, String(bytes), tail],
        done: (isSendersHere) => {
          if (isSendersHere === 1) this.#listener?.onSettled(message);
        },
      });
    }
  }

  bury(clientId: string, message: Message, reason: DropReason): void {
    if (!(message instanceof KeptMessage)) return;
    this.#pipe.push({ name: "bury", args: [clientId, `${message.seq}-0`, reason] });
  }

  sweep(epochMs: number): void {
    this.#pipe.push({
      name: "sweep",
      args: [String(Math.floor(epochMs))],
      done: (isMore) => {
        if (isMore === 1) this.sweep(epochMs);
      },
      failed: () => {},
    });
  }

  agents(): Promise<readonly AgentMeta[]> {
    return this.#views.agents();
  }

  history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    return this.#views.history(query);
  }

  mailboxes(limit: number): Promise<readonly MailboxFigures[]> {
    return this.#views.mailboxes(limit);
  }

  deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    return this.#views.deadLetters(limit);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelBeat();
    this.#clients.releaseAll();
    this.#pipe.push({ name: "leave", args: [] });
    // If Redis is away, it will know by itself that this instance is gone.
    await this.#pipe.done().catch(() => {});
    this.#channel?.[Symbol.dispose]();
    this.#redis.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #hear(record: InstanceRecord): void {
    if (this.#isClosed) return;
    switch (record.kind) {
      case "arrival":
        this.#clients.hear(record.message);
        break;
      case "broadcast":
        this.#broadcasts?.hear(record.message);
        break;
      case "settled":
        this.#listener?.onSettled(record.message);
        break;
      case "buried":
        this.#listener?.onBuried(record.message, record.reason);
        break;
      case "replaced":
        this.#clients.replaced(record);
        break;
    }
  }

  #hearHead({ isKnown, seq, ...figures }: ScriptHead): void {
    this.#figures = figures;
    this.#broadcasts ??= new Follower<KeptMessage>({
      after: seq,
      read: (after) => this.#views.broadcasts(after),
      tell: (message) => {
        this.#listener?.onBroadcast({ message, cursor: String(message.seq) });
      },
    });
    if (isKnown || this.#isClosed) return;
    this.#isBehind = true;
    void this.#catchUp();
  }

  #fail(error: Error): void {
    this.#isBehind = true;
    if (this.#isTold || this.#isClosed) return;
    this.#isTold = true;
    this.#options.onError(error);
  }

  #beatLater(): void {
    const { clock } = this.#options;
    const ms = this.#isBehind ? RETRY_MS : BEAT_MS;
    this.#cancelBeat = clock.at(clock.nowMs() + ms, () => {
      this.#beat();
      this.#beatLater();
    });
  }

  #beat(): void {
    this.#beats += 1;
    if (this.#isBehind) {
      void this.#catchUp();
      return;
    }
    this.#pipe.push({ name: "nothing", args: [], failed: () => {} });
    if (this.#beats % CHECK_EVERY_BEATS === 0) {
      this.#readAll().catch((error: Error) => this.#fail(error));
    }
  }

  /** One at a time; what happens meanwhile makes another of it. */
  async #catchUp(): Promise<void> {
    this.#isAskedAgain = true;
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    while (this.#isAskedAgain && !this.#isClosed) {
      this.#isAskedAgain = false;
      try {
        await this.#arrive();
      } catch (error) {
        this.#fail(error as Error);
        break;
      }
    }
    this.#isCatchingUp = false;
  }

  async #arrive(): Promise<void> {
    // What is heard once Redis knows of it again comes after what it has missed.
    this.#hold();
    this.#pipe.resume();
    this.#pipe.push({ name: "arrive", args: [], failed: () => {} });
    await this.#clients.reclaim();
    await this.#pipe.done();
    await this.#readAll();
    if (this.#isAskedAgain || this.#pipe.isPaused) return;
    this.#isBehind = false;
    this.#isTold = false;
    this.#begun.resolve();
  }

  #hold(): void {
    this.#broadcasts?.hold();
    this.#clients.hold();
  }

  async #readAll(): Promise<void> {
    await Promise.all([this.#broadcasts?.catchUp(), this.#clients.catchUp()]);
  }
}

const reasons: Readonly<Record<number, DropReason>> = {
  [-1]: "queue_full",
  [-2]: "store_full",
  [-3]: "too_many_recipients",
};

/** Of the numbers that the script says. */
function toOutcome(answer: number): PutOutcome {
  if (answer === 1) return { kind: "kept" };
  if (answer === 0 || answer === 2) return { kind: "duplicate", waits: answer === 2 };
  const reason = reasons[answer];
  if (reason !== undefined) return { kind: "dropped", reason };
  return { kind: "published", recipients: answer - 10 };
}
