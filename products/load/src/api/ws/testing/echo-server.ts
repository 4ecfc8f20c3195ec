import type { Server, ServerWebSocket } from "bun";

/**
 * Echoes what it is sent. "bye" closes with 4005, "die" drops the connection, "ping" pings,
 * "cookie" answers with the request's cookies; the path /no refuses.
 */
export function echoServer(): Server<Data> {
  return Bun.serve<Data>({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request, server) {
      if (new URL(request.url).pathname === "/no") {
        return new Response("not here", { status: 403, headers: { "x-why": "because" } });
      }
      const data = { cookies: request.headers.get("cookie") ?? "" };
      const headers = { "set-cookie": "seen=1; Path=/" };
      return server.upgrade(request, { data, headers }) ? undefined : new Response();
    },
    websocket: { idleTimeout: 0, perMessageDeflate: true, message: answer },
  });
}

export interface Data {
  readonly cookies: string;
}

function answer(socket: ServerWebSocket<Data>, message: string | Buffer): void {
  if (message === "bye") socket.close(4005, "server bye");
  else if (message === "die") socket.terminate();
  else if (message === "ping") socket.ping("x");
  else if (message === "cookie") socket.send(socket.data.cookies);
  else socket.send(message);
}
