import { type Field, reasonOf } from "@breakwater/wire";
import type { Call } from "./call.ts";

export interface Problem {
  readonly status: number;
  /** Stable, for programs: "rate_limit_exceeded". */
  readonly code: string;
  /** One sentence for people: what was asked and what would do. Nothing that is secret. */
  readonly detail: string;
  readonly fields?: readonly Field[];
}

/**
 * Answers with application/problem+json (RFC 9457): type, title, status, detail, and `code` and
 * `request_id` of ours. Never kept by caches.
 */
export function respondProblem(call: Call, problem: Problem): void {
  const { status, code, detail, fields = [] } = problem;
  call.respond({
    status,
    fields: [...problemFields, ...fields],
    body: JSON.stringify({
      type: "about:blank",
      title: reasonOf(status),
      status,
      detail,
      code,
      request_id: call.id,
    }),
  });
}

const problemFields: readonly Field[] = [
  ["content-type", "application/problem+json"],
  ["cache-control", "no-store"],
];
