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

export const positiveDuration: z.ZodType<number> = duration.refine(
  (ms) => ms > 0,
  "must be longer than 0",
);

export const count: z.ZodType<number> = z
  .int({ error: ({ input }) => `must be a whole number, not ${JSON.stringify(input)}` })
  .min(1, { error: ({ input }) => `must be at least 1, not ${input}` });

export const tagMap: z.ZodType<Record<string, string>> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
