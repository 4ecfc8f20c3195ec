import type { GrpcConnection, UnaryCall } from "./connection.ts";
import { decodeMessage } from "./json/decode-message.ts";
import { encodeMessage } from "./json/encode-message.ts";
import { ownMessage } from "./schema/own-messages.ts";

/** Asks grpc.health.v1.Health for a service, "" for the server as a whole. */
export function checkHealth(connection: GrpcConnection, service: string): UnaryCall {
  const options = { path: "/grpc.health.v1.Health/Check", metadata: {}, timeoutMs: undefined };
  return connection.unary(options, encodeMessage(ownMessage("health.Request"), { service }));
}

/** 0 unknown, 1 serving, 2 not serving, 3 service unknown. */
export function healthOf(message: Uint8Array): number {
  const { status } = decodeMessage(ownMessage("health.Response"), message) as {
    status: number | null;
  };
  return status ?? 0;
}
