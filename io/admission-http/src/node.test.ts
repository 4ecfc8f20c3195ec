import { describe, expect, test } from "bun:test";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, connect, Socket } from "node:net";
import type { Duplex } from "node:stream";
import fastify from "fastify";
import { fastifyAdmission } from "./fastify.ts";
import { admit, admitUpgrade } from "./node.ts";
import { limiterOf, until } from "./testing/limiters.ts";
import { clock } from "./testing/scene.ts";

async function serveUpgrades(upgrades: "hold" | "release") {
  const limiter = limiterOf(1);
  const server = createServer();
  const open: Duplex[] = [];
  const listener = (_request: IncomingMessage, socket: Duplex) => {
    open.push(socket);
    socket.on("end", () => socket.end());
    socket.resume();
    socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  };
  server.on("upgrade", admitUpgrade(listener, { limiter, clock, upgrades, random: () => 0 }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { limiter, port, [Symbol.dispose]: () => void server.close() };
}

/** A client that asks for an upgrade, with what it was told up to the end of the head. */
async function askUpgrade(port: number): Promise<{ client: Socket; told: string }> {
  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
  let told = "";
  client.on("data", (bytes) => {
    told += bytes;
  });
  await until(() => told.includes("\r\n\r\n"));
  return { client, told };
}

describe("upgrades of node:http", () => {
  test("count as in flight until the socket closes, and others are refused in HTTP", async () => {
    using server = await serveUpgrades("hold");
    const first = await askUpgrade(server.port);
    expect(first.told).toStartWith("HTTP/1.1 101 ");
    const second = await askUpgrade(server.port);
    const [head = "", body = ""] = second.told.split("\r\n\r\n");
    expect(head.split("\r\n")).toEqual([
      "HTTP/1.1 503 Service Unavailable",
      "connection: close",
      "content-type: application/problem+json",
      expect.stringMatching(/^content-length: \d+$/),
      "cache-control: no-store",
      "retry-after: 1",
    ]);
    expect(head).toContain(`content-length: ${body.length}`);
    first.client.destroy();
    await until(() => server.limiter.snapshot().inFlight === 0);
    expect(server.limiter.snapshot().released).toMatchObject({ ignored: 1 });
  });

  test("do not count once they are open, as a rule", async () => {
    using server = await serveUpgrades("release");
    const { client } = await askUpgrade(server.port);
    expect(server.limiter.snapshot()).toMatchObject({ inFlight: 0, released: { ignored: 1 } });
    client.destroy();
  });
});

/** A response that nobody reads, to a request that nobody sent. */
function exchange() {
  const request = new IncomingMessage(new Socket());
  return { request, response: new ServerResponse(request) };
}

describe("a listener of node:http", () => {
  test("that throws at once gives the slot back, and throws", () => {
    const limiter = limiterOf(1);
    const listener = admit(
      () => {
        throw new Error("thrown");
      },
      { limiter, clock },
    );
    const { request, response } = exchange();
    expect(() => listener(request, response)).toThrow("thrown");
    response.emit("close");
    expect(limiter.snapshot()).toMatchObject({
      inFlight: 0,
      released: { ignored: 1 },
      doubleReleases: 0,
    });
  });

  test("whose client has gone before it was asked takes no slot for good", () => {
    const limiter = limiterOf(1);
    const { request, response } = exchange();
    response.destroy();
    admit(() => {}, { limiter, clock })(request, response);
    expect(limiter.snapshot().inFlight).toBe(0);
  });

  test("gets an upgrade that came as a request, which is held or released at once", () => {
    for (const [upgrades, inFlight] of [
      ["hold", 1],
      ["release", 0],
    ] as const) {
      const limiter = limiterOf(1);
      const { request, response } = exchange();
      Object.assign(request, { upgrade: true });
      admit(() => {}, { limiter, clock, upgrades })(request, response);
      expect(limiter.snapshot().inFlight).toBe(inFlight);
      response.emit("close");
      expect(limiter.snapshot().inFlight).toBe(0);
    }
  });
});

test("Fastify has it in front of the scope it is registered in, and of no other", async () => {
  const limiter = limiterOf(1);
  limiter.close();
  await using app = fastify();
  app.get("/open", async () => "open");
  app.register(
    (api, _options, done) => {
      api.register(fastifyAdmission, { limiter, clock });
      api.get("/closed", async () => "never");
      api.register((inner, _none, innerDone) => {
        inner.get("/inner", async () => "never");
        innerDone();
      });
      done();
    },
    { prefix: "/api" },
  );
  const codes = [];
  for (const url of ["/open", "/api/closed", "/api/inner"]) {
    codes.push((await app.inject({ url })).statusCode);
  }
  expect(codes).toEqual([200, 503, 503]);
});

test("Fastify is told of a wrong option when it starts", async () => {
  await using app = fastify();
  app.register(fastifyAdmission, { limiter: limiterOf(1), clock, statuses: { limit: 200 } });
  await expect(app.ready().then(() => {})).rejects.toMatchObject({ code: "bad_option" });
});
