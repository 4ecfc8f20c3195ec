import { expect, test } from "bun:test";
import { decodeRequests } from "../testing/decode-requests.ts";
import { readUpgrade } from "./read-upgrade.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const fields: Readonly<Record<string, string>> = {
  Host: "a",
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": key,
};

interface Asked {
  readonly line?: string;
  readonly change?: Readonly<Record<string, string | undefined>>;
}

function ask({ line = "GET /ws HTTP/1.1", change = {} }: Asked) {
  const all = Object.entries({ ...fields, ...change }).filter(([, value]) => value !== undefined);
  const lines = [line, ...all.map(([name, value]) => `${name}: ${value}`), "", ""];
  return readUpgrade(decodeRequests(lines.join("\r\n")).heads[0]!);
}

test.each<[Asked, protocols: string[], offers: string]>([
  [{}, [], ""],
  [{ change: { Upgrade: "h2c, WebSocket", Connection: "keep-alive, upgrade" } }, [], ""],
  [
    { change: { "Sec-WebSocket-Protocol": "chat, super.chat ,x" } },
    ["chat", "super.chat", "x"],
    "",
  ],
  [{ change: { "Sec-WebSocket-Extensions": "permessage-deflate" } }, [], "permessage-deflate"],
])("%j asks for a WebSocket", (asked, protocols, offers) => {
  expect(ask(asked)).toEqual({ key, protocols, offers });
});

test.each<[Asked, status: number]>([
  [{ line: "GET /ws HTTP/1.0" }, 400],
  [{ line: "POST /ws HTTP/1.1" }, 405],
  [{ change: { Upgrade: undefined } }, 426],
  [{ change: { Upgrade: "websockets" } }, 426],
  [{ change: { Connection: undefined } }, 426],
  [{ change: { Connection: "keep-alive" } }, 426],
  [{ change: { "Sec-WebSocket-Version": undefined } }, 426],
  [{ change: { "Sec-WebSocket-Version": "8" } }, 426],
  [{ change: { "Sec-WebSocket-Version": "13, 8" } }, 426],
  [{ change: { "Sec-WebSocket-Key": undefined } }, 400],
  [{ change: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ" } }, 400],
  [{ change: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSE=" } }, 400],
  [{ change: { "Sec-WebSocket-Key": `${key}\r\nSec-WebSocket-Key: ${key}` } }, 400],
  [{ change: { "Sec-WebSocket-Protocol": "a b" } }, 400],
  [{ change: { "Sec-WebSocket-Protocol": "a, a" } }, 400],
  [{ change: { "Sec-WebSocket-Protocol": "" } }, 400],
])("%j is refused with %d", (asked, status) => {
  const message = expect.stringMatching(/^Cannot open a WebSocket with .+: .+/);
  expect(ask(asked)).toEqual({ status, message });
});
