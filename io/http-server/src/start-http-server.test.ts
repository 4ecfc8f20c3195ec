import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { byteClient } from "./testing/byte-client.ts";
import { protocolStage, testIdentity } from "./testing/protocol-stage.ts";
import { testLimits } from "./testing/test-limits.ts";

test("both ends are known by address and port, IPv4 as such", async () => {
  await using stage = protocolStage({ hostname: undefined });
  const { port } = stage.server;
  using overIpv4 = await byteClient({ port });
  await overIpv4.send("x");
  const { source, destination } = (await stage.next()).transport.connection;
  expect([source, destination]).toEqual([overIpv4.address, `127.0.0.1:${port}`]);
  using overIpv6 = await byteClient({ port, hostname: "::1" });
  await overIpv6.send("x");
  expect((await stage.next()).transport.connection.destination).toBe(`[::1]:${port}`);
  expect(stage.server.url.href).toBe(`http://127.0.0.1:${port}/`);
});

test("one connection too many is told so, and one that closes makes room", async () => {
  await using stage = protocolStage({ limits: { ...testLimits, maxConnections: 1 } });
  const { port } = stage.server;
  const first = await byteClient({ port });
  await first.send("x");
  const { transport, closed } = await stage.next();
  using second = await byteClient({ port });
  await second.send("GET / HTTP/1.1\r\n\r\n");
  const answer = (await second.ended).toString();
  expect(answer).toStartWith("HTTP/1.1 503 Service Unavailable\r\n");
  expect(answer).toContain("Connection: close\r\n");
  expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toEqual({
    error: "Cannot take another connection: 1 are open, which is the limit",
  });
  second.endWriting();
  await second.closed;
  transport.reset();
  await closed;
  using third = await byteClient({ port });
  await third.send("x");
  await stage.next();
  expect(stage.server.counts()).toEqual({
    openConnections: 1,
    acceptedConnections: 2,
    requestsInFlight: 0,
  });
});

test("of clients that are told so and do not go, only some are kept", async () => {
  await using stage = protocolStage({ limits: { ...testLimits, maxConnections: 0 } });
  const { port } = stage.server;
  const refused = await Promise.all(Array.from({ length: 256 }, () => byteClient({ port })));
  await Promise.all(refused.map(({ ended }) => ended));
  using onTop = await byteClient({ port });
  expect(await onTop.closed).toBe("reset");
  expect(stage.server.counts().openConnections).toBe(256);
  for (const client of refused) client.reset();
});

test("one TLS connection too many is reset", async () => {
  const limits = { ...testLimits, maxConnections: 0 };
  await using stage = protocolStage({ tls: testIdentity, limits });
  using client = await byteClient({ port: stage.server.port });
  expect(await client.closed).toBe("reset");
});

test("clients that reset before they are accepted leave nothing behind", async () => {
  await using stage = protocolStage();
  const { port } = stage.server;
  // Bun accepts between two turns, so that these come and go in one.
  const script = `for (let times = 0; times < 200; times += 1)
    await Bun.connect({ hostname: "127.0.0.1", port: ${port}, socket: {
      data() {}, open: (socket) => socket.terminate() } });`;
  const clients = Bun.spawn([process.execPath, "-e", script]);
  expect(await clients.exited).toBe(0);
  while (stage.server.counts().acceptedConnections < 200) await new Promise(setImmediate);
  while (stage.server.counts().openConnections > 0) await new Promise(setImmediate);
  using client = await byteClient({ port });
  await client.send("x");
  await stage.next();
  expect(stage.errors).toEqual([]);
});

test("a taken port is an error that says so", async () => {
  await using stage = protocolStage();
  const { port } = stage.server;
  expect(() => protocolStage({ port })).toThrow(
    expect.objectContaining({ code: "port_in_use", message: expect.stringContaining(`${port}`) }),
  );
});

test("two listen on one port if both allow it", async () => {
  await using first = protocolStage({ reusePort: true });
  await using second = protocolStage({ reusePort: true, port: first.server.port });
  expect(second.server.port).toBe(first.server.port);
});

test.each([
  ["certificate", { ...testIdentity, certificate: "nonsense" }, "Cannot read the certificate"],
  ["key", { ...testIdentity, key: "nonsense" }, "Cannot read the key"],
  ["pair", { ...testIdentity, key: otherKey() }, "it belongs to another key"],
])("a bad %s is an error that says so", (_what, tls, sentence) => {
  expect(() => protocolStage({ tls })).toThrow(
    expect.objectContaining({
      code: "bad_certificate",
      message: expect.stringContaining(sentence),
    }),
  );
});

test("where HTTP/3 is offered, answers on TCP say where", async () => {
  await using stage = protocolStage({ tls: testIdentity, http3: true });
  using client = await byteClient({ port: stage.server.port, alpn: ["http/1.1"] });
  await client.send("x");
  const { context } = await stage.next();
  expect(context.altSvc).toBe(`h3=":${stage.server.port}"; ma=86400`);
});

test("a taken UDP port is an error that says so, and leaves no listener behind", async () => {
  const first = protocolStage();
  const { port } = first.server;
  const taken = await Bun.udpSocket({ hostname: "127.0.0.1", port });
  await first[Symbol.asyncDispose]();
  expect(() => protocolStage({ tls: testIdentity, http3: true, port })).toThrow(
    `Cannot listen on UDP port ${port}`,
  );
  await using _again = protocolStage({ port });
  taken.close();
});

function otherKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
