import { FakeClock } from "@breakwater/clock/testing";
import type { Field, Protocol } from "@breakwater/wire";
import type { Handler } from "../exchange.ts";
import type { AnswerRecord, HttpServerOptions, RunningHttpServer } from "../http-server.ts";
import { serveHttp } from "../serve-http.ts";
import { testIdentity } from "./protocol-stage.ts";
import { testLimits } from "./test-limits.ts";

/** As Bun's fetch calls it. */
export type FetchProtocol = "http1.1" | "http2" | "http3";

/** A protocol whose exchanges are to do what `Exchange` says, and what it has not. */
export interface ExchangeContract {
  readonly protocol: Protocol;
  readonly fetchProtocol: FetchProtocol;
  /** The interim answers that a client of another make gets; undefined if there can be none. */
  readonly interims?: (port: number, path: string) => Promise<number[]>;
  /** The trailers that a client of another make gets; undefined if there can be none. */
  readonly trailers?: (port: number, path: string) => Promise<readonly Field[]>;
  /** An answer that is cut after its beginning is seen to be so, and begin() can tell a length. */
  readonly isExact: boolean;
}

export type OpenStage = (handler: Handler, changes?: Partial<HttpServerOptions>) => ExchangeStage;

/** A server with TLS, and a client that speaks one protocol with it. */
export interface ExchangeStage extends AsyncDisposable {
  readonly server: RunningHttpServer;
  readonly clock: FakeClock;
  readonly errors: unknown[];
  /** The next answer that was told of. */
  record(): Promise<AnswerRecord>;
  send(path: string, init?: RequestInit): Promise<Response>;
}

export function exchangeStage(
  fetchProtocol: FetchProtocol,
  handler: Handler,
  changes: Partial<HttpServerOptions> = {},
): ExchangeStage {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const records: AnswerRecord[] = [];
  const waiting: ((record: AnswerRecord) => void)[] = [];
  const server = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    limits: testLimits,
    clock,
    tls: testIdentity,
    http3: fetchProtocol === "http3",
    handler,
    onError: (error) => errors.push(error),
    onAnswer: (record) => {
      const wanted = waiting.shift();
      if (wanted === undefined) records.push(record);
      else wanted(record);
    },
    ...changes,
  });
  return {
    server,
    clock,
    errors,
    record: () => {
      const first = records.shift();
      return first === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(first);
    },
    send: (path, init = {}) => {
      const over = { protocol: fetchProtocol, tls: { rejectUnauthorized: false } };
      return fetch(new URL(path, server.url), { ...over, redirect: "manual", ...init });
    },
    [Symbol.asyncDispose]: async () => {
      const stopped = server.stop({ graceMs: 0 });
      await clock.advanceTo(clock.nowMs() + 1);
      await stopped;
    },
  };
}
