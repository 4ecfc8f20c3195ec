import { type Clock, sleepUntil } from "@breakwater/clock";

/** How a receiver took what it was sent. */
export type Outcome =
  | { readonly kind: "taken" }
  /** It may be taken later: no answer, 429, 5xx. */
  | { readonly kind: "not now"; readonly why: string }
  /** It would be refused again. */
  | { readonly kind: "refused"; readonly why: string };

/** So often something is sent in all, with these waits between: 3.5 s, then it is given up. */
const RETRY_AFTER_MS: readonly number[] = [500, 1000, 2000];

/** Sends until it is taken or refused, or the tries are used up, or `signal` ends it. */
export async function sendPatiently(
  send: () => Promise<Outcome>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Outcome> {
  let outcome = await send();
  for (const waitMs of RETRY_AFTER_MS) {
    if (outcome.kind !== "not now" || signal.aborted) return outcome;
    await Promise.race([sleepUntil(clock, clock.nowMs() + waitMs), aborted(signal)]);
    if (signal.aborted) return outcome;
    outcome = await send();
  }
  return outcome;
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
