import type { Clock } from "@breakwater/clock";
import { type Handler, refuse } from "@breakwater/server";
import type { Describe } from "../describe-request.ts";

export interface DelayOptions {
  readonly describe: Describe;
  readonly clock: Clock;
  /** Keeps the idle timeout off the request until what it returns is called. */
  readonly holdOpen: (request: Request) => () => void;
}

/** An hour. */
const MAX_DELAY_MS = 3_600_000;

/** ANY /delay/:ms: the request as JSON, so many milliseconds later. */
export function delay({ describe, clock, holdOpen }: DelayOptions): Handler<"ms"> {
  return async (request, { ms }) => {
    const waitMs = Number(ms);
    if (!/^\d+$/.test(ms) || waitMs > MAX_DELAY_MS) return refuseDelay(ms);
    const startedMs = clock.nowMs();
    const resume = holdOpen(request);
    await untilDueOrGone(clock, startedMs + waitMs, request.signal);
    resume();
    return Response.json(await describe(request, { statusCode: 200, startedMs }));
  };
}

/** The signal comes when the client goes away, and when a shutdown cuts what is still in flight. */
function untilDueOrGone(clock: Clock, dueMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const gone = (): void => {
      cancel();
      resolve();
    };
    const cancel = clock.at(dueMs, () => {
      signal.removeEventListener("abort", gone);
      resolve();
    });
    signal.addEventListener("abort", gone, { once: true });
    if (signal.aborted) gone();
  });
}

function refuseDelay(ms: string): Response {
  const shown = JSON.stringify(ms);
  return refuse(
    400,
    `Cannot wait ${shown} ms: it must be a whole number of milliseconds from 0 to ${MAX_DELAY_MS}`,
  );
}
