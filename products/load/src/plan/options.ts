import { z } from "zod";
import { PlanError } from "./error.ts";
import { count, duration, positiveDuration, tagMap } from "./fields.ts";
import type { DnsSettings } from "./plan.ts";
import type { VuStage } from "./scenario.ts";
import { type NamelessScenario, scenarioSchema, stageSchema } from "./scenario-schema.ts";

/** One threshold as it stands in the options: the expression is parsed by core/metrics. */
export interface ThresholdSpec {
  readonly expression: string;
  readonly abortOnFail: boolean;
  readonly delayAbortEvalMs: number;
}

/**
 * k6's `options` (load.md 1.4) after reading: durations are ms, scenarios are typed. Each may be
 * absent; toPlan() knows the defaults.
 */
export interface Options {
  vus?: number | undefined;
  duration?: number | undefined;
  iterations?: number | undefined;
  stages?: readonly VuStage[] | undefined;
  scenarios?: Readonly<Record<string, NamelessScenario>> | undefined;
  thresholds?: Readonly<Record<string, readonly ThresholdSpec[]>> | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
  noSetup?: boolean | undefined;
  noTeardown?: boolean | undefined;
  setupTimeout?: number | undefined;
  teardownTimeout?: number | undefined;
  minIterationDuration?: number | undefined;
  summaryTrendStats?: readonly string[] | undefined;
  summaryTimeUnit?: "" | "s" | "ms" | "us" | undefined;
  userAgent?: string | undefined;
  maxRedirects?: number | undefined;
  insecureSkipTLSVerify?: boolean | undefined;
  discardResponseBodies?: boolean | undefined;
  noConnectionReuse?: boolean | undefined;
  noVUConnectionReuse?: boolean | undefined;
  noCookiesReset?: boolean | undefined;
  batch?: number | undefined;
  batchPerHost?: number | undefined;
  throw?: boolean | undefined;
  dns?: DnsSettings | undefined;
}

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

/** "inf" as ms: JSON has no infinity, and the plan crosses process borders; a century will do. */
const CENTURY_MS = 100 * 365 * 86_400_000;

const dns = z
  .strictObject({
    ttl: z
      .union([
        z.literal("inf").transform(() => CENTURY_MS),
        z.literal("0").transform(() => 0),
        duration,
      ])
      .default(300_000),
    select: z.enum(["first", "random", "roundRobin"]).default("random"),
    policy: z
      .enum(["preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"])
      .default("preferIPv4"),
  })
  .transform(({ ttl: ttlMs, select, policy }) => ({ ttlMs, select, policy }));

const trendStat = /^(avg|min|med|max|count|p\(\d+(\.\d+)?\))$/;

const optionsSchema = z.object({
  vus: count.optional(),
  duration: positiveDuration.optional(),
  iterations: count.optional(),
  stages: z.array(stageSchema).min(1, "must have at least one stage").optional(),
  scenarios: z
    .record(
      z.string().regex(/^[0-9a-zA-Z_-]+$/, "a scenario's name may have letters, digits, _ and -"),
      scenarioSchema,
    )
    .optional(),
  thresholds: z
    .record(z.string(), z.array(threshold, { error: 'must be an array such as ["p(95)<200"]' }))
    .optional(),
  tags: tagMap.optional(),
  noSetup: z.boolean().optional(),
  noTeardown: z.boolean().optional(),
  setupTimeout: duration.optional(),
  teardownTimeout: duration.optional(),
  minIterationDuration: duration.optional(),
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
  userAgent: z.string().optional(),
  maxRedirects: z.int().min(0).optional(),
  insecureSkipTLSVerify: z.boolean().optional(),
  discardResponseBodies: z.boolean().optional(),
  noConnectionReuse: z.boolean().optional(),
  noVUConnectionReuse: z.boolean().optional(),
  noCookiesReset: z.boolean().optional(),
  batch: count.optional(),
  batchPerHost: count.optional(),
  throw: z.boolean().optional(),
  dns: dns.optional(),
});

const known = new Set(Object.keys(optionsSchema.shape));

/** Whose options they are: a script's `options`, or those of the command line in the same shape. */
export type OptionsSource = "script" | "command line";

/**
 * Reads options. Keys that are not known are warned of and ignored, as k6 does; wrong values throw
 * a PlanError that names every one of them.
 */
export function parseOptions(
  source: OptionsSource,
  value: unknown,
): { options: Options; warnings: readonly string[] } {
  if (value === undefined || value === null) return { options: {}, warnings: [] };
  const result = optionsSchema.safeParse(value);
  if (!result.success) {
    throw new PlanError(result.error.issues.flatMap((issue) => describeIssue(source, issue)));
  }
  const unknown = Object.keys(value).filter((key) => !known.has(key));
  const warnings = unknown.map((key) => `"${key}" in options is not an option: ignored`);
  return { options: result.data, warnings };
}

function describeIssue(source: OptionsSource, issue: z.core.$ZodIssue): string[] {
  const place = source === "script" ? ["options", ...issue.path].join(".") : toFlag(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${place}: there is no option "${key}" here`);
  }
  return [`${place}: ${issue.message}`];
}

/** The flag is named as the option; one that can be given several times, as one of them. */
function toFlag(path: readonly PropertyKey[]): string {
  const [name] = path.map(String);
  const words = name?.replace(/[A-Z]+/g, (capitals) => `-${capitals.toLowerCase()}`);
  return `--${words?.replace(/^(stage|tag|threshold)s$/, "$1")}`;
}
