import { expect, test } from "bun:test";
import { type GrpcTestClient, grpcTestClient, serveGrpc } from "@breakwater/grpc-server/testing";
import { systemClock } from "@breakwater/system-clock";
import { type GrpcEcho, grpcEcho } from "./grpc-echo.ts";

interface Served extends AsyncDisposable {
  readonly echo: GrpcEcho;
  readonly client: GrpcTestClient;
  readonly authority: string;
}

/** More than a number holds to the last digit. */
const NOW_NANO = 1_795_274_502_206_114_677n;

async function serve(): Promise<Served> {
  const echo = grpcEcho({
    hostname: "origin-1",
    clock: systemClock(),
    unixNano: () => NOW_NANO,
    onError(error) {
      throw error;
    },
  });
  const server = serveGrpc(echo.handler);
  const client = await grpcTestClient(server.port);
  return {
    echo,
    client,
    authority: `127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server.stop({ graceMs: 0 });
    },
  };
}

const echoPath = "/echo.EchoService/Echo";
const streamPath = "/echo.EchoService/StreamEcho";

test("a message comes back with times, host, method and metadata", async () => {
  await using served = await serve();
  const sent = { message: "grüße", timestamp: "-9007199254740993" };
  const metadata = { own: "yes", "raw-bin": new Uint8Array([1, 200]), constructor: "x" };
  const { code, message } = await served.client.unary(echoPath, sent, metadata);
  expect([code, message]).toEqual([
    0,
    {
      message: "grüße",
      requestTimestamp: "-9007199254740993",
      responseTimestamp: String(NOW_NANO),
      serverHostname: "origin-1",
      metadata: {
        ":authority": served.authority,
        own: "yes",
        "raw-bin": "Acg=",
        constructor: "x",
        "content-type": "application/grpc",
        "user-agent": expect.stringMatching(/^test\/1 /),
        "grpc-accept-encoding": "identity,deflate,gzip",
        "accept-encoding": "identity",
      },
      method: echoPath,
      responseCode: 0,
    },
  ]);
});

test.each([
  [1, "Canceled"],
  [2, "Unknown"],
  [3, "InvalidArgument"],
  [4, "DeadlineExceeded"],
  [5, "NotFound"],
  [6, "AlreadyExists"],
  [7, "PermissionDenied"],
  [8, "ResourceExhausted"],
  [9, "FailedPrecondition"],
  [10, "Aborted"],
  [11, "OutOfRange"],
  [12, "Unimplemented"],
  [13, "Internal"],
  [14, "Unavailable"],
  [15, "DataLoss"],
  [16, "Unauthenticated"],
])("the response code %p ends the call with that status: %s", async (responseCode, name) => {
  await using served = await serve();
  const outcome = await served.client.unary(echoPath, { message: "x", responseCode });
  expect(outcome).toMatchObject({ code: responseCode, message: undefined });
  expect(outcome.details).toBe(`requested error: ${name}`);
});

test.each([17, -1, 2_147_483_647])(
  "the response code %p, which is none, is UNKNOWN",
  async (code) => {
    await using served = await serve();
    expect(await served.client.unary(echoPath, { responseCode: code })).toMatchObject({
      code: 2,
      details: `Cannot answer with status ${code}: gRPC has 0 to 16`,
    });
  },
);

test("a stream brings each message back, and ends with the client's end", async () => {
  await using served = await serve();
  const stream = served.client.stream(streamPath, { own: "yes" });
  for (const message of ["a", "b"]) {
    stream.send({ message, timestamp: "7" });
    expect(await stream.next()).toMatchObject({
      message,
      requestTimestamp: "7",
      responseTimestamp: String(NOW_NANO),
      metadata: { own: "yes" },
      method: streamPath,
    });
  }
  stream.end();
  expect((await stream.ended).code).toBe(0);
});

test("a stream's response code ends it after what was answered before", async () => {
  await using served = await serve();
  const stream = served.client.stream(streamPath);
  stream.send({ message: "a" });
  // grpc-js drops what it has not yet handed over when an error comes.
  expect(await stream.next()).toMatchObject({ message: "a" });
  stream.send({ message: "b", responseCode: 5 });
  stream.send({ message: "c" });
  expect(await stream.ended).toMatchObject({ code: 5, details: "requested error: NotFound" });
});

test("the health of server and service is what was set, and NOT_SERVING after a shutdown", async () => {
  await using served = await serve();
  const { client, echo } = served;
  const check = async (): Promise<unknown[]> => {
    const ask = (service: string) => client.unary("/grpc.health.v1.Health/Check", { service });
    const outcomes = await Promise.all([ask(""), ask("echo.EchoService")]);
    return outcomes.map(({ message }) => (message as { status: string }).status);
  };
  expect(await check()).toEqual(["SERVING", "SERVING"]);
  echo.setServing(false);
  expect(await check()).toEqual(["NOT_SERVING", "NOT_SERVING"]);
  echo.setServing(true);
  expect(await check()).toEqual(["SERVING", "SERVING"]);
  echo.shutDown();
  echo.setServing(true);
  expect(await check()).toEqual(["NOT_SERVING", "NOT_SERVING"]);
});

test("its services are found by reflection", async () => {
  await using served = await serve();
  const { methods } = served.client.schema;
  expect(methods.map(({ path }) => path).sort()).toEqual([
    "/echo.EchoService/Echo",
    "/echo.EchoService/StreamEcho",
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/List",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
  ]);
});
