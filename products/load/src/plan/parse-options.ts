import { z } from "zod";
import { PlanError } from "./error.ts";
import { readFeatures } from "./features.ts";
import { count, duration, flag, positiveDuration, text, textMap, wholeNumber } from "./fields.ts";
import { cidrBlocks, dns, hostPatterns, hosts, localIps } from "./network-fields.ts";
import type { Options, ThresholdSpec } from "./options.ts";
import { scenarioSchema, stageSchema } from "./scenario-schema.ts";
import { showPoints, showRange, tryPoints, tryRange } from "./segments.ts";
import { systemTagNames } from "./system-tags.ts";
import { tlsAuth, tlsCipherSuites, tlsVersion } from "./tls-fields.ts";

const threshold: z.ZodType<ThresholdSpec> = z.union(
  [
    z.string().transform((expression) => ({ expression, abortOnFail: false, delayAbortEvalMs: 0 })),
    z
      .object({
        threshold: z.string(),
        abortOnFail: z.boolean().default(false),
        delayAbortEval: duration.default(0),
      })
      .transform(({ threshold: expression, abortOnFail, delayAbortEval }) => {
        return { expression, abortOnFail, delayAbortEvalMs: delayAbortEval };
      }),
  ],
  { error: 'must be text such as "p(95)<200" or { threshold, abortOnFail, delayAbortEval }' },
);

const trendStat = /^(avg|min|med|max|count|p\(\d+(\.\d+)?\))$/;

const names = z.array(text, { error: "must be an array of names" });

const segment = text.transform((given, context) => {
  const range = tryRange(given);
  if (range !== undefined) return showRange(range);
  context.addIssue(
    `must be a part of the test such as "0:1/4", "1/4:1/2" or "25%", not "${given}"`,
  );
  return z.NEVER;
});

const segmentSequence = text.transform((given, context) => {
  const points = tryPoints(given);
  if (points !== undefined) return showPoints(points);
  context.addIssue(`must be rising points from 0 to 1 such as "0,1/4,1/2,1", not "${given}"`);
  return z.NEVER;
});

const optionsSchema = z.object({
  paused: flag.optional(),
  vus: wholeNumber(0).optional(),
  duration: positiveDuration.optional(),
  iterations: count.optional(),
  stages: z.array(stageSchema, { error: "must be an array of { duration, target }" }).optional(),
  scenarios: z
    .record(
      z.string().regex(/^[0-9a-zA-Z_-]+$/, "a scenario's name may have letters, digits, _ and -"),
      scenarioSchema,
    )
    .optional(),
  executionSegment: segment.optional(),
  executionSegmentSequence: segmentSequence.optional(),
  noSetup: flag.optional(),
  setupTimeout: positiveDuration.optional(),
  noTeardown: flag.optional(),
  teardownTimeout: positiveDuration.optional(),
  handleSummaryTimeout: positiveDuration.optional(),
  rps: wholeNumber(Number.MIN_SAFE_INTEGER).optional(),
  dns: dns.optional(),
  maxRedirects: wholeNumber(0).optional(),
  userAgent: text.optional(),
  batch: count.optional(),
  batchPerHost: count.optional(),
  httpDebug: text.optional(),
  insecureSkipTLSVerify: flag.optional(),
  tlsCipherSuites: tlsCipherSuites.optional(),
  tlsVersion: tlsVersion.optional(),
  tlsAuth: tlsAuth.optional(),
  throw: flag.optional(),
  thresholds: z
    .record(z.string(), z.array(threshold, { error: 'must be an array such as ["p(95)<200"]' }))
    .optional(),
  blacklistIPs: cidrBlocks.optional(),
  blockHostnames: hostPatterns.optional(),
  hosts: hosts.optional(),
  noConnectionReuse: flag.optional(),
  noVUConnectionReuse: flag.optional(),
  minIterationDuration: duration.optional(),
  cloud: z.unknown().optional(),
  ext: z.record(z.string(), z.unknown()).optional(),
  summaryTrendStats: z
    .array(
      z.string().regex(trendStat, {
        error: ({ input }) => `must be avg, min, med, max, count or p(N), not "${input}"`,
      }),
    )
    .optional(),
  summaryTimeUnit: z
    .enum(["", "s", "ms", "us"], { error: ({ input }) => `must be s, ms or us, not "${input}"` })
    .optional(),
  systemTags: names.optional(),
  tags: textMap.optional(),
  metricSamplesBufferSize: wholeNumber(0).optional(),
  noCookiesReset: flag.optional(),
  discardResponseBodies: flag.optional(),
  features: names.optional(),
  consoleOutput: text.optional(),
  localIPs: localIps.optional(),
});

/** Who set an option; each layer wins over those before it. */
export type OptionsSource = "config file" | "script" | "environment" | "command line";

/** Nor for the config file, in k6. */
const notForScripts: ReadonlySet<string> = new Set(["consoleOutput", "localIPs"]);

/** What the config file holds beside options. */
const configFileKeys: ReadonlySet<string> = new Set([
  "out",
  "linger",
  "noUsageReport",
  "webDashboard",
  "noArchiveUpload",
  "collectors",
]);

/**
 * Reads one layer of options. As in k6, what JSON cannot hold and what is null is not set, and keys
 * that are not known are warned of and ignored. Wrong values throw a PlanError that names every one
 * of them.
 */
export function parseOptions(
  source: OptionsSource,
  value: unknown,
): { options: Options; warnings: readonly string[] } {
  const given = toJsonValue(value);
  if (given === undefined || given === null) return { options: {}, warnings: [] };
  if (typeof given !== "object" || Array.isArray(given)) {
    const what = source === "script" ? "options" : `the ${source}`;
    throw new PlanError([`${what}: must be an object, not ${JSON.stringify(given)}`]);
  }
  const keys = Object.keys(given).filter((key) => !isOfConfigFile(source, key));
  const known = Object.entries(given).filter(([key]) => isKnown(source, key));
  const result = optionsSchema.safeParse(Object.fromEntries(known));
  const problems = (result.error?.issues ?? []).flatMap((issue) => describeIssue(source, issue));
  // Stages may start with no VU at all.
  const { vus, stages } = Object.fromEntries(known);
  if (Number(vus) === 0 && vus !== "" && stages === undefined) {
    problems.unshift(`${toPlace(source, ["vus"])}: must be at least 1, not 0`);
  }
  if (!result.success || problems.length > 0) throw new PlanError(problems);
  const options = result.data;
  const warnings = keys
    .filter((key) => !isKnown(source, key))
    .map((key) => `"${key}" in ${toPlace(source, [])} is not an option: ignored`);
  const tags = knownTags(options, warnings);
  const features = knownFeatures(source, options, warnings);
  return { options: { ...options, ...tags, ...features }, warnings };
}

function isKnown(source: OptionsSource, key: string): boolean {
  const isForAll = source === "environment" || source === "command line";
  return Object.hasOwn(optionsSchema.shape, key) && (isForAll || !notForScripts.has(key));
}

function isOfConfigFile(source: OptionsSource, key: string): boolean {
  return source === "config file" && configFileKeys.has(key);
}

function knownTags({ systemTags }: Options, warnings: string[]): Options {
  if (systemTags === undefined) return {};
  const unknown = systemTags.filter((tag) => !systemTagNames.includes(tag));
  const all = systemTagNames.join(", ");
  for (const tag of unknown) {
    warnings.push(`"${tag}" in systemTags is no system tag: ignored; there are ${all}`);
  }
  return { systemTags: systemTags.filter((tag) => systemTagNames.includes(tag)) };
}

function knownFeatures(source: OptionsSource, { features }: Options, warnings: string[]): Options {
  if (features === undefined) return {};
  if (source === "script") {
    warnings.push("A script cannot turn on features: use --features, K6_FEATURES or --config");
    return { features: undefined };
  }
  const { known, warnings: unknown } = readFeatures(features);
  warnings.push(...unknown);
  return { features: known };
}

/** As if it had gone through JSON; null means that it is not set. */
function toJsonValue(value: unknown): unknown {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw new PlanError([`options: must be what JSON can hold: ${(error as Error).message}`]);
  }
  return json === undefined ? undefined : withoutNulls(JSON.parse(json));
}

function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const set = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(set.map(([key, each]) => [key, withoutNulls(each)]));
}

function describeIssue(source: OptionsSource, issue: z.core.$ZodIssue): string[] {
  const place = toPlace(source, issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${place}: there is no option "${key}" here`);
  }
  return [`${place}: ${issue.message}`];
}

/** As its author wrote it: options.vus, --vus, K6_VUS. */
function toPlace(source: OptionsSource, path: readonly PropertyKey[]): string {
  switch (source) {
    case "script":
      return ["options", ...path].join(".");
    case "config file":
      return ["the config file", ...path].join(".").replace("file.", "file's ");
    case "environment":
      return toVariable(path);
    case "command line":
      return toFlag(path);
  }
}

function toVariable([name]: readonly PropertyKey[]): string {
  return name === undefined ? "the environment" : `K6_${toWords(name).join("_").toUpperCase()}`;
}

/** The flag is named as the option; one that can be given several times, as one of them. */
function toFlag([name]: readonly PropertyKey[]): string {
  if (name === undefined) return "the command line";
  const flag = toWords(name).join("-").toLowerCase();
  return `--${flag.replace(/^(stage|tag|threshold|blacklist-ip)s$/, "$1")}`;
}

/** "noVUConnectionReuse" as no, VU, Connection, Reuse. */
function toWords(name: PropertyKey): readonly string[] {
  return String(name).match(/IPs|[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
}
