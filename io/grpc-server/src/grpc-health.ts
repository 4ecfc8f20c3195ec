import type { GrpcStream } from "./grpc-call.ts";
import { type GrpcService, grpcService, stream, unary } from "./grpc-service.ts";
import { healthProto } from "./health-proto.ts";
import { protoFile } from "./proto-file.ts";
import { GrpcError } from "./status.ts";

/** HealthCheckResponse.ServingStatus */
const statusNumbers = { SERVING: 1, NOT_SERVING: 2 } as const;
const SERVICE_UNKNOWN = 3;

export type ServingStatus = keyof typeof statusNumbers;

/** grpc.health.v1.Health (grpc's doc/health-checking.md). */
export interface GrpcHealth {
  readonly service: GrpcService;
  /** Of a service, or "" for the server as a whole; whoever watches it is told. */
  setStatus(service: string, status: ServingStatus): void;
  /**
   * All are NOT_SERVING from now on, whatever is set: those who watch are told, and their calls
   * end, which would else hold a stop up; with OK, since grpc-js drops messages before an error.
   */
  shutDown(): void;
}

interface CheckRequest {
  readonly service: string;
}

interface CheckResponse {
  readonly status: number;
}

/** With the server as a whole SERVING, and no services. */
export function grpcHealth(): GrpcHealth {
  const statuses = new Map<string, ServingStatus>([["", "SERVING"]]);
  const watchers = new Set<Watcher>();
  let isShutDown: boolean = false;
  const numberOf = (service: string): number => {
    const status = statuses.get(service);
    return status === undefined ? SERVICE_UNKNOWN : statusNumbers[status];
  };
  const list = () => Array.from(statuses.keys(), (name) => [name, { status: numberOf(name) }]);
  const watch = (call: GrpcStream<CheckResponse>, { service }: CheckRequest): void => {
    const watcher = new Watcher(call, () => numberOf(service));
    if (isShutDown) {
      watcher.end();
      return;
    }
    watcher.tell();
    watchers.add(watcher);
    call.onCancel(() => watchers.delete(watcher));
  };
  const service = grpcService({
    file: protoFile({ name: "grpc/health/v1/health.proto", text: healthProto }),
    name: "grpc.health.v1.Health",
    handlers: {
      Check: unary<CheckRequest, CheckResponse>((request) => {
        if (!statuses.has(request.service)) throw unknownService(request.service);
        return { status: numberOf(request.service) };
      }),
      List: unary(() => ({ statuses: Object.fromEntries(list()) })),
      Watch: stream<CheckRequest, CheckResponse>((call) => ({
        onMessage: (request) => watch(call, request),
        onEnd: () => {},
      })),
    },
  });
  return {
    service,
    setStatus(name, status) {
      if (isShutDown) return;
      statuses.set(name, status);
      for (const watcher of watchers) watcher.tell();
    },
    shutDown() {
      if (isShutDown) return;
      isShutDown = true;
      for (const name of statuses.keys()) statuses.set(name, "NOT_SERVING");
      for (const watcher of watchers) watcher.end();
      watchers.clear();
    },
  };
}

function unknownService(name: string): GrpcError {
  return new GrpcError("NOT_FOUND", `Cannot check ${JSON.stringify(name)}: unknown service`);
}

/** Tells a client what is new to it; when it is slow, only the latest. */
class Watcher {
  readonly #call: GrpcStream<CheckResponse>;
  readonly #statusNow: () => number;
  #told: number | undefined;
  #isBlocked: boolean = false;

  constructor(call: GrpcStream<CheckResponse>, statusNow: () => number) {
    this.#call = call;
    this.#statusNow = statusNow;
    call.onDrain(() => {
      this.#isBlocked = false;
      this.tell();
    });
  }

  tell(): void {
    const status = this.#statusNow();
    if (this.#isBlocked || status === this.#told) return;
    this.#told = status;
    this.#isBlocked = !this.#call.send({ status });
  }

  /** The last word is sent also to a client that is slow: it is one message. */
  end(): void {
    this.#isBlocked = false;
    this.tell();
    this.#call.end();
  }
}
