import { expect, test } from "bun:test";
import type { RunningHttpServer } from "@breakwater/http-server";
import { systemClock } from "@breakwater/system-clock";
import { grpcHandler } from "./grpc-handler.ts";
import { withReflection } from "./grpc-reflection.ts";
import { grpcTestClient } from "./testing/grpc-test-client.ts";
import { type NumbersOptions, numbersService } from "./testing/numbers.ts";
import { serveGrpc } from "./testing/serve-grpc.ts";

const errors: unknown[] = [];

function serve(options: NumbersOptions = {}): RunningHttpServer {
  return serveGrpc(
    grpcHandler({
      services: withReflection([numbersService(options)]),
      clock: systemClock(),
      onError: (error) => void errors.push(error),
    }),
  );
}

test("a unary call brings message, headers and trailers to a real client", async () => {
  await using server = serve({
    double({ value }, call) {
      call.addHeader(["first", "1"]);
      call.addTrailer(["raw-bin", new Uint8Array([0, 255])]);
      return { value: value + call.metadata.filter(([name]) => name === "own").length };
    },
  });
  using client = await grpcTestClient(server.port);
  const outcome = await client.unary("/test.v1.Numbers/Double", { value: 1 }, { own: "yes" });
  expect(outcome).toMatchObject({
    code: 0,
    headers: { first: ["1"] },
    trailers: { "raw-bin": ["\u0000\u00ff"] },
    message: { value: 2 },
  });
});

test("thousands of calls at once are all answered", async () => {
  await using server = serve();
  using client = await grpcTestClient(server.port);
  const values = Array.from({ length: 3000 }, (_, value) => value);
  const outcomes = await Promise.all(
    values.map((value) => client.unary("/test.v1.Numbers/Double", { value })),
  );
  expect(outcomes.map(({ message }) => (message as { value: number }).value)).toEqual(
    values.map((value) => 2 * value),
  );
});

test("messages of megabytes go there and back, and larger ones are refused", async () => {
  await using server = serve();
  using client = await grpcTestClient(server.port);
  const note = (bytes: number): string => Buffer.alloc(bytes, 7).toString("base64");
  const call = (bytes: number) => {
    return client.unary("/test.v1.Numbers/Double", { value: 1, note: note(bytes) });
  };
  expect((await call(4_000_000)).message).toMatchObject({ value: 2, note: note(4_000_000) });
  expect(await call(4_200_000)).toMatchObject({
    code: 8,
    details: "Cannot read a message of 4200007 bytes: up to 4194304 are taken",
  });
});

test("a stream of both goes on until it is ended, in order", async () => {
  await using server = serve();
  using client = await grpcTestClient(server.port);
  const stream = client.stream("/test.v1.Numbers/Mirror");
  for (let value = 0; value < 1000; value += 1) stream.send({ value });
  for (let value = 0; value < 1000; value += 1) {
    expect(await stream.next()).toMatchObject({ value });
  }
  stream.end();
  expect((await stream.ended).code).toBe(0);
});

test("a client that reads late gets megabytes that the server did not hold", async () => {
  await using server = serve();
  using client = await grpcTestClient(server.port);
  const stream = client.stream("/test.v1.Numbers/Mirror");
  const note = Buffer.alloc(100_000, 1).toString("base64");
  stream.pause();
  // More than the server keeps unsent: without a halt, it would cut the stream.
  for (let value = 0; value < 80; value += 1) stream.send({ value, note });
  stream.end();
  await client.unary("/test.v1.Numbers/Double", { value: 1 });
  stream.resume();
  for (let value = 0; value < 80; value += 1) {
    expect(await stream.next()).toMatchObject({ value, note });
  }
  expect((await stream.ended).code).toBe(0);
});

test("a call that the client cancels is cancelled for its handler", async () => {
  const cancelled = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using server = serve({
    double(_num, call) {
      call.onCancel(cancelled.resolve);
      begun.resolve();
      return new Promise(() => {});
    },
  });
  using client = await grpcTestClient(server.port);
  const stream = client.stream("/test.v1.Numbers/Double");
  stream.send({ value: 1 });
  stream.end();
  await begun.promise;
  stream.cancel();
  await cancelled.promise;
  expect((await stream.ended).code).toBe(1);
});

test("an error of the handler's is UNKNOWN, and its server goes on", async () => {
  await using server = serve({
    double({ value }) {
      if (value < 0) throw new Error("a bug");
      return { value };
    },
  });
  using client = await grpcTestClient(server.port);
  const call = (value: number) => client.unary("/test.v1.Numbers/Double", { value });
  expect(await call(-1)).toMatchObject({ code: 2, details: "The server failed to answer" });
  expect(await call(1)).toMatchObject({ code: 0 });
  expect(String(errors)).toBe("Error: a bug");
});

test("what is not gRPC is told so", async () => {
  await using server = serve();
  const response = await fetch(server.url);
  expect(response.status).toBe(415);
  expect(await response.json()).toEqual({
    error:
      "Cannot answer a request without content-type: " +
      "this port speaks gRPC, application/grpc over HTTP/2",
  });
});
