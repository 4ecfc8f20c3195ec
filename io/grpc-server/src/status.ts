/** gRPC's status codes (google/rpc/code.proto). */
export const grpcCodes = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type GrpcCode = keyof typeof grpcCodes;

/** How a call ends when it does not end well. */
export type GrpcFailureCode = Exclude<GrpcCode, "OK">;

/** What a handler throws, or a stream ends with, to give its client another status than OK. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: GrpcFailureCode;

  constructor(code: GrpcFailureCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A message as grpc-message carries it: UTF-8, percent-encoded but for %x20-24 and %x26-7E. */
export function encodeStatusMessage(message: string): string {
  if (!/[^\x20-\x24\x26-\x7e]/.test(message)) return message;
  return message
    .toWellFormed()
    .replace(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
      Array.from(new TextEncoder().encode(part), (byte) => `%${hexByte(byte)}`).join(""),
    );
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
