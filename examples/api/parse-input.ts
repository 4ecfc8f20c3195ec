import { type Call, type ReadResult, respondProblem } from "@breakwater/service";
import type { z } from "zod";

/** What a client sent, as the schema has it; or it is told 400 and what was wrong. */
export function parseInput<Schema extends z.ZodType>(
  call: Call,
  schema: Schema,
  input: unknown,
): ReadResult<z.output<Schema>> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  const mistakes = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  const detail = `Cannot take that: ${mistakes.join("; ")}`;
  respondProblem(call, { status: 400, code: "invalid_input", detail });
  return { ok: false };
}
