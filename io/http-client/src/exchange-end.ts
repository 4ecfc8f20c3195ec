import type { OutgoingRequest } from "./exchange.ts";
import type { ExchangeRecord } from "./exchange-record.ts";

/**
 * The last thing done for a request: its listener may send the next one at once. Hot path.
 *
 * A listener's mistake ends the process: thrown inside a socket's handler, Bun would bring it back
 * to us, and it must not be a failed request.
 */
export function endExchange(record: ExchangeRecord, nowMs: number): void {
  record.endedMs = nowMs;
  try {
    record.listener.onEnd(record);
  } catch (error) {
    crash(error);
  }
}

export function crash(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/**
 * As Go's transport, which k6 uses: a request is sent again when that is harmless or nothing of it
 * went out, and its body is still there.
 */
export function canRepeat({ request, bytesSent }: ExchangeRecord): boolean {
  return hasWholeBody(request) && (bytesSent === 0 || repeatable.has(request.method));
}

export function hasWholeBody({ body }: OutgoingRequest): boolean {
  return !(body instanceof ReadableStream && body.locked);
}

/** RFC 9110 9.2.1's safe methods: the ones that Go's transport repeats. */
const repeatable: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
