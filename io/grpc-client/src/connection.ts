import {
  type ChannelOptions,
  Client,
  connectivityState,
  type Metadata,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";
import type { Credentials, GrpcTls } from "./credentials.ts";
import { detailsOf } from "./details-of.ts";
import { GrpcClientError } from "./error.ts";
import { fromMetadata, type MetadataValues, toMetadata } from "./metadata.ts";
import { GrpcStream, type GrpcStreamListener } from "./stream.ts";

export interface ConnectOptions {
  /** "host:port". */
  readonly address: string;
  /** undefined for plaintext. */
  readonly tls: GrpcTls | undefined;
  /** Instead of the address's host, for `:authority` and the certificate. */
  readonly authority?: string;
  readonly userAgent: string;
  readonly timeoutMs: number;
  /** Of one message; 4 MiB when not given. */
  readonly maxReceiveBytes?: number;
  /** Of one message; no limit when not given. */
  readonly maxSendBytes?: number;
}

export interface CallOptions {
  readonly path: string;
  readonly metadata: MetadataValues;
  /** undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
}

/** How a unary call ended. */
export interface UnaryOutcome {
  /** gRPC's status: 0 for OK. */
  readonly code: number;
  readonly details: string;
  readonly headers: Record<string, string[]>;
  readonly trailers: Record<string, string[]>;
  /** Of `grpc-status-details-bin`: a serialized google.rpc.Status. */
  readonly statusDetails: Uint8Array | undefined;
  readonly message: Uint8Array | undefined;
}

export interface UnaryCall {
  readonly done: Promise<UnaryOutcome>;
  cancel(): void;
}

/** One HTTP/2 connection to a gRPC server, of one VU. */
export class GrpcConnection {
  readonly #client: Client;
  #sent = 0;
  #received = 0;

  /** Is not connected yet: see connectGrpc(). @throws GrpcClientError `bad_tls` */
  constructor(options: ConnectOptions, target: string, credentials: Credentials) {
    const { tls } = options;
    const made = credentials.of(tls, (sent, received) => {
      this.#sent += sent;
      this.#received += received;
    });
    this.#client = new Client(target, made, channelOptions(options, target));
  }

  unary(options: CallOptions, request: Uint8Array): UnaryCall {
    const { promise: done, resolve } = Promise.withResolvers<UnaryOutcome>();
    let headers: Metadata | undefined;
    let message: Uint8Array | undefined;
    const call = this.#client.makeUnaryRequest(
      options.path,
      asBuffer,
      (bytes) => bytes,
      request,
      toMetadata(options.metadata),
      callOptions(options),
      (_: ServiceError | null, value?: Uint8Array) => {
        message = value;
      },
    );
    call.on("metadata", (metadata: Metadata) => {
      headers = metadata;
    });
    // After the callback.
    call.on("status", (status: StatusObject) => resolve(outcomeOf(status, headers, message)));
    return { done, cancel: () => call.cancel() };
  }

  /** Of every kind: what tells them apart is who sends how many messages. */
  stream(options: CallOptions, listener: GrpcStreamListener): GrpcStream {
    const call = this.#client.makeBidiStreamRequest(
      options.path,
      asBuffer,
      (bytes: Buffer): Uint8Array => bytes,
      toMetadata(options.metadata),
      callOptions(options),
    );
    return new GrpcStream(call, listener);
  }

  /** Since this was asked last: all that went over the wire, of TLS what it carries. */
  takeBytes(): { readonly sent: number; readonly received: number } {
    const taken = { sent: this.#sent, received: this.#received };
    this.#sent = 0;
    this.#received = 0;
    return taken;
  }

  close(): void {
    this.#client.close();
  }

  /** @throws GrpcClientError `connect_failed` or `connect_timeout` */
  async waitUntilReady({ address, timeoutMs }: ConnectOptions): Promise<void> {
    const channel = this.#client.getChannel();
    // grpc-js knows deadlines by the wall clock alone.
    const deadline = new Date(Date.now() + timeoutMs);
    for (;;) {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return;
      if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) {
        const why = await this.#whyNot();
        throw new GrpcClientError("connect_failed", `Cannot connect to ${address}: ${why}`);
      }
      const error = await new Promise<Error | undefined>((resolve) => {
        channel.watchConnectivityState(state, deadline, resolve);
      });
      if (error !== undefined) {
        const why = `no connection within ${timeoutMs} ms`;
        throw new GrpcClientError("connect_timeout", `Cannot connect to ${address}: ${why}`, error);
      }
    }
  }

  /** A call fails at once now, and says what a channel does not. */
  async #whyNot(): Promise<string> {
    const options = { path: "/-/-", metadata: {}, timeoutMs: 1000 };
    const { details } = await this.unary(options, new Uint8Array(0)).done;
    if (details.includes("ECONNREFUSED")) return "connection refused; does a server listen there?";
    // What grpc-js puts around it, the time included.
    return details
      .replace(/^No connection established\. Last error: (Error: )?/, "")
      .replace(/\.? *Resolution note: *$/, "")
      .replace(/ \(\d{4}-[\dT:.-]+Z\)$/, "");
  }
}

function channelOptions(
  { authority, userAgent, maxReceiveBytes, maxSendBytes, address }: ConnectOptions,
  target: string,
): ChannelOptions {
  const host = address.replace(/:\d+$/, "");
  return {
    // Each VU has connections of its own.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_channelz": 0,
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    "grpc.primary_user_agent": userAgent,
    "grpc.max_receive_message_length": maxReceiveBytes ?? 4 * 1024 ** 2,
    "grpc.max_send_message_length": maxSendBytes ?? -1,
    ...(target !== address && { "grpc.default_authority": address }),
    ...(target !== address && { "grpc.ssl_target_name_override": host }),
    ...(authority !== undefined && {
      "grpc.default_authority": authority,
      "grpc.ssl_target_name_override": authority.replace(/:\d+$/, ""),
    }),
  };
}

function callOptions({ timeoutMs }: CallOptions): { deadline?: Date } {
  return timeoutMs === undefined ? {} : { deadline: new Date(Date.now() + timeoutMs) };
}

function outcomeOf(
  { code, details, metadata }: StatusObject,
  headers: Metadata | undefined,
  message: Uint8Array | undefined,
): UnaryOutcome {
  const [statusDetails] = metadata.get("grpc-status-details-bin");
  return {
    code,
    details: detailsOf(code, details),
    headers: fromMetadata(headers),
    trailers: fromMetadata(metadata),
    statusDetails: statusDetails instanceof Buffer ? statusDetails : undefined,
    message,
  };
}

/** A view: grpc-js wants a Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
