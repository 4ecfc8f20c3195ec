import type { HttpServerOptions, RunningHttpServer } from "./http-server.ts";
import { http1Connection } from "./http1-connection.ts";
import { http2Connection } from "./http2/http2-connection.ts";
import { startHttpServer } from "./start-http-server.ts";

/**
 * Listens, and answers HTTP/1.1 and HTTP/2 on one port: by ALPN where there is TLS, else by what a
 * client sends first; and HTTP/3 on the UDP port beside it if asked to.
 *
 * @throws ServerError when it cannot listen, or with that certificate
 */
export function serveHttp(options: HttpServerOptions): RunningHttpServer {
  return startHttpServer(options, { http1: http1Connection, http2: http2Connection });
}
