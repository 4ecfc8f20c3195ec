import type { Clock } from "@breakwater/clock";
import { defaultLimits, HeadMemory, type ResponseLimits } from "@breakwater/wire";
import { type Engine, WsConnection } from "./connection.ts";
import { Dialler, type Resolve, type TlsFor } from "./dialler.ts";
import { encodeHandshake, type WsRequest } from "./handshake.ts";
import type { WsListener } from "./listener.ts";
import { maskSource } from "./mask-source.ts";
import { systemResolve } from "./system-resolve.ts";

/** Opens WebSockets (RFC 6455): what those of all VUs of a process share. */
export interface WsClient extends Disposable {
  /**
   * Connects and shakes hands; `listener` is told how it goes, never before this has returned.
   *
   * @throws WsClientError for headers or protocols that cannot be sent
   */
  connect(request: WsRequest, listener: WsListener): WsConnection;
}

export interface WsClientOptions {
  readonly clock: Clock;
  /** How to speak TLS to a host. */
  readonly tlsFor: TlsFor;
  /** Where to connect instead of asking the system's resolver: the place for k6's `hosts`. */
  readonly resolve?: Resolve;
  /** So many connections are made at once; the others wait. */
  readonly maxPendingConnects: number;
  /** For lookup, connect, TLS and the upgrade together. */
  readonly handshakeTimeoutMs: number;
  /** Until the peer answers our close frame, and then until it is gone. */
  readonly closeTimeoutMs: number;
  /** Of a message that comes, uncompressed. */
  readonly maxMessageBytes: number;
  /** Of what was sent and the peer does not take; beyond it the connection fails. */
  readonly maxBacklogBytes: number;
}

/** Of an answer that refuses; more of its body is left unread. */
const REFUSAL_LIMITS: ResponseLimits = { ...defaultLimits, maxBodyBytes: 1024 ** 3 };

export function wsClient(options: WsClientOptions): WsClient {
  const { clock, tlsFor, resolve = systemResolve, maxPendingConnects, ...limits } = options;
  const open = new Set<WsConnection>();
  const engine: Engine = {
    clock,
    tlsFor,
    ...limits,
    responseLimits: REFUSAL_LIMITS,
    headMemory: new HeadMemory(REFUSAL_LIMITS),
    dialler: new Dialler({ resolve, tlsFor, maxPendingConnects }),
    nextMask: maskSource(),
    open,
  };
  return {
    connect: (request, listener) => {
      const connection = new WsConnection(engine, request, encodeHandshake(request), listener);
      connection.start();
      return connection;
    },
    [Symbol.dispose]: () => {
      for (const connection of open) connection.abandon();
    },
  };
}
