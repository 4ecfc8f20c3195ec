import type { Clock } from "@breakwater/clock";
import type { Call } from "./call.ts";
import type { Judged, Verdict } from "./circuit-breaker.ts";
import { OutboundError } from "./outbound-error.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface AttemptOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly fetch: Fetch;
}

/** What to ask for, and how messages call it. */
export interface Request {
  readonly url: string;
  readonly init: RequestInit;
  /** Method and origin: a path or query may hold a secret. */
  readonly what: string;
}

/** What came of one attempt. */
export interface Attempt extends Judged {
  readonly result: Response | OutboundError;
  readonly abort: () => void;
}

/** A short body is read to its end, which keeps the connection for the next attempt. */
const MAX_DRAINED_BYTES = 65_536;

/** Asks once, until there are headers. Never rejects. */
export async function attempt(
  { url, init, what }: Request,
  call: Call,
  { clock, timeoutMs, fetch }: AttemptOptions,
): Promise<Attempt> {
  const controller = new AbortController();
  const abort = () => controller.abort(call.error);
  const judged = (verdict: Verdict, result: Response | OutboundError) => ({
    verdict,
    result,
    abort,
  });
  let isLate: boolean = false;
  const cancel = clock.at(clock.nowMs() + timeoutMs, () => {
    isLate = true;
    abort();
  });
  call.signal.addEventListener("abort", abort, { once: true });
  try {
    const response = await fetch(url, { ...init, signal: controller.signal });
    return judged(response.status >= 500 ? "failure" : "success", response);
  } catch (cause) {
    const { error } = call;
    if (error !== undefined) return judged(error.code === "aborted" ? "void" : "failure", error);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const failed = isLate
      ? new OutboundError("attempt_timeout", `Cannot ${what}: no response in ${timeoutMs} ms`)
      : new OutboundError("network", `Cannot ${what}: ${reason}`, { cause });
    return judged("failure", failed);
  } finally {
    cancel();
  }
}

/** Lets go of a response that nobody will read. */
export function discard({ result, abort }: Attempt, { clock, timeoutMs }: AttemptOptions): void {
  if (!(result instanceof Response) || result.body === null) return;
  const length = Number(result.headers.get("content-length") ?? Number.NaN);
  if (!(length <= MAX_DRAINED_BYTES)) {
    abort();
    return;
  }
  const cancel = clock.at(clock.nowMs() + timeoutMs, abort);
  void result.arrayBuffer().then(cancel, cancel);
}

/**
 * The response, with a body that ends the call when it has been read, cancelled or lost. What goes
 * wrong while it is read is an OutboundError.
 */
export function untilRead(response: Response, call: Call, what: string): Response {
  if (response.body === null) {
    call.end();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
          call.end();
          controller.close();
        } catch (cause) {
          call.end();
          const message = `Cannot read what came of ${what}: the connection was lost`;
          controller.error(call.error ?? new OutboundError("network", message, { cause }));
        }
      },
      async cancel(reason) {
        call.end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers, url, redirected } = response;
  const guarded = new Response(body, { status, statusText, headers });
  // A response that was made by hand has neither.
  return Object.defineProperties(guarded, {
    url: { value: url },
    redirected: { value: redirected },
  });
}
