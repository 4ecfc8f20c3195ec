import {
  type Rejection,
  type RejectionReason,
  rejectionDetails,
  retryAfterSeconds,
} from "@breakwater/admission";
import type { Call } from "../call.ts";
import { respondProblem } from "../problem.ts";

export interface RefuseOptions {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** The limit is one client's: it asks too much, not all of them. */
  readonly isPerClient: boolean;
}

/** What no client brings about by itself. */
const ofAll: ReadonlySet<RejectionReason> = new Set(["draining", "pressure", "priority"]);

/** Answers 503, or 429 to a client that has its own share, and says when to ask again. */
export function refuseCall(call: Call, rejection: Rejection, options: RefuseOptions): void {
  const { reason, retryAfterMs } = rejection;
  const isOwnFault = reason === "rate" || (options.isPerClient && !ofAll.has(reason));
  const seconds = retryAfterSeconds(retryAfterMs, options.random());
  respondProblem(call, {
    status: isOwnFault ? 429 : 503,
    code: reason,
    detail: `${rejectionDetails[reason]}: ask again in ${seconds} s`,
    fields: [["retry-after", `${seconds}`]],
  });
}
