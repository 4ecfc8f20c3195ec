import { join } from "node:path";
import { type Keeper, type KeeperLimits, memoryKeeper } from "@breakwater/message";
import { openCluster } from "@breakwater/message-cluster";
import { openJournal } from "@breakwater/message-journal";
import { RedisError } from "@breakwater/redis";
import type { HealthCheck, ServiceKit } from "@breakwater/service";
import { BridgeError } from "../bridge-error.ts";
import type { Settings } from "../settings.ts";

export interface OpenedKeeper extends AsyncDisposable {
  readonly keeper: Keeper;
  /** For people: "in ./breakwater-bridge". */
  readonly place: string;
  readonly check: HealthCheck | undefined;
}

export interface KeeperParts {
  readonly kit: ServiceKit;
  readonly epochMs: () => number;
  readonly newId: () => string;
}

/** Where messages are kept: in Redis, in a folder, or in memory alone. */
export function openKeeper(settings: Settings, parts: KeeperParts): Promise<OpenedKeeper> {
  const limits = limitsOf(settings);
  if (settings.redisUrl !== undefined) return inRedis(settings.redisUrl, limits, parts);
  return settings.data === "off" ? inMemory(limits, parts) : inFolder(settings, limits, parts);
}

async function inMemory(limits: KeeperLimits, { epochMs }: KeeperParts): Promise<OpenedKeeper> {
  return {
    keeper: memoryKeeper({ limits, epochMs }),
    place: "in memory, and are gone when it stops",
    check: undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}

async function inFolder(
  { data, durability }: Settings,
  limits: KeeperLimits,
  { kit, epochMs }: KeeperParts,
): Promise<OpenedKeeper> {
  const keeper = await openJournal({
    file: join(data, "messages.db"),
    ...{ limits, epochMs, durability },
    onError: (err) => kit.log.logger.error({ err }, "Cannot write messages down"),
  });
  return {
    keeper,
    place: `in ${data}`,
    check: undefined,
    [Symbol.asyncDispose]: () => keeper.close(),
  };
}

async function inRedis(
  url: string,
  limits: KeeperLimits,
  { kit, epochMs, newId }: KeeperParts,
): Promise<OpenedKeeper> {
  const opening = openCluster({
    ...{ url, prefix: "bridge", limits, clock: kit.clock, epochMs },
    instance: newId(),
    timeoutMs: REDIS_TIMEOUT_MS,
    maxInFlight: MAX_IN_FLIGHT,
    onError: (err) => kit.log.logger.warn({ err }, "Redis does not do what it is asked"),
  });
  const keeper = await opening.catch((cause: unknown) => {
    if (!(cause instanceof RedisError) || cause.code === "bad_option") throw cause;
    const hint = "start it, or set another AI_BRIDGE_REDIS_URL";
    // Without what may be a password.
    const message = `Cannot reach Redis at ${new URL(url).host}: ${hint}`;
    throw new BridgeError("bad_setting", message, { cause });
  });
  kit.metrics.registerGauge({
    name: "redis_up",
    help: "1 if messages can be put into Redis.",
    read: () => Number(keeper.isUp),
  });
  return {
    keeper,
    place: "in Redis",
    check: {
      name: "redis",
      // Other instances have the same one: a balancer has nobody better to turn to.
      isRequired: false,
      check: () => {
        if (!keeper.isUp) throw new Error("Redis does not answer");
      },
    },
    [Symbol.asyncDispose]: () => keeper.close(),
  };
}

const REDIS_TIMEOUT_MS = 5000;
const MAX_IN_FLIGHT = 100_000;

export function limitsOf(settings: Settings): KeeperLimits {
  return {
    maxHistory: settings.historyLimit,
    maxHistoryBytes: settings.historyBytes,
    maxQueue: settings.maxQueue,
    maxQueueBytes: settings.maxQueueBytes,
    maxTotalBytes: settings.maxTotalBytes,
    maxMailboxes: settings.maxRecipients,
    queueTtlMs: settings.queueTtlMs,
    maxDeadLetters: settings.maxDeadLetters,
    maxSeen: MAX_SEEN,
    maxClaims: MAX_CLAIMS,
    claimTtlMs: CLAIM_TTL_MS,
  };
}

/** About 150 bytes each. */
const MAX_SEEN = 100_000;
const MAX_CLAIMS = 100_000;
/** An agent that is away for a month has lost its name to whoever asks for it. */
const CLAIM_TTL_MS = 30 * 86_400_000;
