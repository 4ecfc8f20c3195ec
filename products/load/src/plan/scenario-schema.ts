import { z } from "zod";
import { amount, count, duration, positiveDuration, text, textMap, wholeNumber } from "./fields.ts";
import type { VuStage } from "./scenario.ts";

/** What every scenario may say; what it does not say is not there. Times are ms. */
interface CommonOptions {
  readonly startTime?: number | undefined;
  readonly gracefulStop?: number | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly exec?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly options?: ScenarioExtras | undefined;
}

/** A scenario's `options`: for k6/browser. */
export interface ScenarioExtras {
  readonly browser?: Readonly<Record<string, unknown>> | undefined;
}

interface ArrivalOptions extends CommonOptions {
  readonly timeUnit?: number | undefined;
  readonly preAllocatedVUs: number;
  readonly maxVUs?: number | undefined;
}

/** A scenario as it was written, values read, no defaults filled in. */
export type ScenarioOptions =
  | (CommonOptions & {
      readonly executor: "shared-iterations" | "per-vu-iterations";
      readonly vus?: number | undefined;
      readonly iterations?: number | undefined;
      readonly maxDuration?: number | undefined;
    })
  | (CommonOptions & {
      readonly executor: "constant-vus";
      readonly vus?: number | undefined;
      readonly duration: number;
    })
  | (CommonOptions & {
      readonly executor: "ramping-vus";
      readonly startVUs?: number | undefined;
      readonly stages: readonly VuStage[];
      readonly gracefulRampDown?: number | undefined;
    })
  | (ArrivalOptions & {
      readonly executor: "constant-arrival-rate";
      readonly rate: number;
      readonly duration: number;
    })
  | (ArrivalOptions & {
      readonly executor: "ramping-arrival-rate";
      readonly startRate?: number | undefined;
      readonly stages: readonly VuStage[];
    });

/** One stage: { duration, target }. What else it says is ignored, as in k6. */
export const stageSchema: z.ZodType<VuStage> = z
  .object({
    duration,
    target: amount(0, (given) =>
      typeof given === "number" ? `cannot be below 0: ${given}` : "must be a number, 0 or more",
    ),
  })
  .transform(({ duration: durationMs, target }) => ({ durationMs, target }));

const base = {
  startTime: duration.optional(),
  gracefulStop: duration.optional(),
  exec: text.refine((name) => name !== "", "must name an exported function").optional(),
  env: textMap.optional(),
  tags: textMap.optional(),
  options: z.strictObject({ browser: z.record(z.string(), z.unknown()).optional() }).optional(),
};

const counted = {
  ...base,
  vus: count.optional(),
  iterations: count.optional(),
  maxDuration: positiveDuration.optional(),
};

const arriving = {
  ...base,
  timeUnit: positiveDuration.optional(),
  preAllocatedVUs: wholeNumber(0),
  maxVUs: count.optional(),
};

const stages = z.array(stageSchema).min(1, "must have at least one stage");
const rate = amount(Number.MIN_VALUE, (given) => `must be more than 0, not ${given}`);

/** A scenario of one of k6's six executors (load.md 1.5). */
export const scenarioSchema: z.ZodType<ScenarioOptions> = z.discriminatedUnion(
  "executor",
  [
    z.strictObject({ executor: z.literal("shared-iterations"), ...counted }),
    z.strictObject({ executor: z.literal("per-vu-iterations"), ...counted }),
    z.strictObject({
      executor: z.literal("constant-vus"),
      ...base,
      vus: count.optional(),
      duration: positiveDuration,
    }),
    z.strictObject({
      executor: z.literal("ramping-vus"),
      ...base,
      startVUs: wholeNumber(0).optional(),
      stages,
      gracefulRampDown: duration.optional(),
    }),
    z.strictObject({
      executor: z.literal("constant-arrival-rate"),
      ...arriving,
      rate,
      duration: positiveDuration,
    }),
    z.strictObject({
      executor: z.literal("ramping-arrival-rate"),
      ...arriving,
      startRate: amount(0, (given) => `cannot be ${given}: give 0 or more`).optional(),
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
