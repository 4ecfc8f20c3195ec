import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A request as a service saw it. */
export interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  body: string;
  trailers: NodeJS.Dict<string>;
}

/** A service that is not ours, nor its parser, and that tells what it was asked. */
export interface ScriptedService {
  readonly port: number;
  readonly seen: Seen[];
  /** What /raw answers, byte by byte; "END" closes the connection. */
  script(parts: readonly string[]): void;
  arrived(count: number): Promise<void>;
  /** Answers all that asked for /held. */
  releaseAll(): void;
  stop(): void;
}

export async function scriptedService(): Promise<ScriptedService> {
  const seen: Seen[] = [];
  let held: (() => void)[] = [];
  let parts: readonly string[] = [];
  let look = (): void => {};
  const server = createServer((request, response) => {
    const { url, headers, socket } = request;
    const one: Seen = { url, headers, body: "", trailers: {} };
    seen.push(one);
    look();
    if (url === "/raw") return play(socket, parts);
    request.on("data", (bytes) => {
      one.body += bytes;
    });
    request.on("end", () => {
      one.trailers = request.trailers;
      if (url === "/held") held.push(() => response.end("held"));
      else response.end("ok");
    });
  });
  server.on("upgrade", (request, socket) => {
    seen.push({ url: request.url, headers: request.headers, body: "", trailers: {} });
    socket.end("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    seen,
    port: (server.address() as AddressInfo).port,
    script: (next) => {
      parts = next;
    },
    arrived: (count) =>
      new Promise((resolve) => {
        look = () => seen.length >= count && resolve();
        look();
      }),
    releaseAll: () => {
      for (const release of held) release();
      held = [];
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function play(socket: Socket, parts: readonly string[]): void {
  for (const part of parts) {
    if (part === "END") socket.end();
    else socket.write(Buffer.from(part, "latin1"));
  }
}
