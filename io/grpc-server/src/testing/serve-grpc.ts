import { type Handler, type RunningHttpServer, serveHttp } from "@breakwater/http-server";
import { systemClock } from "@breakwater/system-clock";

/** The handler on a free port of this machine, without TLS. */
export function serveGrpc(handler: Handler): RunningHttpServer {
  return serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    handler,
    clock: systemClock(),
    limits: {
      maxHeadBytes: 16_384,
      maxHeaders: 100,
      maxBodyBytes: Number.POSITIVE_INFINITY,
      maxConnections: 100,
      maxStreams: 100,
      idleTimeoutMs: 10_000,
      maxUnsentBytes: 1024 * 1024,
    },
    onError(error) {
      throw error;
    },
  });
}
