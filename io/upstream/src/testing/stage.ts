import type { Clock } from "@breakwater/clock";
import { type Handler, type RunningHttpServer, serveHttp } from "@breakwater/http-server";
import { type RawClient, rawClient } from "@breakwater/http-server/testing";
import { systemClock } from "@breakwater/system-clock";
import type { ForwardOptions, ForwardResult } from "../forward-options.ts";
import { type Upstream, type UpstreamOptions, upstream } from "../upstream.ts";
import { type RawUpstream, rawUpstream } from "./raw-upstream.ts";

export interface StageOptions {
  readonly upstream?: Partial<UpstreamOptions>;
  readonly forward?: Partial<ForwardOptions>;
  /** The upstream's: the server has the machine's own. */
  readonly clock?: Clock;
  /** Of what the server holds for a client that does not take it. */
  readonly maxUnsentBytes?: number;
}

/** A client, our server, the forwarding under test, and an upstream that we play. */
export interface Stage extends AsyncDisposable {
  readonly service: RawUpstream;
  readonly upstream: Upstream;
  readonly server: RunningHttpServer;
  /** Sends the text to the server. */
  send(text: string): Promise<RawClient>;
  /** What onDone() was told, once it was told so often. */
  results(count: number): Promise<readonly ForwardResult[]>;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const service = rawUpstream();
  const passing = openPassing(`http://127.0.0.1:${service.port}`, options);
  const clients: RawClient[] = [];
  return {
    ...passing,
    service,
    async send(text) {
      const client = await rawClient(passing.server.port);
      clients.push(client);
      client.send(text);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client[Symbol.dispose]();
      await passing[Symbol.asyncDispose]();
      service.stop();
    },
  };
}

export interface Passing extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly server: RunningHttpServer;
  results(count: number): Promise<readonly ForwardResult[]>;
}

/** Our server before whatever is at that URL. */
export function openPassing(url: string, options: StageOptions = {}): Passing {
  const results: ForwardResult[] = [];
  let look = (): void => {};
  const clock = systemClock();
  const service = upstream({
    ...upstreamOptions,
    url,
    clock: options.clock ?? clock,
    ...options.upstream,
  });
  const forward: Omit<ForwardOptions, "respondFailure"> = {
    forwarded: { mode: "append", standard: false, via: undefined },
    ...options.forward,
    onDone: (result) => {
      results.push(result);
      look();
    },
  };
  const handler: Handler = (exchange) =>
    service.forward(exchange, {
      respondFailure: (failed) =>
        exchange.respond({ status: failed.status, body: JSON.stringify(failed) }),
      ...forward,
    });
  const server = serveHttp({
    ...{ port: 0, hostname: "127.0.0.1", clock, handler },
    limits: { ...serverLimits, maxUnsentBytes: options.maxUnsentBytes ?? MIB * 16 },
    onError: (error) => {
      throw error;
    },
  });
  return {
    upstream: service,
    server,
    results: (count) =>
      new Promise((resolve) => {
        look = () => results.length >= count && resolve(results);
        look();
      }),
    async [Symbol.asyncDispose]() {
      service.close();
      await server.stop({ graceMs: 0 });
    },
  };
}

export const MIB = 1_048_576;

const serverLimits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxBodyBytes: 2 ** 30,
  maxConnections: 100,
  maxStreams: 100,
  idleTimeoutMs: 10_000,
};

const upstreamOptions = {
  maxConnections: 10,
  maxIdle: 10,
  idleTimeoutMs: 30_000,
  connectTimeoutMs: 5000,
  headTimeoutMs: 5000,
  bodyIdleMs: 5000,
  maxHeadBytes: 16_384,
  maxBufferedBytes: MIB,
  verifyTls: true,
  host: "client",
} as const;
