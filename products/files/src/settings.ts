import {
  type ConfigResult,
  duration,
  type Environment,
  readConfig,
  secret,
  size,
} from "@breakwater/config";
import { type LogLevel, logLevels } from "@breakwater/service";
import { parseDuration } from "@breakwater/units";
import { z } from "zod";
import { tenantPattern } from "./auth/caller.ts";

/** What is set, by flags, environment and file; times in ms, sizes in bytes. */
export interface Settings {
  readonly port: number;
  readonly host?: string | undefined;
  readonly metricsPort?: number | "off" | undefined;
  readonly metricsHost: string;
  readonly dir: string;
  readonly durability: "none" | "object" | "strict";
  readonly s3Port: number;
  readonly s3Host: string;
  readonly publicUrl?: string | undefined;
  readonly awsEndpointUrlS3?: string | undefined;
  readonly bucketName?: string | undefined;
  readonly s3Bucket?: string | undefined;
  readonly region?: string | undefined;
  readonly awsRegion?: string | undefined;
  readonly awsAccessKeyId?: string | undefined;
  readonly awsSecretAccessKey?: string | undefined;
  readonly awsSessionToken?: string | undefined;
  readonly s3Addressing?: "path" | "virtual" | undefined;
  readonly storeTimeout: number;
  readonly storeConnections: number;
  readonly apiKeys: readonly ApiKeySetting[];
  readonly jwtSecret?: string | undefined;
  readonly jwtKeysUrl?: string | undefined;
  readonly jwtIssuer?: string | undefined;
  readonly jwtAudience?: string | undefined;
  readonly jwtTenantClaim: string;
  readonly limit: "adaptive" | number;
  readonly maxQueue: number;
  readonly maxWait: number;
  readonly maxTransfers: number;
  readonly maxUpload: number;
  readonly uploadMemory: number;
  readonly uploadLife: number;
  readonly requestTimeout: number;
  readonly disableRateLimiter: boolean;
  readonly rateLimit: string;
  readonly rateBurst: number;
  readonly trustedProxies: readonly string[];
  readonly corsOrigins?: readonly string[] | undefined;
  readonly downloadUrlTimeLimit: number;
  readonly paginationPageSize: number;
  readonly listTtl: number;
  readonly maxCachedLinks: number;
  readonly maxCachedLists: number;
  readonly redisUrl?: string | undefined;
  readonly compat: boolean;
  readonly enableProfiling: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: "json" | "text";
  readonly drainAnnounce: number;
  readonly drainGrace: number;
}

export interface ApiKeySetting {
  readonly key?: string;
  /** In hexadecimal: `printf %s KEY | sha256sum`. */
  readonly sha256?: string;
  readonly owner: string;
  readonly scopes: readonly ("read" | "write" | "delete" | "admin")[];
  /** Left out: it sees all of the bucket. */
  readonly tenant?: string;
}

export interface SettingsSource {
  readonly arguments: readonly string[];
  readonly environment: Environment;
  readonly readFile: (path: string) => string;
}

/** Each setting is `maxUpload` in a file, --max-upload as a flag, MAX_UPLOAD in the environment. */
export function readSettings(source: SettingsSource): ConfigResult<Settings> {
  return readConfig({ schema, name: "bw files", prefix: "", ...source });
}

const MINUTE_MS = 60_000;
/** What SigV4 allows: 7 days. */
const MAX_URL_LIFE_MS = 604_800_000;

const port = z.int().min(0).max(65_535);
const count = z.int().min(1).max(1_000_000);
const key = z.string().min(1);

/** "10/s". */
const rate = z
  .string()
  .regex(/^[1-9]\d{0,8}\/(s|min|h)$/, 'must be a number per s, min or h, such as "10/s"');

const tenant = z
  .string()
  .regex(tenantPattern, "must be up to 64 letters, digits, dots, hyphens and underscores");

const apiKey = z.object({
  key: z.string().exactOptional(),
  sha256: z.string().exactOptional(),
  owner: z.string().min(1),
  scopes: z.array(z.enum(["read", "write", "delete", "admin"])).min(1),
  tenant: tenant.exactOptional(),
});

/** A number is of minutes, as it always was for this one; else "90s", "12h". */
const urlLife = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    const isMinutes = typeof value === "number" || /^\d+$/.test(value);
    const ms = isMinutes ? Number(value) * MINUTE_MS : parseDuration(value);
    if (ms >= 1000 && ms <= MAX_URL_LIFE_MS) return ms;
  } catch {
    // Told below.
  }
  context.addIssue({ code: "custom", message: "must be 1s to 7d, or a number of minutes" });
  return z.NEVER;
});

const listening = {
  port: port.default(8080).describe("where clients connect; 0 for any free port"),
  host: z
    .string()
    .optional()
    .describe("the address to listen on; 127.0.0.1 without keys, else all of them"),
  metricsPort: z
    .union([port, z.literal("off")])
    .optional()
    .describe("for /metrics, health and profiles; 9091, if that is free, if not set"),
  metricsHost: z.string().default("127.0.0.1").describe("the address of that port"),
};

const storing = {
  dir: z
    .string()
    .default("./breakwater-files")
    .describe("where the embedded store keeps files, if no other store is named"),
  durability: z
    .enum(["none", "object", "strict"])
    .default("object")
    .describe("embedded store: what has reached the disk when an upload is answered"),
  s3Port: port.default(0).describe("embedded store: its port; 0 for any free one"),
  s3Host: z.string().default("127.0.0.1").describe("embedded store: the address of that port"),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("embedded store: where clients reach its port; else links lead through this service"),
  awsEndpointUrlS3: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("another store: https://fly.storage.tigris.dev; Amazon's own if only a key is set"),
  bucketName: z.string().optional().describe("the bucket; files if not set"),
  s3Bucket: z.string().optional().describe("the same, if bucketName is not set"),
  region: z.string().optional().describe("its region; auto if not set"),
  awsRegion: z.string().optional().describe("the same, if region is not set"),
  awsAccessKeyId: secret(key).optional().describe("the key of the other store"),
  awsSecretAccessKey: secret(key).optional().describe("its secret"),
  awsSessionToken: secret(key).optional().describe("of temporary keys"),
  s3Addressing: z
    .enum(["path", "virtual"])
    .optional()
    .describe("virtual: the bucket in the host's name; if not set, so for Amazon alone"),
  storeTimeout: duration().default(30_000).describe("no byte from the store for so long: given up"),
  storeConnections: count.default(128).describe("to the store at once"),
};

const callers = {
  apiKeys: secret(z.array(apiKey))
    .default([])
    .describe('in JSON: [{"sha256": "…", "owner": "acme", "scopes": ["read"], "tenant": "acme"}]'),
  jwtSecret: secret(z.string().min(32))
    .optional()
    .describe("takes tokens signed by it (HS256), with the claims scope and tenant"),
  jwtKeysUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("takes tokens signed by keys of that set (JWKS)"),
  jwtIssuer: z.string().optional().describe("what a token's iss must be"),
  jwtAudience: z.string().optional().describe("what a token's aud must be"),
  jwtTenantClaim: z
    .string()
    .default("tenant")
    .describe('the claim that a token must have, if not of scope admin; "" for one space for all'),
};

const limits = {
  limit: z
    .union([z.literal("adaptive"), count])
    .default("adaptive")
    .describe("how many requests run at once"),
  maxQueue: z.int().min(0).max(1_000_000).default(5000).describe("so many more wait"),
  maxWait: duration().default(5000).describe("how long each waits"),
  maxTransfers: count.default(1000).describe("uploads and streamed downloads at once"),
  maxUpload: size().default(5_368_709_120).describe("of one file"),
  uploadMemory: size()
    .default(268_435_456)
    .describe("of uploads on their way to the store; more wait"),
  uploadLife: duration().default(86_400_000).describe("of a resumable upload that nobody finishes"),
  requestTimeout: duration().default(30_000).describe("for an answer to begin; not of uploads"),
  disableRateLimiter: z.boolean().default(false).describe("no rate limit at all"),
  rateLimit: rate.default("10/s").describe("of each client"),
  rateBurst: count.default(30).describe("so many of them may come at once"),
  trustedProxies: z
    .array(z.string())
    .default([])
    .describe("networks whose X-Forwarded-For is believed: 10.0.0.0/8"),
  corsOrigins: z
    .array(z.string())
    .optional()
    .describe("whose pages may use it; * if there are keys, else only its own page"),
};

const listings = {
  downloadUrlTimeLimit: urlLife
    .default(15 * MINUTE_MS)
    .describe("how long a download link is good; each is handed out with half of that left"),
  paginationPageSize: z.int().min(1).max(1000).default(100).describe("of /list, if not asked for"),
  listTtl: duration()
    .pipe(z.number().min(10_000).max(30_000))
    .default(15_000)
    .describe("how long a listing is given again, if nothing changes through the service: 10–30s"),
  maxCachedLinks: count.default(100_000).describe("download links that are kept, about 1 kB each"),
  maxCachedLists: size().default(67_108_864).describe("listings that are kept"),
};

const schema = z
  .object({
    ...listening,
    ...storing,
    ...callers,
    ...limits,
    ...listings,
    redisUrl: secret(z.string().min(1))
      .optional()
      .describe("lets instances share limits and listings, and forget together: redis://host:6379"),
    compat: z.boolean().default(false).describe("answers as the original, wrong status codes too"),
    enableProfiling: z
      .boolean()
      .default(false)
      .describe("/metrics/memory, /metrics/requests, /debug/gc, /debug/pprof"),
    logLevel: z.enum(logLevels).default("info").describe("what is less is not logged"),
    logFormat: z.enum(["json", "text"]).default("json").describe("text is for terminals"),
    drainAnnounce: duration().default(0).describe("from not ready to closing, for balancers"),
    drainGrace: duration().default(30_000).describe("for requests under way when it stops"),
  })
  .refine(({ jwtSecret, jwtKeysUrl }) => jwtSecret === undefined || jwtKeysUrl === undefined, {
    message: "jwtSecret and jwtKeysUrl are two ways to check tokens: set only one of them",
  })
  .refine(
    ({ awsAccessKeyId: id, awsSecretAccessKey: secretKey }) =>
      (id === undefined) === (secretKey === undefined),
    { message: "awsAccessKeyId and awsSecretAccessKey belong together: set both or none" },
  );
