import { FakeClock } from "@breakwater/clock/testing";
import { encodeRequestHead } from "@breakwater/wire";
import type { Connections } from "../connections.ts";
import type { Exchange, OutgoingRequest } from "../exchange.ts";
import { type HttpClient, type HttpClientOptions, httpClient } from "../http-client.ts";
import { parseUrl } from "../parse-url.ts";

/** A client whose clock stands still, with whatever is to be different. */
export function testClient(options: Partial<HttpClientOptions> = {}): HttpClient {
  return httpClient({
    clock: new FakeClock(),
    tls: { insecureSkipVerify: false },
    dns: { ttlMs: 1000, select: "first", policy: "preferIPv4" },
    connectTimeoutMs: 30_000,
    maxPendingConnects: 100,
    random: () => 0,
    ...options,
  });
}

export interface RequestOptions extends Partial<OutgoingRequest> {
  readonly headers?: readonly (readonly [string, string])[];
}

export function requestTo(url: string, options: RequestOptions = {}): OutgoingRequest {
  const { origin, target, hostHeader } = parseUrl(url);
  const { method = "GET", headers = [], ...rest } = options;
  const head = encodeRequestHead({ method, target, headers: [["Host", hostHeader], ...headers] });
  const parts = { fields: headers, path: target, authority: hostHeader };
  const timeoutMs = Number.POSITIVE_INFINITY;
  return { origin, method, head, ...parts, collectBody: true, timeoutMs, ...rest };
}

/** What is left of an exchange when the connection has gone on to the next request. */
export interface Outcome {
  readonly exchange: Omit<Exchange, "body">;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly body: string;
}

/** Sends and waits. Throws when onEnd is called twice or before send() has returned. */
export function exchangeWith(connections: Connections, request: OutgoingRequest): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let calls = 0;
  let hasReturned = false;
  connections.send(request, {
    onEnd: (exchange) => {
      calls += 1;
      if (calls > 1 || !hasReturned) throw new Error(`onEnd: call ${calls}, sent: ${hasReturned}`);
      resolve(outcomeOf(exchange));
    },
  });
  hasReturned = true;
  return promise;
}

function outcomeOf(exchange: Exchange): Outcome {
  const { request, startedMs, endedMs, blockedMs, lookingUpMs, connectingMs } = exchange;
  const { tlsHandshakingMs, sendingMs, waitingMs, receivingMs, head, bodyBytes } = exchange;
  const { failure, remoteAddress, remotePort, tlsVersion, tlsCipher } = exchange;
  const { bytesSent, bytesReceived, isReused } = exchange;
  const first = { request, startedMs, endedMs, blockedMs, lookingUpMs, connectingMs };
  const second = { tlsHandshakingMs, sendingMs, waitingMs, receivingMs, head, bodyBytes };
  const third = { failure, remoteAddress, remotePort, tlsVersion, tlsCipher };
  return {
    exchange: { ...first, ...second, ...third, bytesSent, bytesReceived, isReused },
    code: failure?.code,
    status: head?.status,
    body: Buffer.from(exchange.body?.bytes() ?? []).toString(),
  };
}
