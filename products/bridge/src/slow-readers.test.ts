import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { bridgeService, type TestBridge, type TestClient } from "./testing/bridge-service.ts";

const payload = "x".repeat(100_000);

/** A client that has registered and reads nothing. */
async function deaf(bridge: TestBridge, clientId: string) {
  const registered = Promise.withResolvers<void>();
  let read = "";
  const closed = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: bridge.url.hostname,
    port: Number(bridge.url.port),
    socket: {
      data: (_socket, bytes) => {
        read += bytes.toString("latin1");
        if (!bytes.includes('"registered"')) return;
        socket.pause();
        registered.resolve();
      },
      close: () => closed.resolve(),
    },
  });
  const head =
    "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const frame = Buffer.from(JSON.stringify({ type: "register", clientId }));
  // Masked by zeros (RFC 6455 5.3).
  socket.write(
    Buffer.concat([Buffer.from(head), Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]), frame]),
  );
  await registered.promise;
  const ids = () => [...read.matchAll(/\["env",\{"id":"([^"]*)"/g)].map(([, id]) => id);
  return { socket, closed: closed.promise, ids };
}

interface Flood {
  readonly to: string | null;
  readonly messages: number;
}

async function flood(ada: TestClient, { to, messages }: Flood): Promise<void> {
  for (let count = 0; count < messages; count += 1) {
    ada.send({ type: "envelope", envelope: { id: `${count}`, to, payload } });
    if (count % 20 === 0) await ada.rest();
  }
  await ada.rest();
}

test.each([
  ["what is for it alone", "bob"],
  ["broadcasts", null],
])("one that does not read %s is held up alone, and then closed", async (_what, to) => {
  const clock = new FakeClock();
  await using bridge = await bridgeService({ clock, flags: ["--max-unsent", "64K"] });
  using ada = await bridge.join("ada");
  using carol = await bridge.join("carol");
  const bob = await deaf(bridge, "bob");
  await flood(ada, { to, messages: 200 });
  ada.send({ type: "envelope", envelope: { to: "carol", payload: "quick" } });
  const came = await carol.rest();
  expect(came.at(-1)).toEqual(["env", expect.objectContaining({ payload: "quick" })]);
  await clock.advanceTo(30_000);
  expect((await bridge.ask("/clients")).json).toEqual({ clients: ["ada", "carol"] });
  bob.socket.end();
});

test("one that reads again has everything, in order", async () => {
  await using bridge = await bridgeService({ flags: ["--max-unsent", "64K"] });
  using ada = await bridge.join("ada");
  const bob = await deaf(bridge, "bob");
  await flood(ada, { to: "bob", messages: 100 });
  expect((await bridge.ask("/queues")).json).toMatchObject({ queues: [{ id: "bob" }] });
  expect(bob.ids()).toEqual([]);
  bob.socket.resume();
  while (bob.ids().length < 100) await ada.rest();
  expect(bob.ids()).toEqual(Array.from({ length: 100 }, (_, id) => `${id}`));
  bob.socket.end();
});
