import { describe, expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { grpcHandler } from "./grpc-handler.ts";
import { type GrpcHealth, grpcHealth } from "./grpc-health.ts";
import { withReflection } from "./grpc-reflection.ts";
import { type GrpcTestClient, grpcTestClient } from "./testing/grpc-test-client.ts";
import { serveGrpc } from "./testing/serve-grpc.ts";

interface Served extends AsyncDisposable {
  readonly health: GrpcHealth;
  readonly client: GrpcTestClient;
}

async function serve(): Promise<Served> {
  const health = grpcHealth();
  const onError = (error: unknown): void => {
    throw error;
  };
  const services = withReflection([health.service]);
  const server = serveGrpc(grpcHandler({ services, clock: systemClock(), onError }));
  const client = await grpcTestClient(server.port);
  return {
    health,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await server.stop({ graceMs: 0 });
    },
  };
}

const check = "/grpc.health.v1.Health/Check";
const watch = "/grpc.health.v1.Health/Watch";

test.each([
  ["", 0, { status: "SERVING" }],
  ["a.Service", 0, { status: "NOT_SERVING" }],
  ["other.Service", 5, undefined],
])("the health of %p is what was set, or NOT_FOUND", async (service, code, message) => {
  await using served = await serve();
  served.health.setStatus("a.Service", "NOT_SERVING");
  const outcome = await served.client.unary(check, { service });
  expect([outcome.code, outcome.message]).toEqual([code, message]);
});

test("the list has all services", async () => {
  await using served = await serve();
  served.health.setStatus("a.Service", "NOT_SERVING");
  const { message } = await served.client.unary("/grpc.health.v1.Health/List", {});
  expect(message).toEqual({
    statuses: { "": { status: "SERVING" }, "a.Service": { status: "NOT_SERVING" } },
  });
});

describe("whoever watches a service", () => {
  test("is told its status, also when there is none, and each change once", async () => {
    await using served = await serve();
    const stream = served.client.stream(watch);
    stream.send({ service: "a.Service" });
    expect(await stream.next()).toEqual({ status: "SERVICE_UNKNOWN" });
    served.health.setStatus("a.Service", "SERVING");
    served.health.setStatus("a.Service", "SERVING");
    served.health.setStatus("other.Service", "SERVING");
    served.health.setStatus("a.Service", "NOT_SERVING");
    expect(await stream.next()).toEqual({ status: "SERVING" });
    expect(await stream.next()).toEqual({ status: "NOT_SERVING" });
    stream.cancel();
    expect((await stream.ended).code).toBe(1);
  });

  test("is told of a shutdown, which is final, and then is not kept", async () => {
    await using served = await serve();
    const stream = served.client.stream(watch);
    stream.send({ service: "" });
    expect(await stream.next()).toEqual({ status: "SERVING" });
    served.health.shutDown();
    served.health.setStatus("", "SERVING");
    expect(await stream.next()).toEqual({ status: "NOT_SERVING" });
    expect((await stream.ended).code).toBe(0);
    const late = served.client.stream(watch);
    late.send({ service: "" });
    expect(await late.next()).toEqual({ status: "NOT_SERVING" });
    expect((await late.ended).code).toBe(0);
  });
});
