import { z } from "zod";
import { duration, size } from "../quantities.ts";
import { type ConfigResult, type ReadConfigOptions, readConfig } from "../read-config.ts";
import { secret } from "../secret.ts";
import type { Config } from "../show-config.ts";

/** Settings as a service has them: each kind once. */
const serviceSchema = z.object({
  port: z.int().min(0).max(65_535).default(8080).describe("where it listens"),
  observe: z.boolean().default(false).describe("counts and refuses nothing"),
  compress: z.boolean().default(true),
  maxBody: size().default(1_048_576).describe("of a request"),
  workers: z.union([z.int().min(1), z.literal("auto")]).default("auto"),
  logLevel: z.enum(["debug", "info", "error"]).default("info"),
  origins: z.array(z.string()).default([]),
  weights: z.array(z.number()).optional(),
  tiers: z.record(z.string(), z.int()).default({}),
  upstream: z.url().optional(),
  rules: z.array(z.object({ path: z.string(), priority: z.int().default(0) })).default([]),
  db: z.object({
    maxOpen: z.int().min(1).default(25),
    idleTime: duration().default(600_000),
    password: secret(z.string().min(8)).optional(),
  }),
  tls: z.object({ cert: z.string(), key: z.string() }).optional(),
});

/** What the schema below reads. */
export interface ServiceSettings {
  readonly port: number;
  readonly observe: boolean;
  readonly compress: boolean;
  readonly maxBody: number;
  readonly workers: number | "auto";
  readonly logLevel: "debug" | "info" | "error";
  readonly origins: readonly string[];
  readonly weights?: readonly number[] | undefined;
  readonly tiers: Readonly<Record<string, number>>;
  readonly upstream?: string | undefined;
  readonly rules: readonly { readonly path: string; readonly priority: number }[];
  readonly db: {
    readonly maxOpen: number;
    readonly idleTime: number;
    readonly password?: string | undefined;
  };
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

type Given = Partial<Omit<ReadConfigOptions<z.ZodObject>, "schema">> & {
  /** What files there are, by path. */
  readonly files?: Readonly<Record<string, string>>;
};

export function readService(given: Given): ConfigResult<ServiceSettings> {
  return readWith(serviceSchema, given);
}

export function readWith<Schema extends z.ZodObject>(
  schema: Schema,
  { files = {}, ...given }: Given,
): ConfigResult<z.output<Schema>> {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error("there is no such file");
    return text;
  };
  const none = { name: "app", prefix: "APP", arguments: [], environment: {}, readFile };
  return readConfig({ ...none, ...given, schema });
}

/** The settings, or an error that says what was wrong with them. */
export function settingsIn<Settings>(result: ConfigResult<Settings>): Settings {
  return configIn(result).settings;
}

export function configIn<Settings>(result: ConfigResult<Settings>): Config<Settings> {
  if (result.kind !== "config") throw new Error(JSON.stringify(result));
  return result.config;
}

export function mistakesIn(result: ConfigResult<unknown>): readonly string[] {
  if (result.kind !== "mistakes") throw new Error(JSON.stringify(result));
  return result.mistakes;
}

export function textIn(result: ConfigResult<unknown>): string {
  if (result.kind !== "text") throw new Error(JSON.stringify(result));
  return result.text;
}
