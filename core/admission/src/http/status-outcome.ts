import type { Outcome } from "../permit.ts";

/**
 * What an answer's status says of load. 503 and 504 are refusals further on. 4xx are cheap, and
 * other 5xx fail too early or too late: how long these took would mislead an adaptive limit either
 * way.
 */
export function statusOutcome(status: number): Outcome {
  if (status < 400) return "success";
  return status === 503 || status === 504 ? "dropped" : "ignored";
}
