import {
  type ConfigResult,
  duration,
  type Environment,
  readConfig,
  secret,
  size,
} from "@breakwater/config";
import { isNetwork, type LogLevel, logLevels } from "@breakwater/service";
import { z } from "zod";

/** What is set, by flags, environment and file; times in ms, sizes in bytes. */
export interface Settings {
  readonly port: number;
  readonly host?: string | undefined;
  readonly httpPort?: number | undefined;
  readonly metricsPort?: number | "off" | undefined;
  readonly metricsHost: string;
  readonly corsOrigins?: readonly string[] | undefined;
  readonly authToken?: string | undefined;
  readonly adminToken?: string | undefined;
  readonly requireClientTokens: boolean;
  readonly data: string;
  readonly durability: "commit" | "sync";
  readonly redisUrl?: string | undefined;
  readonly historyLimit: number;
  readonly historyBytes: number;
  readonly maxQueue: number;
  readonly maxQueueBytes: number;
  readonly maxTotalBytes: number;
  readonly maxRecipients: number;
  readonly queueTtlMs: number;
  readonly maxDeadLetters: number;
  readonly clientTtlMs: number;
  readonly cleanupIntervalMs: number;
  readonly ackTimeoutMs: number;
  readonly maxAttempts: number;
  readonly maxConnections: number;
  readonly maxFrame: number;
  readonly maxUnsent: number;
  readonly socketRate: number;
  readonly rateWindowMs: number;
  readonly rateMax: number;
  readonly trustedProxies: readonly string[];
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly logFormat: "json" | "text";
  readonly drainAnnounce: number;
  readonly drainGrace: number;
}

export interface SettingsSource {
  readonly arguments: readonly string[];
  readonly environment: Environment;
  readonly readFile: (path: string) => string;
}

/**
 * Each setting is `maxQueue` in a file, --max-queue as a flag, AI_BRIDGE_MAX_QUEUE in the
 * environment. The original's PORT and NODE_ENV are understood as well.
 */
export function readSettings(source: SettingsSource): ConfigResult<Settings> {
  const { environment, ...rest } = source;
  const aliases = Object.entries(originals).filter(
    ([own, original]) => !environment[own] && environment[original],
  );
  const named = aliases.map(([own, original]) => [own, environment[original]] as const);
  const read = readConfig({
    schema,
    name: "bw bridge",
    prefix: "AI_BRIDGE",
    ...rest,
    environment: { ...environment, ...Object.fromEntries(named) },
  });
  if (read.kind !== "mistakes") return read;
  // What is wrong is told by the name that was set.
  const toOriginal = (mistake: string): string =>
    aliases.reduce((text, [own, original]) => text.replaceAll(own, original), mistake);
  return { kind: "mistakes", mistakes: read.mistakes.map(toOriginal) };
}

export const DEFAULT_DATA = "./breakwater-bridge";

const originals: Readonly<Record<string, string>> = {
  AI_BRIDGE_PORT: "PORT",
  AI_BRIDGE_ENVIRONMENT: "NODE_ENV",
};

/** A week: what nobody fetches in that time nobody waits for. */
const WEEK_MS = 604_800_000;
const DAY_MS = 86_400_000;

const port = z.int().min(0).max(65_535);
const count = z.int().min(1).max(10_000_000);
const time = (minMs: number, maxMs: number): z.ZodType<number, string | number> =>
  duration().pipe(z.number().min(minMs).max(maxMs));
const bytes = (min: number, max: number): z.ZodType<number, string | number> =>
  size().pipe(z.number().min(min).max(max));
/** As headers can carry it. */
const token = z.string().regex(/^[\x21-\x7e]{1,1000}$/, "must be up to 1000 letters and signs");

const listening = {
  port: port.default(8080).describe("for WebSockets and HTTP; 0 for any free one; also PORT"),
  host: z
    .string()
    .optional()
    .describe("the address to listen on; 127.0.0.1 without an auth token, else all of them"),
  httpPort: port.optional().describe("HTTP had one of its own once: both are at --port now"),
  metricsPort: z
    .union([port, z.literal("off")])
    .optional()
    .describe("for /metrics and health; 9091, if that is free, if not set"),
  metricsHost: z.string().default("127.0.0.1").describe("the address of that port"),
  corsOrigins: z
    .array(z.string().regex(/^(\*|null|https?:\/\/[^\s/]+)$/, "must be * or as https://a.example"))
    .optional()
    .describe("pages that may connect; all if there is an auth token, else this machine's"),
};

const callers = {
  authToken: secret(token).optional().describe("who connects or asks has to bring it"),
  adminToken: secret(token).optional().describe("who brings it sees all messages"),
  requireClientTokens: z
    .boolean()
    .default(false)
    .describe("a client has to bring a secret that its id is bound to"),
};

const keeping = {
  data: z
    .string()
    .min(1)
    .default(DEFAULT_DATA)
    .describe('the folder where messages are kept, or "off" to keep them in memory alone'),
  durability: z
    .enum(["commit", "sync"])
    .default("commit")
    .describe("commit outlives the process, sync the machine's failure, too"),
  redisUrl: secret(z.string().min(1))
    .optional()
    .describe("keeps messages there instead, for several instances: redis://host:6379"),
  historyLimit: count.default(1000).describe("messages of the history"),
  historyBytes: bytes(1, 2 ** 40)
    .default(67_108_864)
    .describe("of the history, and as many again of dead letters"),
  maxQueue: count.default(2000).describe("messages that wait for one recipient"),
  maxQueueBytes: bytes(1, 2 ** 40)
    .default(16_777_216)
    .describe("that wait for one recipient"),
  maxTotalBytes: bytes(1, 2 ** 40)
    .default(268_435_456)
    .describe("that wait for all recipients; three quarters for those who are not connected"),
  maxRecipients: count.default(10_000).describe("recipients for whom something waits"),
  queueTtlMs: time(1000, 365 * DAY_MS)
    .default(WEEK_MS)
    .describe("a message waits so long, then it is a dead letter"),
  maxDeadLetters: count.default(1000).describe("the newest are kept"),
};

const clients = {
  clientTtlMs: time(1000, 365 * DAY_MS)
    .default(900_000)
    .describe("a client that is silent for so long is told goodbye"),
  cleanupIntervalMs: time(1, DAY_MS)
    .default(60_000)
    .describe("how often what is overdue is looked for, but at least every second"),
  ackTimeoutMs: time(100, DAY_MS)
    .default(30_000)
    .describe("what is not acknowledged by then is delivered again"),
  maxAttempts: z.int().min(1).max(1000).default(5).describe("then a message is a dead letter"),
  maxConnections: z.int().min(1).max(1_000_000).default(10_000).describe("WebSockets at once"),
  maxFrame: bytes(1024, 67_108_864)
    .default(1_048_576)
    .describe("of one frame, and of a body of HTTP"),
  maxUnsent: bytes(65_536, 2 ** 30)
    .default(1_048_576)
    .describe("that wait for a slow client; then it gets no more"),
  socketRate: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(5000)
    .describe("frames a second that one client may send; 0 for any number"),
  rateWindowMs: time(1000, DAY_MS).default(60_000).describe("of the rate limit for HTTP"),
  rateMax: count.default(200).describe("requests of one address in that time"),
  trustedProxies: z
    .array(z.string().refine(isNetwork, "must be an address or a network such as 10.0.0.0/8"))
    .default([])
    .describe("whose X-Forwarded-For is believed"),
};

const schema = z.object({
  ...listening,
  ...callers,
  ...keeping,
  ...clients,
  environment: z.string().default("development").describe("as /health tells it; also NODE_ENV"),
  logLevel: z.enum(logLevels).default("info").describe("what is less is not logged"),
  logFormat: z.enum(["json", "text"]).default("json").describe("text is for terminals"),
  drainAnnounce: duration().default(0).describe("from not ready to closing, for balancers"),
  drainGrace: duration().default(10_000).describe("for what is under way when it stops"),
});
