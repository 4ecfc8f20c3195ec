import { type Exchange, serveHttp } from "@breakwater/http-server";
import { systemClock } from "@breakwater/system-clock";

/** A server of tests that answers as it is told, whatever S3 would do. */
export interface ScriptedStore extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** How many connections there were. */
  readonly connections: number;
}

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** As they came, up to its end or until it broke off. */
  readonly body: Uint8Array;
  /** From 1. */
  readonly ordinal: number;
  header(name: string): string | undefined;
}

export interface Script {
  /** Called when a request has come whole. */
  readonly answer: (exchange: Exchange, request: SeenRequest) => void;
  /** Instead: called with its head, and nobody reads its body. True: it is taken care of. */
  readonly onHead?: (exchange: Exchange, ordinal: number) => boolean;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export function scriptedStore({ answer, onHead, tls }: Script): ScriptedStore {
  const requests: SeenRequest[] = [];
  const sources = new Set<string>();
  let heads = 0;
  const server = serveHttp({
    hostname: "127.0.0.1",
    port: 0,
    clock: systemClock(),
    tls,
    limits: {
      maxHeadBytes: 65_536,
      maxHeaders: 100,
      maxBodyBytes: Number.POSITIVE_INFINITY,
      maxConnections: 1000,
      maxStreams: 1,
      idleTimeoutMs: 0,
      maxUnsentBytes: 2 ** 30,
    },
    handler: (exchange) => {
      heads += 1;
      sources.add(exchange.connection.source);
      if (onHead?.(exchange, heads) === true) return;
      const pieces: Uint8Array[] = [];
      exchange.readBody({
        onData: (bytes) => void pieces.push(bytes.slice()),
        onEnd: () => {
          const seen = toSeen(exchange, Buffer.concat(pieces), requests.length + 1);
          requests.push(seen);
          answer(exchange, seen);
        },
        onAbort: () => {},
      });
    },
    onError: (error) => {
      throw error;
    },
  });
  return {
    url: server.url.origin,
    requests,
    get connections() {
      return sources.size;
    },
    [Symbol.asyncDispose]: () => server.stop({ graceMs: 0 }),
  };
}

/** An S3 error as a document. */
export function refuseWith(
  exchange: Exchange,
  [status, code]: readonly [status: number, code: string],
  fields: readonly (readonly [string, string])[] = [],
): void {
  const body = `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>No, ${code}</Message><RequestId>R1</RequestId></Error>`;
  exchange.respond({ status, fields: [["Content-Type", "application/xml"], ...fields], body });
}

function toSeen({ request }: Exchange, body: Uint8Array, ordinal: number): SeenRequest {
  const { method, path, query } = request;
  const target = query === "" ? path : `${path}?${query}`;
  return { method, target, body, ordinal, header: (name) => request.header(name) };
}
