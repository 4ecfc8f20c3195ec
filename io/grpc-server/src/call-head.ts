import type { ReceivedRequest } from "@breakwater/http-server";
import { type MessageEncoding, messageEncodings } from "./compression.ts";
import { type Metadata, readMetadata } from "./metadata.ts";
import { GrpcError } from "./status.ts";

/**
 * What a request's head says of its call, or why it is none; equal heads share it.
 *
 * Hot path: clients with deadlines send a head of its own with every call.
 */
export class CallHead {
  readonly path: string;
  /** The client is not one of gRPC: an answer of HTTP. */
  readonly refusal: HttpRefusal | undefined;
  /** The client asks for what is not there, or cannot be read. */
  readonly error: GrpcError | undefined;
  readonly timeoutMs: number | undefined;
  readonly encoding: MessageEncoding;
  readonly #request: ReceivedRequest;
  #metadata: Metadata | undefined;

  constructor(request: ReceivedRequest) {
    let contentType: string | undefined;
    let timeout: string | undefined;
    let encoding = "identity";
    for (const [name, value] of request.headers()) {
      if (name === "content-type") contentType = value;
      else if (name === "grpc-timeout") timeout = value;
      else if (name === "grpc-encoding") encoding = value;
    }
    this.#request = request;
    this.path = request.path;
    this.refusal = tryRefusal(request, contentType);
    this.timeoutMs = timeout === undefined ? undefined : tryTimeoutMs(timeout);
    const known = messageEncodings.find((each) => each === encoding);
    this.encoding = known ?? "identity";
    if (timeout !== undefined && this.timeoutMs === undefined) {
      const how = 'a number of up to 8 digits and one of "HMSmun"';
      this.error = new GrpcError("INTERNAL", `Cannot read grpc-timeout ${timeout}: send ${how}`);
    } else if (known === undefined) {
      const all = messageEncodings.join(", ");
      this.error = new GrpcError("UNIMPLEMENTED", `Cannot decode ${encoding}: send ${all}`);
    }
  }

  get metadata(): Metadata {
    this.#metadata ??= readMetadata(this.#request.headers());
    return this.#metadata;
  }
}

export interface HttpRefusal {
  readonly status: number;
  readonly message: string;
}

function tryRefusal(
  { method, protocol }: ReceivedRequest,
  contentType: string | undefined,
): HttpRefusal | undefined {
  if (contentType !== "application/grpc" && !isGrpc(contentType)) {
    const what = contentType === undefined ? "a request without content-type" : contentType;
    const message = `Cannot answer ${what}: this port speaks gRPC, application/grpc over HTTP/2`;
    return { status: 415, message };
  }
  if (method !== "POST") {
    return { status: 405, message: `Cannot answer ${method}: a call of gRPC is a POST` };
  }
  if (protocol === "HTTP/2.0") return undefined;
  return { status: 505, message: `Cannot answer gRPC over ${protocol}: use HTTP/2` };
}

function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(\+proto)?\s*(;|$)/i.test(contentType);
}

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** "20S" as 20000 (PROTOCOL-HTTP2, Timeout). */
export function tryTimeoutMs(text: string): number | undefined {
  const unit = unitMs[text.at(-1)!];
  const digits = text.slice(0, -1);
  if (unit === undefined || !/^\d{1,8}$/.test(digits)) return undefined;
  return Number(digits) * unit;
}
