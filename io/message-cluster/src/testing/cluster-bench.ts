import type { Clock } from "@breakwater/clock";
import type { KeeperLimits } from "@breakwater/message";
import { type Redis, redisConnection } from "@breakwater/redis";
import { type TestRedis, testRedis } from "@breakwater/redis/testing";
import { systemClock } from "@breakwater/system-clock";
import { type ClusterKeeper, openCluster } from "../open-cluster.ts";

export const testLimits: KeeperLimits = {
  maxHistory: 1000,
  maxHistoryBytes: 1_000_000,
  maxQueue: 1000,
  maxQueueBytes: 1_000_000,
  maxTotalBytes: 10_000_000,
  maxMailboxes: 100,
  queueTtlMs: 60_000,
  maxDeadLetters: 100,
  maxSeen: 10_000,
  maxClaims: 100,
  claimTtlMs: 3_600_000,
};

export interface Instance {
  readonly keeper: ClusterKeeper;
  readonly name: string;
  readonly errors: readonly Error[];
  /** As kill -9 would: it says and hears nothing more, and the others find that out. */
  die(): Promise<void>;
  /** The others take it for dead, as when it was held up for too long. */
  forget(): Promise<void>;
}

export interface BenchOptions {
  readonly limits?: KeeperLimits;
  readonly epochMs?: () => number;
  readonly isDurable?: boolean;
  /** Instead of one of its own. */
  readonly server?: TestRedis;
}

/** A Redis, and instances of one bridge on it. */
export class ClusterBench implements AsyncDisposable {
  readonly server: TestRedis;
  readonly redis: Redis;
  readonly #options: BenchOptions;
  readonly #prefix: string = `bridge-${crypto.randomUUID()}`;
  readonly #instances: Instance[] = [];

  constructor(server: TestRedis, options: BenchOptions) {
    this.server = server;
    this.#options = options;
    const clock = systemClock();
    this.redis = redisConnection({ url: server.url, clock, timeoutMs: 5000, maxInFlight: 100 });
  }

  async open(): Promise<Instance> {
    const name = `i${this.#instances.length}`;
    const { limits = testLimits, epochMs = () => 1_769_860_800_000 } = this.#options;
    const clock = new MortalClock();
    const errors: Error[] = [];
    const keeper = await openCluster({
      url: this.server.url,
      prefix: this.#prefix,
      instance: name,
      limits,
      clock,
      epochMs,
      timeoutMs: 5000,
      maxInFlight: 1000,
      onError: (error) => errors.push(error),
    });
    const forget = async (): Promise<void> => {
      await this.redis.send("ZADD", [this.key("instances"), "XX", "0", name]);
    };
    const die = async (): Promise<void> => {
      clock.stop();
      // The others' connections are lost as well, and come back.
      for (const type of ["normal", "pubsub"]) {
        await this.redis.send("CLIENT", ["KILL", "TYPE", type, "SKIPME", "yes"]);
      }
      await forget();
    };
    const instance = { keeper, name, errors, die, forget };
    this.#instances.push(instance);
    return instance;
  }

  key(name: string): string {
    return `{${this.#prefix}}:${name}`;
  }

  async keys(): Promise<readonly string[]> {
    const keys = (await this.redis.send("KEYS", [`{${this.#prefix}}:*`])) as string[];
    const prefix = this.key("");
    return keys.map((key) => key.slice(prefix.length)).toSorted((a, b) => (a < b ? -1 : 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { keeper } of this.#instances) await keeper.close();
    this.redis.close();
    if (this.#options.server === undefined) await this.server[Symbol.asyncDispose]();
  }
}

export async function clusterBench(options: BenchOptions = {}): Promise<ClusterBench> {
  const { server = await testRedis({ isDurable: options.isDurable === true }) } = options;
  return new ClusterBench(server, options);
}

/** The machine's, until it is stopped: then nothing falls due any more. */
class MortalClock implements Clock {
  readonly #clock: Clock = systemClock();
  #isStopped: boolean = false;

  nowMs(): number {
    return this.#clock.nowMs();
  }

  at(dueMs: number, wake: () => void): () => void {
    return this.#clock.at(dueMs, () => {
      if (!this.#isStopped) wake();
    });
  }

  stop(): void {
    this.#isStopped = true;
  }
}
