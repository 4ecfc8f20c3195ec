import { type WsClient, wsClient } from "@breakwater/ws-client";
import type { VuContext } from "../../vu/vu-context.ts";
import { sharedNetwork } from "./shared-network.ts";

/** As many as io/http-client's share of a worker on a machine of four. */
const MAX_PENDING_CONNECTS = 64;

const HANDSHAKE_TIMEOUT_MS = 60_000; // k6's

/** k6 waits for the peer's close frame as long as the iteration may last. */
const CLOSE_TIMEOUT_MS = 30_000;

const MAX_MESSAGE_BYTES = 256 * 1024 ** 2;

/** Of a connection whose peer does not read. */
const MAX_BACKLOG_BYTES = 64 * 1024 ** 2;

/** The WebSocket client of all VUs of a process. */
export function sharedWsClient(vu: VuContext): WsClient {
  return vu.test.shared("client", "ws", () => {
    const { tls, resolve } = sharedNetwork(vu);
    return wsClient({
      clock: vu.clock,
      tlsFor: (host, serverName) => tls.optionsFor(host, serverName, undefined),
      resolve,
      maxPendingConnects: MAX_PENDING_CONNECTS,
      handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
      closeTimeoutMs: CLOSE_TIMEOUT_MS,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      maxBacklogBytes: MAX_BACKLOG_BYTES,
    });
  });
}
