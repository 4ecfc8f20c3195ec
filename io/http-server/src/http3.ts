import type { CancelTimer } from "@breakwater/clock";
import { ServerError } from "@breakwater/tcp-listener";
import type { Connection } from "./exchange.ts";
import type { TlsIdentity } from "./http-server.ts";
import { Http3Exchange } from "./http3-exchange.ts";
import { refuse } from "./refuse.ts";
import { runHandler, type ServerContext } from "./transport.ts";

export interface Http3Options {
  readonly hostname: string;
  /** The UDP port. */
  readonly port: number;
  readonly tls: TlsIdentity;
  readonly reusePort: boolean;
}

/** HTTP/3 beside the other protocols. */
export interface Http3Listener {
  /** Takes no more requests; resolves when those under way are answered. */
  finish(): Promise<void>;
  /** Resets what is under way. */
  cut(): void;
}

const SWEEP_MS = 1000;

/** Answers HTTP/3 on the UDP port, by Bun's own server. Throws a ServerError if it cannot. */
export function listenHttp3(options: Http3Options, context: ServerContext): Http3Listener {
  return new Listener(options, context);
}

class Listener implements Http3Listener {
  readonly #context: ServerContext;
  readonly #server: Bun.Server<undefined>;
  readonly #destination: string;
  readonly #exchanges: Set<Http3Exchange> = new Set();
  #cancelSweep: CancelTimer | undefined;

  constructor({ hostname, port, tls, reusePort }: Http3Options, context: ServerContext) {
    this.#context = context;
    this.#destination = addressOf(hostname, port);
    try {
      this.#server = Bun.serve({
        hostname,
        port,
        tls: { cert: tls.certificate, key: tls.key },
        http1: false,
        http3: true,
        // Both differ by NODE_ENV unless they are given.
        development: false,
        reusePort,
        // Limits are ours: the sweep's and the handler's.
        idleTimeout: 0,
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
        fetch: (request, server) => this.#answer(request, server.requestIP(request)),
      });
    } catch (cause) {
      const message = `Cannot listen on UDP port ${port} of ${hostname} for HTTP/3: another program may have it; choose another port, or leave HTTP/3 out`;
      throw new ServerError("cannot_listen", message, { cause });
    }
  }

  #answer(request: Request, client: Bun.SocketAddress | null): Promise<Response> {
    const context = this.#context;
    const connection: Connection = {
      source: client === null ? "" : addressOf(client.address, client.port),
      destination: this.#destination,
      isTls: true,
    };
    const exchange: Http3Exchange = new Http3Exchange(request, {
      connection,
      context,
      onDone: () => this.#exchanges.delete(exchange),
    });
    context.inFlight += 1;
    const refused = this.#refusal(exchange);
    this.#exchanges.add(exchange);
    this.#cancelSweep ??= this.#sweepLater();
    if (refused === undefined) runHandler(context, exchange, () => exchange.fail());
    else refuse(exchange, ...refused);
    return exchange.response;
  }

  /** Status and reason, for what the limits do not allow. */
  #refusal({ request }: Http3Exchange): readonly [number, string] | undefined {
    const { maxBodyBytes, maxConnections, maxHeaders, maxHeadBytes } = this.#context.limits;
    // Bun does not show the connections, and each has at least one request while it is of use.
    if (this.#exchanges.size >= maxConnections) {
      return [503, `Cannot take another request: ${maxConnections} are open, which is the limit`];
    }
    if ((request.contentLength ?? 0) > maxBodyBytes) {
      return [413, `Cannot take the body: it is longer than ${maxBodyBytes} bytes`];
    }
    const fields = request.headers();
    let headBytes = request.target.length;
    for (const [name, value] of fields) headBytes += name.length + value.length;
    if (fields.length <= maxHeaders && headBytes <= maxHeadBytes) return undefined;
    const limit = `${maxHeaders} fields and ${maxHeadBytes} bytes`;
    return [431, `Cannot take the head: it is longer than ${limit}`];
  }

  #sweepLater(): CancelTimer {
    const { clock } = this.#context;
    return clock.at(clock.nowMs() + SWEEP_MS, () => {
      const nowMs = clock.nowMs();
      for (const exchange of this.#exchanges) exchange.sweep(nowMs);
      this.#cancelSweep = this.#exchanges.size > 0 ? this.#sweepLater() : undefined;
    });
  }

  async finish(): Promise<void> {
    await this.#server.stop();
  }

  cut(): void {
    for (const exchange of this.#exchanges) exchange.reset();
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    this.#server.stop(true);
  }
}

const addressOf = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
