import { createHash, randomBytes } from "node:crypto";
import {
  deflateOffer,
  encodeRequestHead,
  type ResponseHead,
  readDeflateAnswer,
  WireError,
} from "@breakwater/wire";
import { WsClientError } from "./error.ts";
import type { WsUrl } from "./parse-ws-url.ts";

/** What opening a WebSocket asks of the server. */
export interface WsRequest {
  readonly url: WsUrl;
  /** Beside those of the handshake itself; `Host` replaces the URL's. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Subprotocols, the preferred one first. */
  readonly protocols: readonly string[];
  /** Offers permessage-deflate (RFC 7692), without context takeover. */
  readonly offersDeflate: boolean;
  /** The address to connect from. */
  readonly localAddress?: string | undefined;
}

/** The server's answer. */
export interface WsHandshake {
  readonly status: number;
  readonly head: ResponseHead;
  /** Of an answer that refuses: its first 64 KiB, as UTF-8. */
  readonly body: string;
  /** The subprotocol that the server chose, or "". */
  readonly protocol: string;
  /** Messages may be compressed. */
  readonly isCompressed: boolean;
}

export interface EncodedHandshake {
  readonly bytes: Uint8Array;
  /** For checking the answer. */
  readonly key: string;
}

/** The request of RFC 6455 4.1. @throws WsClientError for what cannot be sent */
export function encodeHandshake(request: WsRequest): EncodedHandshake {
  const { url, headers, protocols, offersDeflate } = request;
  const key = randomBytes(16).toString("base64");
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  for (const name of reserved) {
    if (given.has(name)) {
      throw invalidHeader(`Cannot send the header ${name}: the handshake itself sets it`);
    }
  }
  if (protocols.length > 0 && given.has("sec-websocket-protocol")) {
    throw invalidHeader("Cannot send the header sec-websocket-protocol: protocols are given too");
  }
  const own: [string, string][] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  if (protocols.length > 0) own.push(["Sec-WebSocket-Protocol", readProtocols(protocols)]);
  if (offersDeflate) own.push(["Sec-WebSocket-Extensions", deflateOffer]);
  const host: [string, string][] = given.has("host") ? [] : [["Host", url.hostHeader]];
  const all = [...host, ...own, ...headers];
  try {
    const bytes = encodeRequestHead({ method: "GET", target: url.target, headers: all });
    return { bytes, key };
  } catch (error) {
    if (error instanceof WireError) throw invalidHeader(error.message);
    throw error;
  }
}

/** Why the answer opens no WebSocket (RFC 6455 4.1); undefined when it does. */
export function refusal(
  { offersDeflate }: WsRequest,
  key: string,
  head: ResponseHead,
): string | undefined {
  if (head.status !== 101) return `the server answered ${head.status}`;
  if (head.header("upgrade")?.toLowerCase() !== "websocket") {
    return "the answer's header Upgrade is not websocket";
  }
  if (!/(^|,)\s*upgrade\s*(,|$)/i.test(head.header("connection") ?? "")) {
    return "the answer's header Connection is not Upgrade";
  }
  if (head.header("sec-websocket-accept") !== acceptOf(key)) {
    return "the answer's Sec-WebSocket-Accept does not fit";
  }
  const deflate = readDeflateAnswer(head.header("sec-websocket-extensions"));
  if (deflate === "refused" || (deflate && !offersDeflate)) {
    return "the server chose an extension that was not offered";
  }
  // A protocol that was not offered is taken, as k6 takes it; the script sees which one it is.
  return undefined;
}

const reserved = [
  "upgrade",
  "connection",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
] as const;

function readProtocols(protocols: readonly string[]): string {
  const wrong = protocols.find((name) => !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name));
  if (wrong === undefined && new Set(protocols).size === protocols.length) {
    return protocols.join(", ");
  }
  throw new WsClientError(
    "invalid_protocol",
    `Cannot offer the protocols ${JSON.stringify(protocols)}: give different names, each a token`,
  );
}

function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

function invalidHeader(message: string): WsClientError {
  return new WsClientError("invalid_header", message);
}
