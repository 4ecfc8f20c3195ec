import type { WsEnd, WsFailure } from "@breakwater/ws-client";

/**
 * What a handler of "error" is given: `e.error()` is the text, as of k6's errors. Of a connection
 * that was closed it has code and text too.
 */
export class SocketError extends Error {
  constructor(message: string, closed?: { readonly code: number; readonly text: string }) {
    super(message);
    Object.assign(this, closed);
  }

  error(): string {
    return this.message;
  }

  override toString(): string {
    return this.message;
  }
}

/** k6's word for sending over a connection that was closed; scripts compare it. */
export const closeSentMessage = "websocket: close sent";

/** What k6 says of a connection that did not come about: scripts know the first of these. */
export function refusalMessage({ code, message }: WsFailure): string {
  return code === "bad_handshake" ? "websocket: bad handshake" : message;
}

/**
 * The error of an end that nobody expects: undefined for 1000 and 1001. k6 has none for a
 * connection that is lost in other ways than by its end; a load test wants to know of each.
 */
export function endError({ code, reason, failure }: WsEnd): SocketError | undefined {
  if (failure && failure.code !== "closed_early") {
    return new SocketError(`websocket: ${failure.message}`);
  }
  if (code === 1000 || code === 1001) return undefined;
  const known = closeNames[code];
  const what = known === undefined ? String(code) : `${code} (${known})`;
  const why = reason === "" ? "" : `: ${reason}`;
  return new SocketError(`websocket: close ${what}${why}`, { code, text: reason });
}

/** RFC 6455 7.4.1, in the words of k6's errors. */
const closeNames: Readonly<Record<number, string>> = {
  1000: "normal",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no status",
  1006: "abnormal closure",
  1007: "invalid payload data",
  1008: "policy violation",
  1009: "message too big",
  1010: "mandatory extension missing",
  1011: "internal server error",
  1015: "TLS handshake error",
};
