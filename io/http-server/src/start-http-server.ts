import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { listen, tryLibc } from "@breakwater/tcp-listener";
import type { Socket } from "bun";
import { Connections } from "./connections.ts";
import { type Drainable, drain } from "./drain.ts";
import type {
  HttpServerOptions,
  RunningHttpServer,
  ServerCounts,
  StopOptions,
  TlsIdentity,
} from "./http-server.ts";
import { type Http3Listener, listenHttp3 } from "./http3.ts";
import { Opening, type OpeningOptions, type Protocols } from "./opening.ts";
import { socketEvents } from "./socket-events.ts";
import { SocketTransport } from "./socket-transport.ts";
import { assertIdentity } from "./tls-identity.ts";
import { TlsRelay } from "./tls-relay.ts";
import type { ServerContext } from "./transport.ts";

const FAST_OPEN_QUEUE = 256;
/** Connections beyond the limit that are told so at a time; more are reset. */
const MAX_REFUSED = 256;
/** What TLS offers (RFC 7301), each with its length. */
const ALPN: Buffer = Buffer.from("\x02h2\x08http/1.1", "latin1");
const ALT_SVC_SECONDS = 86_400;

/** serveHttp() with the protocols that a connection may turn out to speak. */
export function startHttpServer(
  options: HttpServerOptions,
  protocols: Protocols,
): RunningHttpServer {
  if (options.tls !== undefined) assertIdentity(options.tls);
  return new HttpServer(options, protocols);
}

class HttpServer implements RunningHttpServer, Drainable {
  readonly url: URL;
  readonly port: number;
  readonly tcpFastOpen: boolean;
  readonly #context: ServerContext;
  readonly #maxConnections: number;
  readonly #isTls: boolean;
  readonly #listener: Bun.TCPSocketListener<SocketTransport>;
  readonly #connections: Connections;
  readonly #opening: OpeningOptions;
  /** Where TLS comes after a PROXY header: its connections once more, and as they come out. */
  readonly #inner: Connections;
  readonly #relay: TlsRelay | undefined;
  readonly #http3: Http3Listener | undefined;
  readonly #hurry: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #acceptedConnections = 0;
  #drained: Promise<void> | undefined;

  constructor(options: HttpServerOptions, protocols: Protocols) {
    const { tls, proxyProtocol = false } = options;
    this.#maxConnections = options.limits.maxConnections;
    const tlsOptions = tls && { cert: tls.certificate, key: tls.key, ALPNProtocols: ALPN };
    const isRelayed = tls !== undefined && proxyProtocol;
    this.#isTls = tls !== undefined && !proxyProtocol;
    this.#listener = this.#listen(options, isRelayed ? undefined : tlsOptions);
    this.port = this.#listener.port;
    this.url = urlOf(options, this.port);
    this.tcpFastOpen = enableFastOpen(this.#listener);
    const context = contextOf(options, this.port);
    this.#context = context;
    this.#connections = new Connections(context);
    this.#inner = new Connections(context);
    const opened = { context, protocols, awaits: this.#isTls ? "handshake" : "request" } as const;
    if (isRelayed) {
      const opening = { ...opened, awaits: "handshake" } as const;
      this.#relay = new TlsRelay({ tls: tlsOptions!, connections: this.#inner, opening });
    }
    this.#opening = proxyProtocol
      ? { ...opened, awaits: "proxy header", relay: this.#relay?.take }
      : opened;
    if (options.http3 === true && tls !== undefined) {
      this.#http3 = this.#listenHttp3(tls, options.reusePort ?? false);
    }
  }

  #listen(
    { port, hostname, reusePort = false }: HttpServerOptions,
    tls: Bun.TLSOptions | undefined,
  ): Bun.TCPSocketListener<SocketTransport> {
    const socket = socketEvents((opened) => this.#accept(opened));
    const more = { port, reusePort, allowHalfOpen: true, socket, ...(tls && { tls }) };
    return listen({ port, hostname }, (host) =>
      Bun.listen<SocketTransport>({ hostname: host, ...more }),
    );
  }

  #listenHttp3(tls: TlsIdentity, reusePort: boolean): Http3Listener {
    const { hostname, port } = this.#listener;
    try {
      return listenHttp3({ hostname, port, tls, reusePort }, this.#context);
    } catch (error) {
      this.#listener.stop();
      this.#relay?.stop();
      throw error;
    }
  }

  #accept(socket: Socket<SocketTransport>): void {
    const transport = new SocketTransport(socket, this.#connections, this.#isTls);
    socket.data = transport;
    const count = this.#connections.size;
    this.#connections.add(transport);
    if (count >= this.#maxConnections) {
      this.#refuse(transport, count);
      return;
    }
    this.#acceptedConnections += 1;
    transport.protocol = new Opening(transport, this.#opening);
  }

  #refuse(transport: SocketTransport, count: number): void {
    if (this.url.protocol === "https:" || count >= this.#maxConnections + MAX_REFUSED) {
      transport.reset();
      return;
    }
    transport.write(refusal(this.#maxConnections));
    transport.end();
  }

  counts(): ServerCounts {
    return {
      openConnections: this.#connections.size,
      acceptedConnections: this.#acceptedConnections,
      requestsInFlight: this.#context.inFlight,
    };
  }

  announceStop(): void {
    if (this.#context.isStopping) return;
    this.#context.isStopping = true;
    this.#connections.announceStop();
    this.#inner.announceStop();
  }

  async stop({ graceMs }: StopOptions): Promise<void> {
    if (graceMs === 0) this.#hurry.resolve();
    const { clock } = this.#context;
    this.#drained ??= drain(this, { graceMs, clock, hurried: this.#hurry.promise });
    await this.#drained;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({ graceMs: 0 });
  }

  announce(): void {
    this.announceStop();
  }

  activity(): number {
    return this.#context.answered + this.#acceptedConnections;
  }

  async close(): Promise<void> {
    this.#listener.stop();
    await Promise.all([this.#connections.finish(), this.#inner.finish(), this.#http3?.finish()]);
  }

  cut(): void {
    this.#connections.cut();
    this.#inner.cut();
    this.#relay?.stop();
    this.#http3?.cut();
  }
}

function contextOf(options: HttpServerOptions, port: number): ServerContext {
  const { handler, limits, clock, onError, onAnswer, http3 = false } = options;
  return {
    handler,
    limits,
    clock,
    leavesHalfClosed: options.leavesHalfClosed ?? false,
    onError,
    onAnswer,
    altSvc: http3 ? `h3=":${port}"; ma=${ALT_SVC_SECONDS}` : undefined,
    isStopping: false,
    inFlight: 0,
    answered: 0,
  };
}

function urlOf({ hostname, tls }: HttpServerOptions, port: number): URL {
  const isWildcard = hostname === undefined || hostname === "::" || hostname === "0.0.0.0";
  const host = isWildcard ? "127.0.0.1" : hostname;
  const scheme = tls === undefined ? "http" : "https";
  return new URL(`${scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}/`);
}

/** Where that can be; answers whether it is on. */
function enableFastOpen(listener: object): boolean {
  const { fd } = listener as { readonly fd: number };
  return tryLibc()?.enableFastOpen(fd, FAST_OPEN_QUEUE) === true && kernelAllowsFastOpen();
}

/** Bit 2 is the servers': without it a socket's own option changes nothing. */
function kernelAllowsFastOpen(): boolean {
  try {
    const flags = Number.parseInt(readFileSync("/proc/sys/net/ipv4/tcp_fastopen", "latin1"), 10);
    return (flags & 2) !== 0;
  } catch {
    return false;
  }
}

function refusal(maxConnections: number): string {
  const error = `Cannot take another connection: ${maxConnections} are open, which is the limit`;
  const body = JSON.stringify({ error });
  const fields = `Content-Type: application/json\r\nContent-Length: ${body.length}`;
  return `HTTP/1.1 503 Service Unavailable\r\n${fields}\r\nConnection: close\r\n\r\n${body}`;
}
