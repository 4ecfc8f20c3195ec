import { isAbsolute, join } from "node:path";
import {
  checkHealth,
  type GrpcClient,
  type GrpcConnection,
  type GrpcMethod,
  grpcClient,
  healthOf,
  loadProtoFiles,
  reflect,
  type Schema,
  schemaFromDescriptorSet,
  statusDetailsOf,
  type TypeSource,
  type UnaryCall,
  type UnaryOutcome,
} from "@breakwater/grpc-client";
import { builtins, type Metric } from "@breakwater/metrics";
import type { VuContext } from "../../vu/vu-context.ts";
import { FrozenTags } from "../ws/frozen-tags.ts";
import { sharedNetwork } from "../ws/shared-network.ts";
import { type CallParams, readCallParams } from "./call-params.ts";
import { readConnectParams } from "./connect-params.ts";

/** What a unary call gives; k6's shape. A call that failed is one, with its status and error. */
export interface InvokeResponse {
  /** As JSON, unpopulated fields too; null when it was not wanted. */
  readonly message: unknown;
  readonly error: {
    readonly code: number;
    readonly message: string;
    details: readonly unknown[];
  } | null;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly trailers: Readonly<Record<string, readonly string[]>>;
  readonly status: number;
}

/** What load() says of each method; the names are k6's. */
export interface MethodInfo {
  readonly package: string;
  readonly service: string;
  readonly full_method: string;
  readonly name: string;
  readonly is_client_stream: boolean;
  readonly is_server_stream: boolean;
}

/** A method and where its messages' types are found. */
export interface KnownMethod {
  readonly method: GrpcMethod;
  readonly types: TypeSource;
}

const INVOKE_TIMEOUT_MS = 120_000; // k6's

/** k6's grpc Client: one connection at a time, and the methods that it was told of. */
export class Client {
  readonly #vu: VuContext;
  /** Shared by all VUs. */
  readonly #schemas: Schema[] = [];
  #connection: GrpcConnection | undefined;
  #address = "";

  /** `vu` is bound before the script sees this. */
  constructor(vu: VuContext) {
    this.#vu = vu;
  }

  /** @throws Error with file, line and what is wrong */
  load(importPaths: readonly string[] | null | undefined, ...files: string[]): MethodInfo[] {
    const { activity, test } = this.#vu;
    activity.assertLoading("load .proto files");
    const folders = (importPaths ?? []).map((path) => absolute(test.folder, path));
    const options = {
      importPaths: folders.length === 0 ? [test.folder] : folders,
      files: files.map(String),
      readFile: (path: string) => test.readFile(path),
    };
    const key = JSON.stringify([options.importPaths, options.files]);
    return this.#add(test.shared("proto files", key, () => loadProtoFiles(options)));
  }

  loadProtoset(path: string): MethodInfo[] {
    const { activity, test } = this.#vu;
    activity.assertLoading("load a protoset");
    const file = absolute(test.folder, String(path));
    const load = () => schemaFromDescriptorSet(test.readFile(file), file);
    return this.#add(test.shared("protoset", file, load));
  }

  /** Rejects when there is no connection, or no reflection where that was asked for. */
  connect(address: unknown, params?: unknown): Promise<boolean> {
    const vu = this.#vu;
    vu.activity.assertRunning("connect to a gRPC server");
    const options = readConnectParams(vu, String(address), params);
    return vu.activity.block(async () => {
      const connection = await this.#uncut(sharedGrpcClient(vu).connect(options), (late) =>
        late.close(),
      );
      this.#connection?.close();
      this.#connection = connection;
      this.#address = options.address;
      if (options.reflects) {
        const { reflectMetadata: metadata, timeoutMs } = options;
        const described = reflect(connection, { metadata, timeoutMs, address: options.address });
        this.#add(await this.#uncut(described));
        countBytes(vu, connection);
      }
      return true;
    });
  }

  invoke(method: unknown, request: unknown, params?: unknown): Promise<InvokeResponse> {
    const send = this.#prepare(method, request, params);
    return this.#vu.activity.block(send);
  }

  /** As invoke(), beside what else the script does. */
  async asyncInvoke(method: unknown, request: unknown, params?: unknown): Promise<InvokeResponse> {
    const { activity } = this.#vu;
    const send = this.#prepare(method, request, params);
    const { promise, resolve, reject } = Promise.withResolvers<InvokeResponse>();
    const hold = activity.hold(() => {});
    const deliver = (settle: () => void): void =>
      hold.deliver(() => {
        settle();
        hold.release();
      });
    send().then(
      (response) => deliver(() => resolve(response)),
      (error: unknown) => (activity.isRunning ? deliver(() => reject(error)) : reject(error)),
    );
    return await promise;
  }

  /** Rejects when the server has no health service, or does not know `service`. */
  healthCheck(service?: unknown): Promise<{ readonly status: number }> {
    const connection = this.#connected();
    const name = service === undefined || service === null ? "" : String(service);
    const tags = new FrozenTags(this.#vu.tags, undefined, {});
    return this.#vu.activity.block(async () => {
      const { code, details, message } = await this.#run(checkHealth(connection, name), tags);
      if (message !== undefined) return { status: healthOf(message) };
      throw new Error(`Cannot check the health of ${this.#address}: ${details} (status ${code})`);
    });
  }

  close(): void {
    if (this.#connection) this.#countBytes(this.#connection);
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** For Stream. @throws Error when there is none */
  static connectionOf(client: unknown): { connection: GrpcConnection; address: string } {
    if (!(client instanceof Client)) {
      throw new TypeError("Cannot open a stream without a client: give a grpc Client");
    }
    return { connection: client.#connected(), address: client.#address };
  }

  /** For Stream. @throws Error when it was not loaded */
  static methodOf(client: Client, name: unknown): KnownMethod {
    return client.#find(name);
  }

  #add(schema: Schema): MethodInfo[] {
    this.#schemas.push(schema);
    return schema.methods.map((method) => ({
      package: method.package,
      service: method.service,
      full_method: method.path,
      name: method.name,
      is_client_stream: method.isClientStream,
      is_server_stream: method.isServerStream,
    }));
  }

  #connected(): GrpcConnection {
    this.#vu.activity.assertRunning("call a gRPC method");
    if (this.#connection) return this.#connection;
    throw new Error("Cannot call a gRPC method without a connection: call connect() first");
  }

  /** What was loaded last counts. */
  #find(name: unknown): KnownMethod {
    const path = `/${String(name ?? "").replace(/^\//, "")}`;
    for (const { methods, types } of this.#schemas.toReversed()) {
      const method = methods.find((known) => known.path === path);
      if (method) return { method, types };
    }
    throw new Error(
      `Cannot call ${path}: no such method was loaded; use load(), loadProtoset() or reflect`,
    );
  }

  /** Everything that can be wrong is, before anything is sent. */
  #prepare(name: unknown, request: unknown, given: unknown): () => Promise<InvokeResponse> {
    const connection = this.#connected();
    const known = this.#find(name);
    const params = readCallParams(given);
    if (request === undefined || request === null) {
      throw new TypeError(`Cannot call ${known.method.path} without a request: give an object`);
    }
    const bytes = known.method.encode(request);
    const { path } = known.method;
    const { metadata, timeoutMs = INVOKE_TIMEOUT_MS } = params;
    const tags = callTags(this.#vu, this.#address, path, params);
    return async () => {
      const call = connection.unary({ path, metadata, timeoutMs }, bytes);
      return toResponse(await this.#run(call, tags), known, params);
    };
  }

  async #run(call: UnaryCall, tags: FrozenTags): Promise<UnaryOutcome> {
    const startedMs = this.#vu.clock.nowMs();
    const outcome = await this.#uncut(call.done, undefined, () => call.cancel());
    tags.set("status", String(outcome.code));
    this.#measure(tags, startedMs);
    return outcome;
  }

  #measure(tags: FrozenTags, startedMs: number): void {
    const { clock } = this.#vu;
    if (this.#connection) this.#countBytes(this.#connection);
    const nowMs = clock.nowMs();
    grpcMetric(this.#vu, "grpc_req_duration").add(nowMs - startedMs, tags, nowMs);
  }

  #countBytes(connection: GrpcConnection): void {
    countBytes(this.#vu, connection);
  }

  /** Rejects at once when the iteration is interrupted; `onLate` is given what comes then. */
  #uncut<T>(result: Promise<T>, onLate?: (value: T) => void, onInterrupt?: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      let isCut = false;
      const stopWaiting = this.#vu.activity.whileWaiting((error) => {
        isCut = true;
        onInterrupt?.();
        reject(error);
      });
      result
        .then((value) => {
          if (isCut) onLate?.(value);
          resolve(value);
        }, reject)
        .finally(stopWaiting);
    });
  }
}

/** The tags of a call (load.md 1.6). */
export function callTags(
  { tags }: VuContext,
  address: string,
  path: string,
  params: CallParams,
): FrozenTags {
  const [, service = "", method = ""] = path.split("/");
  const name = params.tags?.name ?? path;
  return new FrozenTags(tags, params.tags, { url: `${address}${path}`, service, method, name });
}

type GrpcMetricName =
  | "grpc_req_duration"
  | "grpc_streams"
  | "grpc_streams_msgs_sent"
  | "grpc_streams_msgs_received";

export function grpcMetric({ measure }: VuContext, name: GrpcMetricName): Metric {
  return measure.registry.metric(name, ...builtins[name]);
}

/** What has gone over the connection since it was counted last. */
export function countBytes(vu: VuContext, connection: GrpcConnection): void {
  const { sent, received } = connection.takeBytes();
  vu.bytesSent += sent;
  vu.bytesReceived += received;
}

function sharedGrpcClient(vu: VuContext): GrpcClient {
  return vu.test.shared("client", "grpc", () => {
    const { resolve } = sharedNetwork(vu);
    return grpcClient({
      resolve: async (address) => {
        const [, host = address, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? [];
        const target = await resolve({ host, port: Number(port ?? 443) });
        return `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
      },
    });
  });
}

function toResponse(
  outcome: UnaryOutcome,
  { method, types }: KnownMethod,
  { discardsMessage }: CallParams,
): InvokeResponse {
  const { code, details, headers, trailers, message, statusDetails } = outcome;
  const isOk = code === 0;
  return {
    // As k6: of a call that failed the message is there, empty.
    message: discardsMessage ? null : message ? method.decode(message) : method.empty(),
    error: isOk ? null : { code, message: details, details: statusDetailsOf(statusDetails, types) },
    headers,
    trailers,
    status: code,
  };
}

function absolute(folder: string, path: string): string {
  const plain = path.replace(/^file:\/\//, "");
  return isAbsolute(plain) ? plain : join(folder, plain);
}
