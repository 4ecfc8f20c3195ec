import { z } from "zod";
import { count, duration, positiveDuration, tagMap } from "./fields.ts";
import type { Scenario, VuStage } from "./scenario.ts";

/** A scenario before its name is known: in the options that is the map's key. */
export type NamelessScenario = Scenario extends infer Each
  ? Each extends Scenario
    ? Omit<Each, "name">
    : never
  : never;

/** One stage: { duration, target }. */
export const stageSchema: z.ZodType<VuStage> = z
  .strictObject({
    duration,
    target: z.number().min(0, { error: ({ input }) => `cannot be below 0: ${input}` }),
  })
  .transform(({ duration: durationMs, target }) => ({ durationMs, target }));

const base = {
  startTime: duration.default(0),
  gracefulStop: duration.default(30_000),
  exec: z.string().min(1).default("default"),
  env: z.record(z.string(), z.string()).default({}),
  tags: tagMap.default({}),
};

const counted = {
  ...base,
  vus: count.default(1),
  iterations: count.default(1),
  maxDuration: positiveDuration.default(600_000),
};

const arriving = {
  ...base,
  timeUnit: positiveDuration.default(1000),
  preAllocatedVUs: count,
  maxVUs: count.optional(),
};

const stages = z.array(stageSchema).min(1, "must have at least one stage");

const executors = z.discriminatedUnion(
  "executor",
  [
    z.strictObject({ executor: z.literal("shared-iterations"), ...counted }),
    z.strictObject({ executor: z.literal("per-vu-iterations"), ...counted }),
    z.strictObject({
      executor: z.literal("constant-vus"),
      ...base,
      vus: count.default(1),
      duration: positiveDuration,
    }),
    z.strictObject({
      executor: z.literal("ramping-vus"),
      ...base,
      startVUs: z.int().min(0).default(1),
      stages,
      gracefulRampDown: duration.default(30_000),
    }),
    z.strictObject({
      executor: z.literal("constant-arrival-rate"),
      ...arriving,
      rate: z.number().positive({ error: ({ input }) => `must be more than 0, not ${input}` }),
      duration: positiveDuration,
    }),
    z.strictObject({
      executor: z.literal("ramping-arrival-rate"),
      ...arriving,
      startRate: z.number().min(0).default(0),
      stages,
    }),
  ],
  {
    error: ({ input }) =>
      `executor must be shared-iterations, per-vu-iterations, constant-vus, ramping-vus, ` +
      `constant-arrival-rate or ramping-arrival-rate, not ` +
      JSON.stringify((input as { executor?: unknown } | undefined)?.executor),
  },
);

/** A scenario of one of k6's six executors (load.md 1.5). */
export const scenarioSchema: z.ZodType<NamelessScenario> = executors.transform(toScenario);

function toScenario(options: z.infer<typeof executors>): NamelessScenario {
  const common = {
    startTimeMs: options.startTime,
    gracefulStopMs: options.gracefulStop,
    exec: options.exec,
    env: options.env,
    tags: options.tags,
  };
  switch (options.executor) {
    case "shared-iterations":
    case "per-vu-iterations": {
      const { executor, vus, iterations, maxDuration: maxDurationMs } = options;
      return { ...common, executor, vus, iterations, maxDurationMs };
    }
    case "constant-vus": {
      const { executor, vus, duration: durationMs } = options;
      return { ...common, executor, vus, durationMs };
    }
    case "ramping-vus": {
      const { executor, startVUs: startVus, gracefulRampDown: gracefulRampDownMs } = options;
      return { ...common, executor, startVus, stages: options.stages, gracefulRampDownMs };
    }
    case "constant-arrival-rate": {
      const { executor, rate, duration: durationMs } = options;
      return { ...common, ...toArrivals(options), executor, rate, durationMs };
    }
    case "ramping-arrival-rate": {
      const { executor, startRate } = options;
      return { ...common, ...toArrivals(options), executor, startRate, stages: options.stages };
    }
  }
}

function toArrivals(options: {
  readonly timeUnit: number;
  readonly preAllocatedVUs: number;
  readonly maxVUs?: number | undefined;
}): { timeUnitMs: number; preAllocatedVus: number; maxVus: number } {
  const { timeUnit: timeUnitMs, preAllocatedVUs: preAllocatedVus } = options;
  return { timeUnitMs, preAllocatedVus, maxVus: options.maxVUs ?? preAllocatedVus };
}
