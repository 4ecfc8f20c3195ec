import { certificates } from "../../../io/http-client/src/testing/certificates.ts";
import { answer } from "./answer.ts";

/**
 * Stands in for the public hosts that k6's examples and documentation name: httpbin, a small web
 * shop and a WebSocket echo, on loopback. Scripts reach it by the option `hosts`.
 */
export function startStandIn(): StandIn {
  const websocket: Bun.WebSocketHandler<Greeting> = {
    open: (socket) => {
      if (socket.data !== undefined) socket.send(socket.data);
    },
    message: (socket, message) => void socket.send(message),
  };
  const fetch = (request: Request, server: Bun.Server<Greeting>): Response | Promise<Response> => {
    const wantsSocket = request.headers.get("upgrade")?.toLowerCase() === "websocket";
    // The shop's chat only gives back what it is told.
    const data = new URL(request.url).pathname === "/ws" ? undefined : "hello";
    if (wantsSocket && server.upgrade(request, { data })) return new Response();
    return answer(request, server.requestIP(request)?.address ?? "");
  };
  const common = { hostname: "127.0.0.1", port: 0, idleTimeout: 60, fetch, websocket };
  const plain = Bun.serve(common);
  const { localhost: cert, key } = certificates;
  const secure = Bun.serve({ ...common, tls: { cert, key }, http2: true });
  return {
    http: `http://127.0.0.1:${plain.port}`,
    https: `https://localhost:${secure.port}`,
    ws: `ws://127.0.0.1:${plain.port}`,
    httpPort: plain.port ?? 0,
    httpsPort: secure.port ?? 0,
    authority: certificates.authority,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([plain.stop(true), secure.stop(true)]);
    },
  };
}

/** What a WebSocket hears first. */
type Greeting = string | undefined;

export interface StandIn extends AsyncDisposable {
  readonly http: string;
  /** With a certificate for localhost, by `authority`; HTTP/2 where the client wants it. */
  readonly https: string;
  readonly ws: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly authority: string;
}
