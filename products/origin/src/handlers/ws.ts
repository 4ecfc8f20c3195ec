import type { Clock } from "@breakwater/clock";
import {
  acceptWebSocket,
  type RouteHandler,
  type WebSocketHandler,
  type WebSocketOptions,
} from "@breakwater/http-server";
import { checked, parseSwitch, parseWhole } from "../parameter.ts";
import type { ParamDoc, RouteDoc } from "../route-doc.ts";

const params: readonly ParamDoc[] = [
  {
    name: "deflate",
    meaning: "true, 1, yes or on: compresses messages for clients that offer it. Default: false",
  },
  {
    name: "ping",
    meaning:
      "milliseconds of silence, up to 86400000, after which the client is pinged, and after as many again cut off; 0 for never. Default: 300000",
  },
];

export const wsDoc: RouteDoc = {
  path: "/ws",
  summary:
    "A WebSocket that sends back each message of up to 16 MiB, text or binary. Echoes the first subprotocol that is offered, answers pings, and closes with 1001 when the server stops.",
  params,
  examples: [],
};

export const wsCloseDoc: RouteDoc = {
  path: "/ws/close",
  summary:
    'A WebSocket that reads one message, answers "Server received: " and the message, and closes with 1000 and "server done".',
  params,
  examples: [],
};

export interface WsOptions {
  readonly clock: Clock;
  /** Of the server's limits: what may wait for a slow client. */
  readonly maxUnsentBytes: number;
}

const MAX_MESSAGE_BYTES = 16 * 1024 ** 2;
const MAX_PING_MS = 86_400_000;

/** GET /ws. Hot path: one frame for a message, one write for a read. */
export function ws(options: WsOptions): RouteHandler {
  return webSocket(options, echo);
}

/** GET /ws/close. */
export function wsClose(options: WsOptions): RouteHandler {
  return webSocket(options, echoOne);
}

const echo: WebSocketHandler = {
  // A slow client is not read: there is no need to look at what send() says.
  onMessage: (connection, kind, payload) => void connection.send(kind, payload),
};

const echoOne: WebSocketHandler = {
  onMessage(connection, kind, payload) {
    connection.send(kind, Buffer.concat([received, payload]));
    connection.close(1000, "server done");
  },
};

const received = Buffer.from("Server received: ");

function webSocket({ clock, maxUnsentBytes }: WsOptions, handler: WebSocketHandler): RouteHandler {
  const limits = { maxMessageBytes: MAX_MESSAGE_BYTES, maxUnsentBytes };
  return checked((exchange) => {
    const query = new URLSearchParams(exchange.request.query);
    const options: WebSocketOptions = {
      handler,
      clock,
      ...limits,
      pingAfterMs: parseWhole("ping", query.get("ping") ?? "300000", {
        max: MAX_PING_MS,
        of: "milliseconds",
      }),
      deflates: parseSwitch("deflate", query.get("deflate") ?? "false"),
      chooseProtocol: ([first]) => first,
    };
    acceptWebSocket(exchange, options);
  });
}
