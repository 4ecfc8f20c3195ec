import {
  type GrpcConnection,
  type GrpcMethod,
  type GrpcStreamEnd,
  grpcClient,
  type MetadataValues,
  reflect,
  type Schema,
} from "@breakwater/grpc-client";

/** A client that knows of the server what its reflection says. */
export interface GrpcTestClient extends Disposable {
  readonly schema: Schema;
  /** By the method's path, "/echo.EchoService/Echo"; a code other than 0 comes as a value. */
  unary(path: string, message: unknown, metadata?: MetadataValues): Promise<TestOutcome>;
  stream(path: string, metadata?: MetadataValues): TestStream;
}

export interface TestOutcome {
  readonly code: number;
  readonly details: string;
  readonly headers: Record<string, string[]>;
  readonly trailers: Record<string, string[]>;
  /** As JSON. */
  readonly message: unknown;
}

export interface TestStream {
  send(message: unknown): void;
  end(): void;
  cancel(): void;
  pause(): void;
  resume(): void;
  /** The next message as JSON; rejects when the stream ends before. */
  next(): Promise<unknown>;
  readonly ended: Promise<GrpcStreamEnd>;
}

const TIMEOUT_MS = 10_000;

export async function grpcTestClient(port: number): Promise<GrpcTestClient> {
  const address = `127.0.0.1:${port}`;
  const options = { address, tls: undefined, userAgent: "test/1", timeoutMs: TIMEOUT_MS };
  const connection = await grpcClient().connect(options);
  const schema = await reflect(connection, { metadata: {}, timeoutMs: TIMEOUT_MS, address });
  const find = (path: string): GrpcMethod => {
    const method = schema.methods.find((known) => known.path === path);
    if (method === undefined) throw new Error(`${address} has no ${path}`);
    return method;
  };
  return {
    schema,
    async unary(path, message, metadata = {}) {
      const method = find(path);
      const call = { path, metadata, timeoutMs: TIMEOUT_MS };
      const outcome = await connection.unary(call, method.encode(message)).done;
      const bytes = outcome.message;
      return { ...outcome, message: bytes === undefined ? undefined : method.decode(bytes) };
    },
    stream: (path, metadata = {}) => openStream(connection, find(path), metadata),
    [Symbol.dispose]: () => connection.close(),
  };
}

function openStream(
  connection: GrpcConnection,
  method: GrpcMethod,
  metadata: MetadataValues,
): TestStream {
  const messages: unknown[] = [];
  const ended = Promise.withResolvers<GrpcStreamEnd>();
  let look = (): void => {};
  const call = { path: method.path, metadata, timeoutMs: TIMEOUT_MS };
  const stream = connection.stream(call, {
    onMessage(bytes) {
      messages.push(method.decode(bytes));
      look();
    },
    onEnd: ended.resolve,
  });
  return {
    send: (message) => stream.write(method.encode(message)),
    end: () => stream.end(),
    cancel: () => stream.cancel(),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    next: () =>
      new Promise((resolve, reject) => {
        look = () => {
          if (messages.length === 0) return;
          look = () => {};
          resolve(messages.shift());
        };
        look();
        void ended.promise.then(({ details }) => reject(new Error(`It has ended: ${details}`)));
      }),
    ended: ended.promise,
  };
}
