import { hostname as hostnameOf } from "node:os";
import type { Clock } from "@breakwater/clock";
import { type RunningHttpServer, serveHttp, type TlsIdentity } from "@breakwater/http-server";
import { profiling } from "@breakwater/service/profiling";
import { systemClock } from "@breakwater/system-clock";
import { toJsonLine, toLogLine } from "./access-log.ts";
import { openCertificate } from "./certificate.ts";
import { grpcEcho } from "./grpc/grpc-echo.ts";
import { reportMemory } from "./memory-report.ts";
import { AnswerCounts, type Snapshot } from "./metrics/counts.ts";
import { type OriginOptions, type OriginSettings, parseOriginOptions } from "./options.ts";
import { originHandler, routeNames } from "./routes.ts";

/** Where an origin listens: each as this machine reaches it. */
export interface OriginPlaces {
  readonly http: string;
  readonly https: string | undefined;
  readonly grpc: string | undefined;
  readonly profiling: string | undefined;
}

export interface RunningOrigin extends AsyncDisposable {
  /** Where this machine reaches it, as "http://127.0.0.1:8080/". */
  readonly url: URL;
  readonly places: OriginPlaces;
  snapshot(): Snapshot;
  /** Drains and closes. Again with a grace of 0, it cuts what is still in flight. */
  stop(options?: StopOriginOptions): Promise<void>;
}

export interface StopOriginOptions {
  /** How long requests in flight may still take; as set if left out. */
  readonly graceMs?: number | undefined;
}

/** What an origin says, and whom it asks. */
export interface OriginEdges {
  /** A line for a person: what went wrong, how much memory it takes. */
  readonly log?: (line: string) => void;
  /** A line of the access log. */
  readonly logAnswer?: (line: string) => void;
  /** What all processes of this origin have counted; this one alone if left out. */
  readonly countAll?: () => Promise<readonly Snapshot[]>;
}

/**
 * Starts the origin: an upstream to put behind whatever is under test. Throws OriginError or
 * ServerError.
 */
export async function runOrigin(
  options: OriginOptions = {},
  edges: OriginEdges = {},
): Promise<RunningOrigin> {
  const settings = parseOriginOptions(options);
  const identity = settings.tls === undefined ? undefined : await openCertificate(settings.tls);
  return startOrigin(settings, identity, edges);
}

/** As runOrigin(), in one of several processes: everything is settled already. */
export async function startOrigin(
  settings: OriginSettings,
  identity: TlsIdentity | undefined,
  edges: OriginEdges,
): Promise<RunningOrigin> {
  const origin = new Origin(settings, edges);
  try {
    origin.listen(identity);
    return origin;
  } catch (error) {
    await origin.stop({ graceMs: 0 });
    throw error;
  }
}

/** When the process began, in ns since 1970. */
const STARTED_NS = BigInt(Date.now()) * 1_000_000n - BigInt(Bun.nanoseconds());

class Origin implements RunningOrigin {
  readonly #settings: OriginSettings;
  readonly #edges: OriginEdges;
  readonly #clock: Clock = systemClock();
  readonly #counts: AnswerCounts = new AnswerCounts(routeNames);
  readonly #opened = new DisposableStack();
  readonly #servers: RunningHttpServer[] = [];
  readonly #grpc: ReturnType<typeof grpcEcho> = grpcEcho({
    hostname: hostnameOf(),
    clock: this.#clock,
    unixNano: () => STARTED_NS + BigInt(Bun.nanoseconds()),
    onError: (error) => this.#log(`Cannot answer a call: ${describe(error)}`),
  });
  #http: RunningHttpServer | undefined;
  #grpcServer: RunningHttpServer | undefined;
  #isDraining: boolean = false;
  places: OriginPlaces = { http: "", https: undefined, grpc: undefined, profiling: undefined };

  constructor(settings: OriginSettings, edges: OriginEdges) {
    this.#settings = settings;
    this.#edges = edges;
  }

  listen(identity: TlsIdentity | undefined): void {
    const { port, tls, profiling: side, memoryReportMs } = this.#settings;
    const clock = this.#clock;
    const handler = originHandler({
      settings: this.#settings,
      clock,
      random: Math.random,
      myHostname: hostnameOf(),
      isDraining: () => this.#isDraining,
      snapshots: this.#edges.countAll ?? (async () => [this.snapshot()]),
      grpc: this.#grpc.handler,
    });
    this.#http = this.#serve({ port, handler });
    const https =
      tls === undefined
        ? undefined
        : this.#serve({ port: tls.port, handler, tls: identity, http3: tls.http3 });
    this.#grpcServer = this.#serveGrpc();
    const profiles =
      side === undefined
        ? undefined
        : this.#serve({ ...side, handler: profiling({ name: "origin", clock, heapSnapshot }) });
    this.places = {
      http: this.#http.url.href,
      https: https?.url.href,
      grpc: this.#grpcServer?.url.host,
      profiling: profiles?.url.href,
    };
    this.#opened.use(
      reportMemory({ everyMs: memoryReportMs, clock, log: (line) => this.#log(line) }),
    );
  }

  #serve(
    place: Pick<Parameters<typeof serveHttp>[0], "port" | "handler"> &
      Partial<Parameters<typeof serveHttp>[0]>,
  ): RunningHttpServer {
    const { hostname, limits, proxyProtocol, reusePort } = this.#settings;
    const server = serveHttp({
      hostname,
      limits,
      proxyProtocol,
      reusePort,
      clock: this.#clock,
      onError: (error) => this.#log(`Cannot answer a request: ${describe(error)}`),
      onAnswer: this.#onAnswer(),
      ...place,
    });
    this.#servers.push(server);
    return server;
  }

  /** A default port that is taken is done without; one that was asked for is an error. */
  #serveGrpc(): RunningHttpServer | undefined {
    const { grpc } = this.#settings;
    if (grpc === undefined) return undefined;
    try {
      // A stream may go on for as long as it likes: each message has a limit of its own.
      const limits = { ...this.#settings.limits, maxBodyBytes: Number.POSITIVE_INFINITY };
      const { hostname, port } = grpc;
      return this.#serve({ hostname, port, handler: this.#grpc.handler, limits });
    } catch (error) {
      if (grpc.isAskedFor) throw error;
      this.#log(`${describe(error)}. Going on without gRPC`);
      return undefined;
    }
  }

  #onAnswer(): Parameters<typeof serveHttp>[0]["onAnswer"] {
    const counts = this.#counts;
    const { accessLog } = this.#settings;
    const { logAnswer } = this.#edges;
    if (accessLog === "off" || logAnswer === undefined) return (record) => counts.add(record);
    const isJson = accessLog === "json";
    return (record) => {
      counts.add(record);
      logAnswer(isJson ? toJsonLine(record, new Date()) : toLogLine(record));
    };
  }

  get url(): URL {
    return new URL(this.places.http);
  }

  snapshot(): Snapshot {
    const { rss, heapUsed } = process.memoryUsage();
    const nobody = { openConnections: 0, acceptedConnections: 0, requestsInFlight: 0 };
    return {
      series: this.#counts.all(),
      connections: this.#http?.counts() ?? nobody,
      grpcConnections: this.#grpcServer?.counts() ?? nobody,
      residentBytes: rss,
      heapBytes: heapUsed,
    };
  }

  /** A balancer sees /health fail while the port is open; then the port closes. */
  async stop({ graceMs = this.#settings.graceMs }: StopOriginOptions = {}): Promise<void> {
    if (graceMs > 0) {
      this.#isDraining = true;
      this.#grpc.shutDown();
      for (const server of this.#servers) server.announceStop();
      await this.#drainDelay();
    }
    await Promise.all(this.#servers.map((server) => server.stop({ graceMs })));
    this.#opened.dispose();
  }

  #drainDelay(): Promise<void> {
    const { drainDelayMs } = this.#settings;
    if (drainDelayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#opened.defer(this.#clock.at(this.#clock.nowMs() + drainDelayMs, resolve));
    });
  }

  #log(line: string): void {
    this.#edges.log?.(line);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop({ graceMs: 0 });
  }
}

const heapSnapshot = (): string => Bun.generateHeapSnapshot("v8");

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
