import { duration, secret, size } from "@breakwater/config";
import { logLevels } from "@breakwater/service";
import { z } from "zod";

export type Settings = z.output<typeof settingsSchema>;

const port = z.int().min(0).max(65_535);
const count = z.int().min(1).max(1_000_000);

/** "1000/min". */
const rate = z
  .string()
  .regex(/^[1-9]\d{0,8}\/(s|min|h)$/, 'must be a number per s, min or h, such as "1000/min"');

const apiKey = z.object({
  key: z.string().exactOptional(),
  sha256: z.string().exactOptional(),
  owner: z.string().min(1),
  tier: z.string().exactOptional(),
});

/** Every setting once: `maxCcu` is --max-ccu, MAX_CCU in the environment, maxCcu in a file. */
export const settingsSchema = z
  .object({
    port: port.default(8080).describe("where clients connect; 0 for any free port"),
    host: z.string().optional().describe("the address to listen on; all of them if not set"),
    metricsPort: z
      .union([port, z.literal("off")])
      .optional()
      .describe("for /metrics, health and profiles; 9091, if that is free, if not set"),
    profiles: z.boolean().default(false).describe("CPU and heap profiles on the metrics port"),

    limit: z
      .union([z.enum(["ccu", "adaptive"]), count])
      .default("ccu")
      .describe("how many run at once: ccu by the next four, adaptive, or so many"),
    maxCcu: count.default(5000).describe("ccu: so many run or wait at most"),
    utilization: z.int().min(1).max(100).default(67).describe("ccu: % of max-ccu that is normal"),
    workers: count.optional().describe("ccu: so many run at once; by utilization if not set"),
    maxQueue: z.int().min(0).max(1_000_000).optional().describe("so many wait in normal times"),
    maxWait: duration().default(5000).describe("how long a request waits for its turn"),

    requestTimeout: duration().default(10_000).describe("for an answer to begin"),
    maxBody: size().default(1_048_576).describe("of a request"),
    rateLimit: z
      .union([z.literal("off"), rate])
      .default("1000/min")
      .describe("of each address, such as 1000/min, or off"),
    rateBurst: count.default(50).describe("so many of them may come at once"),
    loginRateLimit: z
      .union([z.literal("off"), rate])
      .default("10/min")
      .describe("of each address, for attempts to log in"),
    rateTiers: z
      .record(z.string(), rate)
      .default({})
      .describe("for owners of API keys: premium=10000/min,free=100/min"),
    apiKeys: secret(z.array(apiKey))
      .default([])
      .describe('in JSON: [{"sha256": "…", "owner": "acme", "tier": "premium"}]'),
    trustedProxies: z
      .array(z.string())
      .default([])
      .describe("networks whose X-Forwarded-For is believed: 10.0.0.0/8"),
    corsOrigins: z
      .array(z.string())
      .default([])
      .describe("whose pages may read answers: https://app.example.com"),

    databaseUrl: secret(z.string().min(1))
      .default("sqlite::memory:")
      .describe("sqlite::memory:, a path, or postgres://user:password@host/name"),
    dbMaxOpenConns: count.default(100).describe("connections to the database at once"),
    dbMaxIdleConns: z.int().min(0).default(10).describe("those that stay open unused"),
    dbConnMaxLifetime: duration().default(300_000).describe("an older one is closed"),
    dbConnMaxIdleTime: duration().default(600_000).describe("one unused for so long is closed"),
    redisUrl: secret(z.string().min(1))
      .optional()
      .describe("for limits and a cache that all instances share: redis://host:6379"),
    cacheTtl: duration().default(30_000).describe("how long a list of users is given again"),

    jwtAlgorithm: z.enum(["HS256", "RS256", "ES256", "EdDSA"]).default("HS256"),
    jwtSecret: secret(z.string().min(32))
      .optional()
      .describe("HS256: 32 bytes or more, made up if not set; else a private key in PEM"),
    jwtPreviousSecret: secret(z.string().min(32))
      .optional()
      .describe("the one before: its tokens stay good until they expire"),
    jwtLifetime: duration().default(3_600_000).describe("of a token"),
    demo: z.boolean().default(true).describe("adds demo/demo and admin/admin, who can log in"),

    logLevel: z.enum(logLevels).default("info").describe("what is less is not logged"),
    logFormat: z.enum(["json", "text"]).default("json").describe("text is for terminals"),
    drainAnnounce: duration().default(0).describe("from not ready to closing, for balancers"),
    drainGrace: duration().default(10_000).describe("for requests under way when it stops"),
  })
  .refine(({ workers, maxQueue }) => workers === undefined || maxQueue !== undefined, {
    message: "workers are set without maxQueue: set how many may wait as well",
  })
  .refine(({ jwtAlgorithm, jwtSecret }) => jwtAlgorithm === "HS256" || jwtSecret !== undefined, {
    message: "jwtSecret is missing: this jwtAlgorithm takes a private key in PEM",
  });
