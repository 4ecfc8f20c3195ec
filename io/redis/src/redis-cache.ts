import { createHash } from "node:crypto";
import type { CacheStore, KeptAnswer, Lookup } from "@breakwater/service";
import type { Redis } from "./redis-connection.ts";
import { RedisError } from "./redis-error.ts";

export interface RedisCacheOptions {
  readonly redis: Redis;
  /** Before every key, so that services can share a server: "api:cache:". */
  readonly prefix: string;
  /** Nothing is kept longer, neither answers nor the knowledge that a tag was made invalid. */
  readonly maxKeepMs: number;
  /** A larger answer is not kept. How many are is for Redis' maxmemory (allkeys-lru) to say. */
  readonly maxEntryBytes: number;
}

/**
 * Answers that all instances of a service share. Of a tag, Redis has only when it was last made
 * invalid, which costs the same however many answers carry it.
 */
export function redisCache(options: RedisCacheOptions): CacheStore {
  const { redis, prefix, maxKeepMs, maxEntryBytes } = options;
  if (!(maxKeepMs >= 1)) {
    throw new RedisError("bad_option", `Cannot use maxKeepMs ${maxKeepMs}: it takes 1 or more`);
  }
  const answerKey = (key: string): string =>
    `${prefix}a:${createHash("sha256").update(key).digest("base64url")}`;
  const tagKey = (tag: string): string => `${prefix}t:${tag}`;
  const px = (keepMs: number): string => String(Math.ceil(Math.max(1, keepMs)));
  const isInvalid = async (tags: readonly string[], asOf: number): Promise<boolean> => {
    if (tags.length === 0) return false;
    const times = (await redis.send("MGET", tags.map(tagKey))) as (string | null)[];
    return times.some((time) => time !== null && Number(time) >= asOf);
  };
  return {
    get: async (key) => {
      const [time, bytes] = await Promise.all([
        redis.send("TIME", []),
        redis.getBytes(answerKey(key)),
      ]);
      const asOf = toMicroseconds(time);
      const stored = bytes === null ? undefined : decode(bytes);
      if (stored === undefined) return { found: undefined, asOf };
      const { tags, asOf: since } = stored.head;
      return { found: (await isInvalid(tags, since)) ? undefined : toFound(stored, asOf), asOf };
    },
    set: async (key, answer, { asOf, keepMs }) => {
      if (answer.body.length > maxEntryBytes) return;
      if (await isInvalid(answer.tags, asOf)) return;
      const keep = px(Math.min(keepMs, maxKeepMs));
      await redis.send("SET", [answerKey(key), encode(answer, asOf), "PX", keep]);
    },
    invalidate: async (tag) => {
      // By the server's clock, like asOf, whichever instance asks.
      const time = toMicroseconds(await redis.send("TIME", []));
      await redis.send("SET", [tagKey(tag), String(time), "PX", px(maxKeepMs + GRACE_MS)]);
    },
  };
}

/** A tag's time outlives what was written just after it was set. */
const GRACE_MS = 10_000;

interface Stored {
  readonly head: Omit<KeptAnswer, "body"> & { readonly asOf: number };
  readonly body: Uint8Array;
}

function toFound({ head: { asOf, ...rest }, body }: Stored, nowUs: number): Lookup["found"] {
  return { answer: { ...rest, body }, ageMs: Math.max(0, (nowUs - asOf) / 1000) };
}

/** The head's length in 4 bytes, the head in JSON, the body. */
function encode({ body, ...rest }: KeptAnswer, asOf: number): Uint8Array {
  const head = Buffer.from(JSON.stringify({ ...rest, asOf }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** Undefined for what is not ours, such as of another version: it is written anew. */
function decode(bytes: Uint8Array): Stored | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < 4) return undefined;
  const end = 4 + buffer.readUInt32BE(0);
  try {
    const head = JSON.parse(buffer.toString("utf8", 4, end)) as Partial<Stored["head"]>;
    const isOurs = typeof head.asOf === "number" && Array.isArray(head.tags);
    return isOurs ? { head: head as Stored["head"], body: buffer.subarray(end) } : undefined;
  } catch {
    return undefined;
  }
}

function toMicroseconds(time: unknown): number {
  const [seconds, microseconds] = time as readonly [string, string];
  return Number(seconds) * 1e6 + Number(microseconds);
}
