import { FakeClock } from "@breakwater/clock/testing";
import { encodeClose, encodeFrame, type Field, type FrameOptions } from "@breakwater/wire";
import { acceptWebSocket } from "../websocket/accept-web-socket.ts";
import type { WebSocketConnection, WebSocketOptions } from "../websocket/web-socket.ts";
import { type FakeExchange, type FakeRequest, fakeExchange } from "./fake-exchange.ts";

export const handshake: readonly Field[] = [
  ["Host", "h"],
  ["Upgrade", "websocket"],
  ["Connection", "keep-alive, Upgrade"],
  ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ["Sec-WebSocket-Version", "13"],
];

export interface WebSocketStage {
  readonly exchange: FakeExchange;
  readonly clock: FakeClock;
  readonly socket: WebSocketConnection | undefined;
  /** What the handler was told. */
  readonly log: string[];
  /** What was written since the handshake when the turn has ended, each write in hexadecimal. */
  writes(): Promise<string[]>;
}

export function stage(
  changes: Partial<WebSocketOptions> = {},
  request: FakeRequest = {},
): WebSocketStage {
  const clock = new FakeClock();
  const log: string[] = [];
  const exchange = fakeExchange({ headers: handshake, ...request });
  const socket = acceptWebSocket(exchange, echo({ clock, ...changes }, log));
  const writes = async () => {
    await turn();
    return exchange.answer.parts.slice(1).map((part) => hex(part));
  };
  return { exchange, clock, socket, log, writes };
}

/** Says every message back, and keeps a log. */
export function echo(changes: Partial<WebSocketOptions>, log: string[] = []): WebSocketOptions {
  return {
    handler: {
      onMessage(connection, kind, payload) {
        log.push(`${kind} ${text(payload).slice(0, 20)}`);
        connection.send(kind, payload);
      },
      onDrain: () => log.push("drain"),
      onClose: (_connection, code, reason) => log.push(`close ${code} ${reason}`.trim()),
    },
    clock: new FakeClock(),
    maxMessageBytes: 1000,
    maxUnsentBytes: 2000,
    pingAfterMs: 0,
    deflates: false,
    ...changes,
  };
}

/** The end of this turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const bytes = (given: string): Uint8Array => Buffer.from(given);

/** A client's frame. */
export const frame = (
  opcode: Parameters<typeof encodeFrame>[0],
  payload: string | Uint8Array,
  options: FrameOptions = {},
): Uint8Array =>
  encodeFrame(opcode, typeof payload === "string" ? bytes(payload) : payload, {
    mask: 0x37fa213d,
    ...options,
  });

/** The server's, as writes() has it. */
export const answer = (...args: Parameters<typeof encodeFrame>): string =>
  hex(encodeFrame(...args));
export const closing = (code: number | undefined, reason = ""): string =>
  answer("close", encodeClose(code, reason));

export const together = (...frames: readonly Uint8Array[]): Uint8Array => Buffer.concat(frames);
