import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** One request that has arrived as far as the blank line behind its head. */
export interface FaultRequest {
  readonly socket: Socket;
  /** All that has come on this connection since the request before. */
  readonly text: string;
  /** From 0, over all connections. */
  readonly index: number;
  /** From 0: the connection that it came over. */
  readonly connection: number;
}

export interface FaultServerOptions {
  readonly tls?: TlsOptions;
  readonly host?: string;
  readonly onConnection?: (socket: Socket) => void;
  readonly onRequest?: (request: FaultRequest) => void;
}

/** A server that does to its clients whatever `onRequest` does. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Connections that were accepted. */
  readonly accepted: number;
  /** Requests that came, as text. */
  readonly requests: readonly string[];
  /** Ends when the server has seen so many connections closed. */
  closed(count: number): Promise<void>;
}

export async function faultServer(options: FaultServerOptions): Promise<FaultServer> {
  const { tls, host = "127.0.0.1", onConnection, onRequest } = options;
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const closings = new EventTarget();
  let closedCount = 0;
  const accept = (socket: Socket): void => {
    const connection = sockets.push(socket) - 1;
    let text = "";
    socket.on("error", () => {
      // Resets are what this server is for.
    });
    socket.on("close", () => {
      closedCount += 1;
      closings.dispatchEvent(new Event("closed"));
    });
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      const index = requests.push(text) - 1;
      const request = { socket, text, index, connection };
      text = "";
      onRequest?.(request);
    });
    onConnection?.(socket);
  };
  const server: Server = tls ? createTlsServer(tls, accept) : createServer(accept);
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}/`,
    port,
    requests,
    get accepted() {
      return sockets.length;
    },
    closed: async (count) => {
      while (closedCount < count) await once(closings, "closed");
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, "close");
    },
  };
}

/** The plainest answer. */
export const okResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A port of 127.0.0.1 on which nothing listens. */
export async function refusedPort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close(() => resolve());
  await promise;
  return port;
}
