import type { ApiModule } from "../module.ts";

/** k6's names, the misspelt one too. */
const constants = {
  StatusOK: 0,
  StatusCanceled: 1,
  StatusUnknown: 2,
  StatusInvalidArgument: 3,
  StatusDeadlineExceeded: 4,
  StatusNotFound: 5,
  StatusAlreadyExists: 6,
  StatusPermissionDenied: 7,
  StatusResourceExhausted: 8,
  StatusFailedPrecondition: 9,
  StatusAborted: 10,
  StatusOutOfRange: 11,
  StatusUnimplemented: 12,
  StatusInternal: 13,
  StatusUnavailable: 14,
  StatusDataLoss: 15,
  StatusUnauthenticated: 16,
  HealthCheckUnknown: 0,
  HealthCheckServing: 1,
  HealthCheckNotServing: 2,
  HealthCheckServiceUnkown: 3,
} as const;

/** k6/net/grpc. */
export const grpcModule: ApiModule = {
  surface: {
    names: ["Client", "Stream", ...Object.keys(constants)],
    hasDefault: true,
    blockingMethods: ["connect", "invoke", "healthCheck"],
  },
  load: async () => {
    const { Client } = await import("./client.ts");
    const { Stream } = await import("./stream.ts");
    // Constructors that know their VU, without a class of its own for each.
    return (vu) => ({
      ...constants,
      Client: Client.bind(null, vu),
      Stream: Stream.bind(null, vu),
    });
  },
};
