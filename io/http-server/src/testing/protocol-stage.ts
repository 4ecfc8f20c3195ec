import { FakeClock } from "@breakwater/clock/testing";
import { certificates } from "@breakwater/http-client/testing";
import type { HttpServerOptions, RunningHttpServer, TlsIdentity } from "../http-server.ts";
import { startHttpServer } from "../start-http-server.ts";
import type { ProtocolConnection, ServerContext, Transport } from "../transport.ts";
import { testLimits } from "./test-limits.ts";

export const testIdentity: TlsIdentity = {
  certificate: certificates.localhost,
  key: certificates.key,
};

/** What is told to a protocol, and the transport it has. */
export interface SeenConnection extends ProtocolConnection {
  readonly speaks: "http1" | "http2";
  readonly transport: Transport;
  readonly context: ServerContext;
  /** What was told, in order; data joined. */
  readonly log: string[];
  /** Resolves once so many bytes have come. */
  receive(bytes: number): Promise<Buffer>;
  readonly ended: Promise<void>;
  readonly closed: Promise<void>;
  /** What is done when it is told something, before that is noted. */
  on: Partial<Record<"data" | "drain" | "end" | "close", () => void>>;
}

export interface ProtocolStage extends AsyncDisposable {
  readonly server: RunningHttpServer;
  readonly clock: FakeClock;
  readonly errors: unknown[];
  /** The next connection whose protocol is known. */
  next(): Promise<SeenConnection>;
}

/** A server whose protocols only note what they are told. */
export function protocolStage(changes: Partial<HttpServerOptions> = {}): ProtocolStage {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const seen: SeenConnection[] = [];
  const waiting: ((connection: SeenConnection) => void)[] = [];
  const factory = (speaks: "http1" | "http2") => (transport: Transport, context: ServerContext) => {
    const connection = new Seen(speaks, transport, context);
    const wanted = waiting.shift();
    if (wanted === undefined) seen.push(connection);
    else wanted(connection);
    return connection;
  };
  const options: HttpServerOptions = {
    port: 0,
    hostname: "127.0.0.1",
    handler: () => {},
    limits: testLimits,
    clock,
    onError: (error) => errors.push(error),
    ...changes,
  };
  const server = startHttpServer(options, { http1: factory("http1"), http2: factory("http2") });
  return {
    server,
    clock,
    errors,
    next: () => {
      const first = seen.shift();
      return first === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(first);
    },
    [Symbol.asyncDispose]: async () => {
      const stopped = server.stop({ graceMs: 0 });
      await clock.advanceTo(clock.nowMs() + 1);
      await stopped;
    },
  };
}

class Seen implements SeenConnection {
  readonly speaks: "http1" | "http2";
  readonly transport: Transport;
  readonly context: ServerContext;
  readonly log: string[] = [];
  readonly #ended = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  on: Partial<Record<"data" | "drain" | "end" | "close", () => void>> = {};
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #look: () => void = () => {};

  constructor(speaks: "http1" | "http2", transport: Transport, context: ServerContext) {
    this.speaks = speaks;
    this.transport = transport;
    this.context = context;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  receive(wanted: number): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#bytes < wanted) return;
        this.#parts = [Buffer.concat(this.#parts)];
        resolve(this.#parts[0] as Buffer);
      };
      this.#look();
    });
  }

  onData(bytes: Uint8Array): void {
    this.on.data?.();
    this.#note("data");
    this.#parts.push(bytes.slice());
    this.#bytes += bytes.length;
    this.#look();
  }

  onDrain(): void {
    this.on.drain?.();
    this.#note("drain");
  }

  onEnd(): void {
    this.on.end?.();
    this.#note("end");
    this.#ended.resolve();
  }

  onClose(): void {
    this.on.close?.();
    this.#note("close");
    this.#closed.resolve();
  }

  sweep(): void {}

  announceStop(): void {
    this.#note("announceStop");
  }

  finish(): void {
    this.#note("finish");
    this.transport.end();
  }

  cut(): void {
    this.#note("cut");
    this.transport.reset();
  }

  #note(what: string): void {
    if (this.log.at(-1) !== what) this.log.push(what);
  }
}
