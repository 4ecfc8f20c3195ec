import { describe, expect, test } from "bun:test";
import { certificates } from "@breakwater/http-client/testing";
import { ServerCredentials } from "@grpc/grpc-js";
import type { CallOptions, ConnectOptions, GrpcConnection } from "./connection.ts";
import { grpcClient } from "./grpc-client.ts";
import { checkHealth, healthOf } from "./health.ts";
import { reflect } from "./reflection.ts";
import type { GrpcMethod } from "./schema/schema.ts";
import { statusDetailsOf } from "./status-details.ts";
import type { GrpcStream, GrpcStreamEnd } from "./stream.ts";
import { schemas } from "./testing/schemas.ts";
import { type TestServer, testServer } from "./testing/test-server.ts";

const [, schema] = schemas[0]!;

function method(name: string): GrpcMethod {
  return schema.methods.find((known) => known.name === name)!;
}

const call = (name: string, options: Partial<CallOptions> = {}): CallOptions => ({
  path: method(name).path,
  metadata: {},
  timeoutMs: 10_000,
  ...options,
});

async function connect(
  { address }: TestServer,
  options: Partial<ConnectOptions> = {},
): Promise<GrpcConnection & AsyncDisposable> {
  const client = grpcClient();
  const connection = await client.connect({
    address,
    tls: undefined,
    userAgent: "test/1",
    timeoutMs: 10_000,
    ...options,
  });
  return Object.assign(connection, { [Symbol.asyncDispose]: async () => connection.close() });
}

/** The code and message that connecting fails with. */
async function failure(options: Partial<ConnectOptions>): Promise<string> {
  const all = { address: "", tls: undefined, userAgent: "", timeoutMs: 10_000, ...options };
  return await grpcClient()
    .connect(all)
    .then(
      () => "connected",
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    );
}

test("a unary call gives status, headers, trailers and message", async () => {
  using server = await testServer();
  await using connection = await connect(server);
  const metadata = { own: "yes", "some-bin": new Uint8Array([1, 200]) };
  const message = { aString: "grün", anInt64: "9007199254740993" };
  const request = method("Echo").encode(message);
  const outcome = await connection.unary(call("Echo", { metadata }), request).done;
  expect(outcome).toMatchObject({ code: 0, details: "OK" });
  expect(outcome.headers).toMatchObject({ "raw-bin": ["\u0000\u00ff"] });
  expect(outcome.trailers).toMatchObject({ last: ["word"] });
  expect(method("Echo").decode(outcome.message!)).toMatchObject(message);
  const [seen] = server.seen;
  expect(seen?.get("own")).toEqual(["yes"]);
  expect(seen?.get("some-bin")).toEqual([Buffer.from([1, 200])]);
  expect(String(seen?.get("user-agent"))).toStartWith("test/1 ");
});

test("a call that fails gives its status, with what is known of the details", async () => {
  using server = await testServer();
  await using connection = await connect(server);
  const request = method("Echo").encode({ aString: "details" });
  const { code, details, message, statusDetails } = await connection.unary(call("Echo"), request)
    .done;
  expect([code, details, message]).toEqual([5, "not hère", undefined]);
  expect(statusDetailsOf(statusDetails, schema.types)).toEqual([
    { "@type": "type.googleapis.com/everything.v1.Range", from: 4, to: 0 },
    { "@type": "type.googleapis.com/unknown.Thing", value: "AQ==" },
  ]);
});

test("a deadline ends a call that nobody answers", async () => {
  using server = await testServer();
  await using connection = await connect(server);
  const request = method("Echo").encode({ aString: "slow" });
  const { code, details } = await connection.unary(call("Echo", { timeoutMs: 30 }), request).done;
  expect(code).toBe(4);
  // The server, which is told of it, may be the first to say so.
  expect(details).toMatch(/deadline exceeded$/i);
});

test("a call can be cancelled", async () => {
  using server = await testServer();
  await using connection = await connect(server);
  const slow = connection.unary(call("Echo"), method("Echo").encode({ aString: "slow" }));
  slow.cancel();
  expect((await slow.done).code).toBe(1);
});

test.each([
  ["maxReceiveBytes", 8],
  ["maxSendBytes", 8],
])("a message beyond %s fails its call", async (limit, code) => {
  using server = await testServer();
  await using connection = await connect(server, { [limit]: 100 });
  const request = method("Echo").encode({ aString: "x".repeat(200) });
  expect((await connection.unary(call("Echo"), request).done).code).toBe(code);
});

test("the bytes of the wire are counted", async () => {
  using server = await testServer();
  await using connection = await connect(server);
  const request = method("Echo").encode({ aString: "x".repeat(20_000) });
  connection.takeBytes();
  await connection.unary(call("Echo"), request).done;
  const { sent, received } = connection.takeBytes();
  expect(sent).toBeGreaterThan(20_000);
  expect(received).toBeGreaterThan(20_000);
  expect(sent + received).toBeLessThan(41_500);
});

/** Streams, and gathers what comes until the end. */
async function stream(
  connection: GrpcConnection,
  name: string,
  run: (stream: GrpcStream) => void,
): Promise<readonly [messages: readonly unknown[], end: GrpcStreamEnd]> {
  const messages: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<GrpcStreamEnd>();
  run(
    connection.stream(call(name), {
      onMessage: (bytes) => messages.push(method(name).decode(bytes)),
      onEnd: resolve,
    }),
  );
  return [messages, await promise];
}

describe("a stream", () => {
  test("of the server's gives all messages and then the status", async () => {
    using server = await testServer();
    await using connection = await connect(server);
    const [messages, { code }] = await stream(connection, "Count", (opened) => {
      opened.write(method("Count").encode({ from: 0, to: 5000 }));
      opened.end();
    });
    expect(code).toBe(0);
    expect(messages).toEqual(Array.from({ length: 5000 }, (_, value) => ({ value })));
  });

  test("that was paused loses nothing before its end", async () => {
    using server = await testServer();
    await using connection = await connect(server);
    const [messages] = await stream(connection, "Count", (opened) => {
      opened.write(method("Count").encode({ from: 0, to: 50 }));
      opened.end();
      opened.pause();
      // By its answer everything of the stream has come.
      const later = connection.unary(call("Echo"), method("Echo").encode({}));
      void later.done.then(() => opened.resume());
    });
    expect(messages).toHaveLength(50);
  });

  test("of the client's is answered once", async () => {
    using server = await testServer();
    await using connection = await connect(server);
    const [messages, { code }] = await stream(connection, "Sum", (opened) => {
      for (const value of [1, 2, 3]) opened.write(method("Sum").encode({ value }));
      opened.end();
    });
    expect([code, messages]).toEqual([0, [{ value: 6 }]]);
  });

  test("of both goes on until it is ended, in order", async () => {
    using server = await testServer();
    await using connection = await connect(server);
    const [messages, { code }] = await stream(connection, "Mirror", (opened) => {
      for (let index = 0; index < 300; index += 1) {
        opened.write(method("Mirror").encode({ aString: String(index) }));
      }
      opened.end();
    });
    expect(code).toBe(0);
    expect(messages.map((message) => (message as { aString: string }).aString)).toEqual(
      Array.from({ length: 300 }, (_, index) => String(index)),
    );
  });

  test("that fails gives its status", async () => {
    using server = await testServer();
    await using connection = await connect(server);
    const [messages, { code, details }] = await stream(connection, "Count", (opened) => {
      opened.write(method("Count").encode({ from: 2, to: 1 }));
      opened.end();
    });
    expect([messages, code, details]).toEqual([[], 11, "backwards"]);
  });

  test("can be cancelled", async () => {
    using server = await testServer();
    await using connection = await connect(server);
    const [, { code }] = await stream(connection, "Mirror", (opened) => opened.cancel());
    expect(code).toBe(1);
  });

  test("ends when the server is gone", async () => {
    const server = await testServer();
    await using connection = await connect(server);
    const [, { code }] = await stream(connection, "Mirror", (opened) => {
      opened.write(method("Mirror").encode({}));
      server.drop();
    });
    expect(code).toBe(14);
  });
});

test.each([["v1"], ["v1alpha"]])("a server describes itself by %s", async (version) => {
  using server = await testServer({ reflection: [version] });
  await using connection = await connect(server);
  const options = { metadata: {}, timeoutMs: 10_000, address: server.address };
  const described = await reflect(connection, options);
  const echo = described.methods.find(({ path }) => path === "/everything.v1.Everything/Echo");
  const message = { color: "COLOR_RED", time: "2026-01-01T00:00:00Z", byName: { a: "1" } };
  expect(echo?.decode(echo.encode(message))).toMatchObject(message);
});

test("a server that does not describe itself is an error that says so", async () => {
  using server = await testServer();
  await using connection = await connect(server);
  const options = { metadata: {}, timeoutMs: 10_000, address: server.address };
  const error = await reflect(connection, options).catch((thrown: unknown) => thrown);
  expect(String(error)).toStartWith(
    `GrpcClientError: Cannot read what ${server.address} describes of itself: `,
  );
});

test.each([
  ["", 1],
  ["down", 2],
])("the health of %p is %p", async (service, wanted) => {
  using server = await testServer();
  await using connection = await connect(server);
  const { code, message } = await checkHealth(connection, service).done;
  expect([code, healthOf(message!)]).toEqual([0, wanted]);
});

function secureServer(): Promise<TestServer> {
  const pair = {
    cert_chain: Buffer.from(certificates.localhost),
    private_key: Buffer.from(certificates.key),
  };
  return testServer({ credentials: ServerCredentials.createSsl(null, [pair]) });
}

describe("over TLS", () => {
  const trusting = { insecureSkipVerify: false, ca: [certificates.authority] };

  test("a call is answered when the authority is known", async () => {
    using server = await secureServer();
    await using connection = await connect(server, {
      address: `localhost:${server.port}`,
      tls: trusting,
    });
    const request = method("Echo").encode({ aString: "secret" });
    expect((await connection.unary(call("Echo"), request).done).code).toBe(0);
  });

  test("an authority that nobody knows is refused, unless verifying is skipped", async () => {
    using server = await secureServer();
    const address = `localhost:${server.port}`;
    const tls = { insecureSkipVerify: false };
    expect(await failure({ address, tls })).toStartWith(
      `connect_failed: Cannot connect to ${address}`,
    );
    expect(await failure({ address, tls: { insecureSkipVerify: true } })).toBe("connected");
  });

  test("a key that is none is told", async () => {
    using server = await secureServer();
    const tls = { insecureSkipVerify: false, cert: "x", key: "y" };
    expect(await failure({ address: server.address, tls })).toStartWith(
      "bad_tls: Cannot use the TLS settings: ",
    );
  });
});

test("nobody listening is told at once", async () => {
  const server = await testServer();
  server.drop();
  const { address } = server;
  expect(await failure({ address })).toBe(
    `connect_failed: Cannot connect to ${address}: connection refused; does a server listen there?`,
  );
});

test("a server that never answers is given up after the timeout", async () => {
  using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const address = `127.0.0.1:${server.port}`;
  expect(await failure({ address, timeoutMs: 50 })).toBe(
    `connect_timeout: Cannot connect to ${address}: no connection within 50 ms`,
  );
});

test("an address may lead elsewhere, and keeps its name", async () => {
  using server = await testServer();
  const client = grpcClient({ resolve: async () => server.address });
  const options = { tls: undefined, userAgent: "", timeoutMs: 10_000 };
  const connection = await client.connect({ address: "elsewhere.test:1", ...options });
  const { code } = await connection.unary(call("Echo"), method("Echo").encode({})).done;
  connection.close();
  expect(code).toBe(0);
});

test("metadata that cannot be sent is refused", async () => {
  using server = await testServer();
  await using connection = await connect(server);
  const metadata = { "bad name": "x" };
  expect(() => connection.unary(call("Echo", { metadata }), new Uint8Array(0))).toThrow(
    "Cannot send the metadata bad name",
  );
});
