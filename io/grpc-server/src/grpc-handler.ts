import type { Clock } from "@breakwater/clock";
import { type Exchange, type Handler, refuse } from "@breakwater/http-server";
import { CallHead } from "./call-head.ts";
import { messageEncodings } from "./compression.ts";
import { Deadlines } from "./deadlines.ts";
import type { GrpcMethod, GrpcService } from "./grpc-service.ts";
import { type CallContext, ServerCall, statusFields } from "./server-call.ts";
import { GrpcError } from "./status.ts";

export interface GrpcHandlerOptions {
  readonly services: readonly GrpcService[];
  readonly clock: Clock;
  /** A handler threw something else than a GrpcError: its client was told UNKNOWN. */
  readonly onError: (error: unknown) => void;
  /** Of one message, also when decompressed; RESOURCE_EXHAUSTED beyond. 4 MiB if left out. */
  readonly maxMessageBytes?: number;
}

const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * Answers calls of gRPC (PROTOCOL-HTTP2); what is no call gets a status of HTTP and a sentence.
 * Reads messages compressed by gzip and deflate, sends its own as they are. Whether a client says
 * "te: trailers" is not looked at, since proxies drop it.
 */
export function grpcHandler(options: GrpcHandlerOptions): Handler {
  const { services, clock, onError, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options;
  const context: CallContext = { maxMessageBytes, onError, deadlines: new Deadlines(clock) };
  const methods = new Map<string, GrpcMethod>();
  for (const service of services) {
    for (const method of service.methods) methods.set(`/${service.name}/${method.name}`, method);
  }
  return (exchange) => {
    const { request } = exchange;
    const known = request.memo;
    const head = known instanceof CallHead ? known : new CallHead(request);
    request.memo ??= head;
    const method = methods.get(head.path);
    if (head.refusal !== undefined) refuse(exchange, head.refusal.status, head.refusal.message);
    else if (head.error !== undefined) refuseCall(exchange, head.error);
    else if (method === undefined) refuseCall(exchange, notThere(head.path, services));
    else new ServerCall(exchange, head, method, context).start();
  };
}

function notThere(path: string, services: readonly GrpcService[]): GrpcError {
  const isKnown = services.some(({ name }) => path.startsWith(`/${name}/`));
  const what = isKnown ? "its service has no such method here" : "there is no such service here";
  return new GrpcError("UNIMPLEMENTED", `Cannot call ${path}: ${what}`);
}

/** An answer that is nothing but trailers. */
function refuseCall(exchange: Exchange, error: GrpcError): void {
  exchange.respond({
    status: 200,
    fields: [
      ["content-type", "application/grpc"],
      ["grpc-accept-encoding", messageEncodings.join(",")],
      ...statusFields(error),
    ],
  });
}
