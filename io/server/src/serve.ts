import type { Clock } from "@breakwater/clock";
import type { BunRequest, Server } from "bun";
import { drain } from "./drain.ts";
import { type Handler, refuse } from "./handler.ts";
import { type ListenPlace, listen } from "./listen.ts";
import type { Routes } from "./routes.ts";

export interface ServeOptions<Path extends string> extends ListenPlace {
  readonly routes: Routes<Path>;
  /** Answers every path that has no route. */
  readonly fallback: Handler;
  readonly limits: ServeLimits;
  readonly clock: Clock;
  /** A handler threw: its client was told 500 and nothing else. */
  readonly onError: (error: unknown) => void;
  /** Told of every answer. With it, fixed answers run JavaScript as well. */
  readonly onAnswer?: ((answer: Answer) => void) | undefined;
}

export interface ServeLimits {
  /** A longer request body is answered with 413. */
  readonly maxBodyBytes: number;
  /**
   * A connection on which nothing moves for so long is closed, even within a request or an answer;
   * 0 for never. In whole seconds up to 255, and Bun looks every 4 s only.
   */
  readonly idleTimeoutMs: number;
}

export interface Answer {
  /** To be read at once: Bun takes its URL back when the answer is sent. */
  readonly request: Request;
  readonly status: number;
  /** Until the handler had its answer: the body may still be on its way. */
  readonly tookMs: number;
}

export interface StopOptions {
  /**
   * How long what is in flight may take; 0 cuts it at once, also while an earlier stop still waits.
   */
  readonly graceMs: number;
}

export interface RunningServer extends AsyncDisposable {
  /** Where this machine reaches it. */
  readonly url: URL;
  /** What it listens on, as "127.0.0.1:8080" or "[::]:8080". */
  readonly address: string;
  /** The other end of a request's connection, as "192.0.2.7:40312"; empty once that is closed. */
  sourceOf(request: Request): string;
  /**
   * Keeps the idle timeout off a request that waits on purpose; call what it returns before
   * answering.
   */
  holdOpen(request: Request): () => void;
  /** Drains: answers carry `Connection: close`, those in flight finish within the grace. */
  stop(options: StopOptions): Promise<void>;
}

/**
 * Listens on a port and hands each request to its route. Throws a ServerError where it cannot
 * listen.
 */
export function serve<Path extends string>(options: ServeOptions<Path>): RunningServer {
  // The params that `Routes` promised each handler are filled in by Bun's router: its part to know.
  return new HttpServer(options, options.routes as Readonly<Record<string, Route>>);
}

type Route = Response | Handler<string>;
type BunRoute = Response | ((request: BunRequest) => Response | Promise<Response>);
type Settings = Omit<ServeOptions<never>, "routes">;

class HttpServer implements RunningServer {
  readonly url: URL;
  readonly address: string;
  readonly #options: Settings;
  readonly #routes: Readonly<Record<string, Route>>;
  readonly #idleTimeoutSeconds: number;
  readonly #server: Server<undefined>;
  #isDraining: boolean = false;
  #drained: Promise<void> | undefined;
  #answered = 0;

  constructor(options: Settings, routes: Readonly<Record<string, Route>>) {
    this.#options = options;
    this.#routes = routes;
    this.#idleTimeoutSeconds = Math.min(255, Math.ceil(options.limits.idleTimeoutMs / 1000));
    this.#server = listen(options, (hostname) => this.#start(hostname));
    const host = this.#server.url.hostname;
    this.address = `${host}:${this.#server.port}`;
    const isEverywhere = host === "[::]" || host === "0.0.0.0";
    this.url = new URL(`http://${isEverywhere ? "127.0.0.1" : host}:${this.#server.port}/`);
  }

  #start(hostname: string): Server<undefined> {
    return Bun.serve({
      hostname,
      port: this.#options.port,
      maxRequestBodySize: this.#options.limits.maxBodyBytes,
      idleTimeout: this.#idleTimeoutSeconds,
      development: false,
      // Said aloud because Bun 1.4.5 shares the port when it is told that this is not development.
      reusePort: false,
      ...this.#behaviour(),
    });
  }

  /** What Bun can be given anew while it runs. */
  #behaviour(): {
    routes: Record<string, BunRoute>;
    fetch: (request: Request) => Response | Promise<Response>;
    error: (error: Error) => Response;
  } {
    const { fallback, onError } = this.#options;
    const routes: Record<string, BunRoute> = {};
    for (const [path, route] of Object.entries(this.#routes))
      routes[path] = this.#toBunRoute(route);
    return {
      routes,
      fetch: (request) => this.#answer(fallback, request, {}),
      // Only a body that fails on its way comes here.
      error: (error) => {
        onError(error);
        return failed();
      },
    };
  }

  #toBunRoute(route: Route): BunRoute {
    if (!(route instanceof Response)) {
      return (request) => this.#answer(route, request, request.params);
    }
    if (!this.#isDraining && this.#options.onAnswer === undefined) return route;
    // bun-types gives clone() the Response of another library.
    return (request) => this.#answer(() => route.clone() as Response, request, {});
  }

  /**
   * Hot: once per request, 5 µs in all. Nothing is allocated here for an answer that comes at once.
   */
  #answer(
    handler: Handler<string>,
    request: Request,
    params: Readonly<Record<string, string>>,
  ): Response | Promise<Response> {
    const startedMs = this.#options.onAnswer === undefined ? 0 : this.#options.clock.nowMs();
    try {
      const response = handler(request, params);
      if (response instanceof Response) return this.#finish(request, response, startedMs);
      return response.then(
        (late) => this.#finish(request, late, startedMs),
        (error: unknown) => this.#fail(request, error, startedMs),
      );
    } catch (error) {
      return this.#fail(request, error, startedMs);
    }
  }

  #finish(request: Request, response: Response, startedMs: number): Response {
    if (this.#isDraining) {
      this.#answered += 1;
      response.headers.set("connection", "close");
    }
    const { onAnswer, clock } = this.#options;
    onAnswer?.({ request, status: response.status, tookMs: clock.nowMs() - startedMs });
    return response;
  }

  #fail(request: Request, error: unknown, startedMs: number): Response {
    // Reading the body of a client that went away fails, which is nobody's mistake.
    if (!request.signal.aborted) this.#options.onError(error);
    return this.#finish(request, failed(), startedMs);
  }

  sourceOf(request: Request): string {
    const source = this.#server.requestIP(request);
    if (source === null) return "";
    // An IPv4 client of a listener on "::" comes as ::ffff:192.0.2.7.
    const address = source.address.replace(/^::ffff:(?=\d+\.)/, "");
    return address.includes(":") ? `[${address}]:${source.port}` : `${address}:${source.port}`;
  }

  holdOpen(request: Request): () => void {
    this.#server.timeout(request, 0);
    return () => this.#server.timeout(request, this.#idleTimeoutSeconds);
  }

  stop({ graceMs }: StopOptions): Promise<void> {
    if (graceMs <= 0) return this.#server.stop(true);
    this.#drained ??= drain(
      {
        announce: () => this.#announce(),
        answered: () => this.#answered,
        close: () => this.#server.stop(),
        cut: () => this.#server.stop(true),
      },
      { graceMs, clock: this.#options.clock },
    );
    return this.#drained;
  }

  #announce(): void {
    this.#isDraining = true;
    this.#server.reload(this.#behaviour());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop({ graceMs: 0 });
  }
}

function failed(): Response {
  return refuse(500, "Cannot answer: the server made a mistake, which is in its log");
}
