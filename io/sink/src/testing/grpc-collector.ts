import { type Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";

export interface GrpcCollector extends Disposable {
  /** host:port */
  readonly endpoint: string;
  readonly received: readonly { readonly body: Uint8Array; readonly metadata: Metadata }[];
}

/**
 * An OpenTelemetry collector's side of the gRPC protocol. It answers with `failures` first, then
 * takes everything, and says so with `response`.
 */
export async function grpcCollector(
  failures: readonly (keyof typeof status)[] = [],
  response: Uint8Array = new Uint8Array(),
): Promise<GrpcCollector> {
  const received: { body: Uint8Array; metadata: Metadata }[] = [];
  const left = [...failures];
  const server = new Server();
  const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
  server.register(
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    (
      call: { readonly request: Uint8Array; readonly metadata: Metadata },
      answer: (error: object | null, response?: Uint8Array) => void,
    ) => {
      received.push({ body: call.request, metadata: call.metadata });
      const failure = left.shift();
      if (failure === undefined) answer(null, response);
      else answer({ code: status[failure], details: "as told" });
    },
    same,
    same,
    "unary",
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    endpoint: `127.0.0.1:${port}`,
    received,
    [Symbol.dispose]: () => server.forceShutdown(),
  };
}
