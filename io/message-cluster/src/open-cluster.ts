import type { Clock } from "@breakwater/clock";
import type { Keeper, KeeperLimits } from "@breakwater/message";
import { RedisError } from "@breakwater/redis";
import { Cluster } from "./cluster.ts";

export interface ClusterOptions {
  /** "redis://user:password@host:6379/0", rediss:// with TLS, redis+unix:///path/to/socket. */
  readonly url: string;
  /** Before every key and channel, so that bridges can share a server: "bridge". */
  readonly prefix: string;
  /** Of this process alone, and of no other that ever was: a random id. */
  readonly instance: string;
  readonly limits: KeeperLimits;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly epochMs: () => number;
  /** Of connecting, and of each answer. Who is slower is taken to be down. */
  readonly timeoutMs: number;
  /** How many messages may wait for Redis' answer; what is put beyond is dropped. */
  readonly maxInFlight: number;
  /** Redis is away, or cannot do something. Told once each time. */
  readonly onError: (error: Error) => void;
}

/** A Keeper of several instances, which has everything in Redis. */
export interface ClusterKeeper extends Keeper, AsyncDisposable {
  /** Whether all is well: Redis answers, this instance hears it, and has caught up. */
  readonly isUp: boolean;
  /** Its clients are released, and what waits for Redis is sent if that is there. */
  close(): Promise<void>;
}

/**
 * Rejects with RedisError if Redis cannot be reached now; later it may go and come. Needs Redis 6
 * or newer. What was `kept` is as safe as Redis keeps it: with `appendonly yes` a crash of Redis
 * loses the last second, with `appendfsync always` nothing.
 */
export async function openCluster(options: ClusterOptions): Promise<ClusterKeeper> {
  checkName("prefix", options.prefix);
  checkName("instance", options.instance);
  const cluster = new Cluster(options);
  try {
    await cluster.begin();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

function checkName(name: string, value: string): void {
  if (/^[\w.:-]{1,100}$/.test(value)) return;
  const rule = "it takes 1 to 100 letters, digits, and any of _.:-";
  throw new RedisError("bad_option", `Cannot use ${name} ${JSON.stringify(value)}: ${rule}`);
}
