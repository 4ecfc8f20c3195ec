import { parseDuration } from "@breakwater/units";
import { z } from "zod";

/** A duration as k6 writes it: "1m30s", or a number of ms. Read as ms. */
export const duration: z.ZodType<number> = z
  .union([z.string(), z.number()], { error: 'must be a duration such as "30s" or a number of ms' })
  .transform((value, context) => {
    try {
      return parseDuration(value);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  });

/** Whether it can be read as one. */
export function isDuration(value: string): boolean {
  return duration.safeParse(value).success;
}

export const positiveDuration: z.ZodType<number> = duration.refine(
  (ms) => ms > 0,
  "must be longer than 0",
);

/** A whole number of at least `min`; k6 takes it as text too, for that is what __ENV holds. */
export function wholeNumber(min: number): z.ZodType<number> {
  return z.unknown().transform((value, context) => {
    const number = toNumber(value);
    if (!Number.isSafeInteger(number)) {
      context.addIssue(`must be a whole number, not ${JSON.stringify(value)}`);
      return z.NEVER;
    }
    if (Number(number) < min) context.addIssue(`must be at least ${min}, not ${number}`);
    return Number(number);
  });
}

export const count: z.ZodType<number> = wholeNumber(1);

/** A rate or a stage's target: a number above `min`, or equal to it. */
export function amount(min: number, message: (given: unknown) => string): z.ZodType<number> {
  return z.unknown().transform((value, context) => {
    const number = toNumber(value);
    if (typeof number === "number" && Number.isFinite(number) && number >= min) return number;
    context.addIssue(message(value));
    return z.NEVER;
  });
}

function toNumber(value: unknown): unknown {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

export const text: z.ZodType<string> = z.string({
  error: ({ input }) => `must be text, not ${JSON.stringify(input)}`,
});

export const flag: z.ZodType<boolean> = z.boolean({
  error: ({ input }) => `must be true or false, not ${JSON.stringify(input)}`,
});

export const textMap: z.ZodType<Record<string, string>> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()], { error: "must be text" }).transform(String),
  { error: "must be an object of texts" },
);
