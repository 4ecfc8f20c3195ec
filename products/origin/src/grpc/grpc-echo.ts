import type { Clock } from "@breakwater/clock";
import { grpcHandler, grpcHealth, withReflection } from "@breakwater/grpc-server";
import type { Handler } from "@breakwater/http-server";
import { echoService } from "./echo-service.ts";

export interface GrpcEchoOptions {
  readonly hostname: string;
  readonly clock: Clock;
  /** In ns since 1970, for the answers' response_timestamp. */
  readonly unixNano: () => bigint;
  readonly onError: (error: unknown) => void;
}

export interface GrpcEcho {
  /** Answers gRPC; to what is none it says 415. */
  readonly handler: Handler;
  /** What the health service says of the server, and of echo.EchoService. */
  setServing(isServing: boolean): void;
  /** For a stop: NOT_SERVING from now on, and calls that watch that end, since they never would. */
  shutDown(): void;
}

/** The origin's gRPC port: echo.EchoService, health and reflection. */
export function grpcEcho({ hostname, clock, unixNano, onError }: GrpcEchoOptions): GrpcEcho {
  const echo = echoService({ hostname, unixNano });
  const health = grpcHealth();
  const services = withReflection([echo, health.service]);
  const setServing = (isServing: boolean): void => {
    for (const name of ["", echo.name]) {
      health.setStatus(name, isServing ? "SERVING" : "NOT_SERVING");
    }
  };
  setServing(true);
  return {
    handler: grpcHandler({ services, clock, onError }),
    setServing,
    shutDown: () => health.shutDown(),
  };
}
