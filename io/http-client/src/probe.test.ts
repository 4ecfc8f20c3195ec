import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { parseUrl } from "./parse-url.ts";
import { certificates } from "./testing/certificates.ts";
import { testClient } from "./testing/exchange-with.ts";
import { faultServer, refusedPort } from "./testing/fault-server.ts";

const { key, localhost } = certificates;

test("a server that can be reached is connected to and left without a request", async () => {
  await using server = await faultServer({});
  using client = testClient();
  expect(await client.dial(parseUrl(server.url).origin)).toBeUndefined();
  await server.closed(1);
  expect(server.requests).toEqual([]);
});

test("a port where nothing listens is said to refuse", async () => {
  using client = testClient();
  const { origin } = parseUrl(`http://127.0.0.1:${await refusedPort()}`);
  expect(await client.dial(origin)).toMatchObject({ code: "connect_refused" });
});

test("a certificate is checked", async () => {
  await using server = await faultServer({ tls: { cert: localhost, key } });
  using client = testClient();
  const failure = await client.dial(parseUrl(server.url).origin);
  expect(failure).toMatchObject({ code: "tls_unknown_authority" });
});

test("a server that never shakes hands is given up in time and closed", async () => {
  const clock = new FakeClock();
  const reached = Promise.withResolvers<void>();
  await using server = await faultServer({
    onConnection: (socket) => void socket.once("data", () => reached.resolve()),
  });
  using client = testClient({ clock, connectTimeoutMs: 500 });
  const dialling = client.dial(parseUrl(`https://127.0.0.1:${server.port}`).origin);
  await reached.promise;
  await clock.advanceTo(500);
  expect(await dialling).toMatchObject({ code: "connect_timeout" });
  await server.closed(1);
});
