import { badOption } from "./outbound-error.ts";

export interface BackoffOptions {
  /** The longest wait before the first retry; it doubles with each. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** A Retry-After that is longer is not waited for: the response is given as it is. */
  readonly maxRetryAfterMs: number;
}

/** RFC 9110 9.2.2. */
const idempotentMethods: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
/** What may pass. The other 5xx say that the service cannot do it, however often it is asked. */
const passingStatuses: readonly number[] = [429, 500, 502, 503, 504];

export function isIdempotent(method: string): boolean {
  return idempotentMethods.includes(method);
}

export function mayPass(status: number): boolean {
  return passingStatuses.includes(status);
}

export function checkBackoff({ baseMs, maxMs, maxRetryAfterMs }: BackoffOptions): void {
  for (const [name, value] of Object.entries({ baseMs, maxMs, maxRetryAfterMs })) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw badOption(`backoff.${name}`, value, "a finite number of ms from 0");
    }
  }
}

/**
 * How long to wait before the retry after so many attempts: anything up to the doubled base ("full
 * jitter", so that those who failed together do not come back together), after what the response
 * asks for. Undefined: it asks for more than is waited.
 */
export function waitMsBefore(
  attempts: number,
  headers: Headers | undefined,
  { baseMs, maxMs, maxRetryAfterMs }: BackoffOptions,
  random: () => number,
): number | undefined {
  const jitterMs = random() * Math.min(maxMs, baseMs * 2 ** (attempts - 1));
  const askedMs = headers === undefined ? 0 : retryAfterMs(headers);
  return askedMs > maxRetryAfterMs ? undefined : askedMs + jitterMs;
}

/**
 * RFC 9110 10.2.3: seconds, or a date, which is read by the clock of who sent it (its Date). 0 if
 * it asks for nothing that can be understood.
 */
function retryAfterMs(headers: Headers): number {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const waitMs = Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return Math.max(0, waitMs || 0);
}
