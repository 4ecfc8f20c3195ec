import { systemClock } from "@breakwater/system-clock";
import type { WsConnection } from "../connection.ts";
import type { WsRequest } from "../handshake.ts";
import type { WsListener } from "../listener.ts";
import { parseWsUrl } from "../parse-ws-url.ts";
import { type WsClient, type WsClientOptions, wsClient } from "../ws-client.ts";

/** A client with wide limits, and whatever is to be different. */
export function testClient(options: Partial<WsClientOptions> = {}): WsClient {
  return wsClient({
    clock: systemClock(),
    tlsFor: (_, serverName) => ({ serverName }),
    maxPendingConnects: 100,
    handshakeTimeoutMs: 60_000,
    closeTimeoutMs: 10_000,
    maxMessageBytes: 1_000_000,
    maxBacklogBytes: 100_000_000,
    ...options,
  });
}

/** A connection and what it told, one line an event. */
export interface Conversation {
  readonly connection: WsConnection;
  readonly events: readonly string[];
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Resolves once that many events have come. */
  until(count: number): Promise<readonly string[]>;
  /** Resolves once it ended or was refused. */
  readonly end: Promise<readonly string[]>;
}

/** Does something when an event comes: "open", "message", "ping", "pong". */
export type Reactions = Readonly<
  Record<string, (connection: WsConnection, data?: string | Uint8Array) => void>
>;

export function converse(
  client: WsClient,
  url: string,
  reactions: Reactions = {},
  request: Partial<WsRequest> = {},
): Conversation {
  const events: string[] = [];
  const bytes = { sent: 0, received: 0 };
  const waiters: (() => void)[] = [];
  const { promise: end, resolve } = Promise.withResolvers<readonly string[]>();
  const note = (kind: string, rest: string, data?: string | Uint8Array): void => {
    events.push(`${kind} ${rest}`.trim());
    reactions[kind]?.(connection, data);
    for (const wake of waiters.splice(0)) wake();
  };
  const listener: WsListener = {
    onOpen: ({ status, protocol, isCompressed }) =>
      note("open", `${status} ${protocol}${isCompressed ? "compressed" : ""}`),
    onRefused: (failure, handshake) => {
      note("refused", `${failure.code} ${handshake?.status ?? ""} ${handshake?.body ?? ""}`);
      resolve(events);
    },
    onMessage: (data) =>
      note("message", typeof data === "string" ? data : Buffer.from(data).toString("hex"), data),
    onPing: (payload) => note("ping", Buffer.from(payload).toString()),
    onPong: (payload, roundTripMs) =>
      note("pong", `${Buffer.from(payload)}${roundTripMs === undefined ? " unknown" : ""}`),
    onEnd: ({ code, reason, failure }) => {
      note("end", `${code} ${reason}${failure === undefined ? "" : ` (${failure.code})`}`);
      resolve(events);
    },
    onBytes: (sent, received) => {
      bytes.sent += sent;
      bytes.received += received;
    },
  };
  const connection: WsConnection = client.connect(
    { url: parseWsUrl(url), headers: [], protocols: [], offersDeflate: false, ...request },
    listener,
  );
  const until = async (count: number): Promise<readonly string[]> => {
    while (events.length < count) await new Promise<void>((wake) => waiters.push(wake));
    return events;
  };
  return { connection, events, bytes, until, end };
}
