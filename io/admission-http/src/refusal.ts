import {
  type Rejection,
  type RejectionReason,
  rejectionDetails,
  retryAfterSeconds,
} from "@breakwater/admission";
import type { AdmissionOptions } from "./admission-options.ts";

/** The answer to a request that was not let in. */
export interface Refusal {
  readonly admitted: false;
  readonly rejection: Rejection;
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Problem details in JSON (RFC 9457), in ASCII. */
  readonly body: string;
}

export type WriteRefusal = (rejection: Rejection, usualStatus: number) => Refusal;

/** Of the statuses that are in use; RFC 9110, section 15, and RFC 6585. */
const titles: Readonly<Record<number, string>> = {
  403: "Forbidden",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

export function refusalWriter<R>(options: AdmissionOptions<R>): WriteRefusal {
  const { statuses = {}, random = Math.random } = options;
  /** One per reason and status: whoever is turned away should cost little. */
  const bodies = new Map<string, string>();
  return (rejection, usualStatus) => {
    const { reason, retryAfterMs } = rejection;
    const status = statuses[reason] ?? usualStatus;
    const name = reason + status;
    const body = bodies.get(name) ?? problemDetails(reason, status);
    bodies.set(name, body);
    const headers = {
      "content-type": "application/problem+json",
      "content-length": String(body.length),
      "cache-control": "no-store",
      "retry-after": String(retryAfterSeconds(retryAfterMs, random())),
    };
    return { admitted: false, rejection, status, headers, body };
  };
}

function problemDetails(reason: RejectionReason, status: number): string {
  return JSON.stringify({
    // No more is to be known of the problem than its status and its code (RFC 9457, 4.2.1).
    type: "about:blank",
    title: titles[status] ?? "Refused",
    status,
    detail: rejectionDetails[reason],
    code: reason,
  });
}
