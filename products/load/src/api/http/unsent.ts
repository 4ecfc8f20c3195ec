import type { Exchange, HttpClientError } from "@breakwater/http-client";
import { NamedUrl } from "./url-template.ts";

/**
 * Whether all that a URL lacks is a host, or a scheme that can be requested: `undefined/path`, say,
 * where an address was not set. k6 tries to send those and counts how that failed, as code 1000;
 * what is no URL at all it does not count.
 */
export function lacksSchemeOrHost(url: unknown): boolean {
  if (typeof url !== "string" && !(url instanceof NamedUrl)) return false;
  const text = String(url);
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [];
  if (scheme === undefined) return !/^[^/?#]*:/.test(text);
  return !/^https?$/i.test(scheme) || !/^https?:\/\/[^/?#]/i.test(text);
}

/** What came of a request that had nowhere to go: no time passed. */
export function unsentExchange(
  { code, message }: HttpClientError,
  { method, nowMs }: { readonly method: string; readonly nowMs: number },
): Exchange {
  const origin = { secure: false, host: "", port: 0, key: "" };
  const head = new Uint8Array();
  return {
    request: { origin, method, head, collectBody: false, timeoutMs: 0 },
    startedMs: nowMs,
    endedMs: nowMs,
    blockedMs: 0,
    lookingUpMs: 0,
    connectingMs: 0,
    tlsHandshakingMs: 0,
    sendingMs: 0,
    waitingMs: 0,
    receivingMs: 0,
    head: undefined,
    bodyBytes: 0,
    body: undefined,
    failure: { code, message },
    remoteAddress: undefined,
    remotePort: undefined,
    tlsVersion: undefined,
    tlsCipher: undefined,
    bytesSent: 0,
    bytesReceived: 0,
    isReused: false,
  };
}
