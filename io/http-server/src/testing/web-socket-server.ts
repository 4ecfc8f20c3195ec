import { FakeClock } from "@breakwater/clock/testing";
import { encodeFrame, MessageDecoder } from "@breakwater/wire";
import type { RunningHttpServer } from "../http-server.ts";
import { RewrittenExchange } from "../rewritten-exchange.ts";
import { serveHttp } from "../serve-http.ts";
import { acceptWebSocket } from "../websocket/accept-web-socket.ts";
import type { WebSocketConnection, WebSocketOptions } from "../websocket/web-socket.ts";
import { byteClient } from "./byte-client.ts";
import { testLimits } from "./test-limits.ts";

/** A real server of WebSockets, and real clients. */
export interface WebSocketServer extends AsyncDisposable {
  readonly server: RunningHttpServer;
  /** By the path that each asked for. */
  readonly connections: ReadonlyMap<string, ServedConnection>;
}

export interface ServedConnection {
  readonly connection: WebSocketConnection;
  /** What was written on the wire so far, each write's bytes. */
  readonly writtenBytes: number[];
}

export function webSocketServer(changes: Partial<WebSocketOptions>): WebSocketServer {
  const connections = new Map<string, ServedConnection>();
  const clock = new FakeClock();
  const options: WebSocketOptions = {
    handler: { onMessage: () => {} },
    clock,
    maxMessageBytes: 1_000_000,
    maxUnsentBytes: 1_000_000,
    pingAfterMs: 0,
    deflates: false,
    ...changes,
  };
  const server = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    limits: testLimits,
    clock,
    onError: (error) => console.error(error),
    handler: (exchange) => {
      const writtenBytes: number[] = [];
      const seen = new RewrittenExchange(exchange, {
        begin: (head) => exchange.begin(head),
        takeOver: (reader) => {
          const wire = exchange.takeOver(reader);
          if (wire === undefined) return undefined;
          return {
            write: (bytes) => {
              writtenBytes.push(bytes.length);
              return wire.write(bytes);
            },
            onDrain: (drained) => wire.onDrain(drained),
            get unsentBytes() {
              return wire.unsentBytes;
            },
            pause: () => wire.pause(),
            resume: () => wire.resume(),
            end: () => wire.end(),
            reset: () => wire.reset(),
          };
        },
      });
      const connection = acceptWebSocket(seen, options);
      if (connection) connections.set(exchange.request.path, { connection, writtenBytes });
    },
  });
  return {
    server,
    connections,
    [Symbol.asyncDispose]: () => server.stop({ graceMs: 0 }),
  };
}

/** A client of our own, which decides itself what goes out when. */
export interface FrameClient extends Disposable {
  /** Hands it to the kernel at once. */
  text(message: string): void;
  /** The messages received, once they are so many; compressed ones as they came. */
  receive(count: number): Promise<string[]>;
  /** Reads no more until resume(). */
  pause(): void;
  resume(): void;
}

export interface FrameClientOptions {
  readonly port: number;
  readonly path: string;
  /** Offers permessage-deflate. */
  readonly deflates?: boolean;
}

export async function frameClient(options: FrameClientOptions): Promise<FrameClient> {
  const { port, path, deflates = false } = options;
  const client = await byteClient({ port });
  const offer = deflates ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
  await client.send(`GET ${path} HTTP/1.1\r\nHost: h\r\n${offer}${upgrade}`);
  const head = await receiveHead(client.receive);
  return {
    text: (message) => void client.send(encodeFrame("text", Buffer.from(message), { mask: 77 })),
    receive: async (count) => {
      for (let wanted = head + 1; ; ) {
        const received = await client.receive(wanted);
        const messages = messagesIn(received.subarray(head), deflates);
        if (messages.length >= count) return messages;
        wanted = received.length + 1;
      }
    },
    pause: () => client.pause(),
    resume: () => client.resume(),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}

const upgrade =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

async function receiveHead(receive: (bytes: number) => Promise<Buffer>): Promise<number> {
  for (let wanted = 1; ; ) {
    const received = await receive(wanted);
    const end = received.indexOf("\r\n\r\n");
    if (end >= 0) return end + 4;
    wanted = received.length + 1;
  }
}

function messagesIn(bytes: Uint8Array, mayCompress: boolean): string[] {
  const messages: string[] = [];
  const ignore = (): void => {};
  const decoder = new MessageDecoder(
    { role: "client", maxMessageBytes: 2 ** 30, mayCompress },
    {
      onMessage: (_kind, payload, isCompressed) => {
        const text = Buffer.from(payload).toString(isCompressed ? "hex" : "utf8");
        messages.push(isCompressed ? `compressed ${text}` : text);
      },
      onPing: ignore,
      onPong: ignore,
      onClose: ignore,
      onViolation: ignore,
    },
  );
  decoder.push(bytes);
  return messages;
}
