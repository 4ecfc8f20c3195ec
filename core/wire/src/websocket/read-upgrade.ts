import { isToken } from "../field-rules.ts";
import type { ReceivedRequest } from "../received-request.ts";

/** What a client that asks for a WebSocket has said. */
export interface Upgrade {
  /** Its Sec-WebSocket-Key, which the answer's Sec-WebSocket-Accept is made of. */
  readonly key: string;
  /** The subprotocols it speaks, which it likes best first. */
  readonly protocols: string[];
  /** Its Sec-WebSocket-Extensions, empty if there are none: see acceptDeflate(). */
  readonly offers: string;
}

/** 426: the answer must have Upgrade: websocket and Sec-WebSocket-Version: 13 (RFC 6455 4.2.2). */
export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
}

/** Reads the opening handshake that RFC 6455 4.2.1 asks of a client. */
export function readUpgrade(request: ReceivedRequest): Upgrade | UpgradeRefusal {
  if (request.protocol !== "HTTP/1.1") {
    return refusal(400, request.protocol, "ask by HTTP/1.1");
  }
  if (request.method !== "GET") return refusal(405, request.method, "use GET");
  for (const [name, wanted] of upgradeFields) {
    const value = request.header(name);
    const tokens = listOf(value).map((token) => token.toLowerCase());
    if (!tokens.includes(wanted)) return refusal(426, shown(name, value), `it must say ${wanted}`);
  }
  const version = request.header("sec-websocket-version");
  if (version !== "13") {
    return refusal(426, shown("sec-websocket-version", version), "it must be 13");
  }
  const key = request.header("sec-websocket-key");
  if (key === undefined || !isKey.test(key)) {
    return refusal(400, shown("sec-websocket-key", key), "it must be 16 bytes as base64");
  }
  const wish = request.header("sec-websocket-protocol");
  const protocols = listOf(wish);
  const areNames = protocols.every(isToken) && new Set(protocols).size === protocols.length;
  if (!areNames || (wish !== undefined && protocols.length === 0)) {
    return refusal(400, shown("sec-websocket-protocol", wish), "it must be names, each once");
  }
  return { key, protocols, offers: request.header("sec-websocket-extensions") ?? "" };
}

const upgradeFields = [
  ["upgrade", "websocket"],
  ["connection", "upgrade"],
] as const;

/** 16 bytes leave four bits of the last letter unused, which nobody checks. */
const isKey = /^[A-Za-z0-9+/]{22}==$/;

const listOf = (value = ""): string[] =>
  value
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "");

const shown = (name: string, value: string | undefined): string =>
  value === undefined ? `no ${name}` : `${name} ${JSON.stringify(value.slice(0, 60))}`;

const refusal = (status: number, what: string, wanted: string): UpgradeRefusal => ({
  status,
  message: `Cannot open a WebSocket with ${what}: ${wanted}`,
});
