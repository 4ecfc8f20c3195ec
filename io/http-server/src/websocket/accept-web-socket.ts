import { createHash } from "node:crypto";
import { acceptDeflate, type Field, readUpgrade, type UpgradeRefusal } from "@breakwater/wire";
import type { Answer, Exchange } from "../exchange.ts";
import { refuse } from "../refuse.ts";
import { ServerWebSocket } from "./server-web-socket.ts";
import type { WebSocketConnection, WebSocketOptions } from "./web-socket.ts";

/**
 * Opens the WebSocket that the request asks for (RFC 6455 4.2). Undefined: it asks for none, or not
 * as HTTP/1.1 does, and was told so: 400, 405, 426 or 501 with a sentence as JSON.
 */
export function acceptWebSocket(
  exchange: Exchange,
  options: WebSocketOptions,
): WebSocketConnection | undefined {
  const { protocol } = exchange.request;
  if (protocol !== "HTTP/1.1") {
    refuse(exchange, 501, `Cannot open a WebSocket over ${protocol}: ask by HTTP/1.1`);
    return undefined;
  }
  const upgrade = readUpgrade(exchange.request);
  if ("status" in upgrade) {
    exchange.respond(toRefusal(upgrade));
    return undefined;
  }
  const extension = options.deflates ? acceptDeflate(upgrade.offers) : undefined;
  const socket = new ServerWebSocket(options, { deflates: extension !== undefined });
  const wire = exchange.takeOver(socket.reader);
  if (wire === undefined) return undefined;
  const chosen = options.chooseProtocol?.(upgrade.protocols);
  socket.open(wire, switchingProtocols(upgrade.key, extension, chosen));
  return socket;
}

function toRefusal({ status, message }: UpgradeRefusal): Answer {
  const fields = [["content-type", "application/json"], ...(whatWouldDo[status] ?? [])] as const;
  return { status, fields, body: JSON.stringify({ error: message }) };
}

/** RFC 9110 15.5.6 and 15.5.22, RFC 6455 4.4. */
const whatWouldDo: Readonly<Record<number, readonly Field[]>> = {
  405: [["allow", "GET"]],
  426: [
    ["upgrade", "websocket"],
    ["sec-websocket-version", "13"],
  ],
};

/** RFC 6455 4.2.2. */
function switchingProtocols(
  key: string,
  extension: string | undefined,
  protocol: string | undefined,
): string {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptOf(key)}`,
  ];
  if (protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  if (extension !== undefined) lines.push(`Sec-WebSocket-Extensions: ${extension}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
