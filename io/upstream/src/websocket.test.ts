import { expect, test } from "bun:test";
import { acceptWebSocket, serveHttp } from "@breakwater/http-server";
import { systemClock } from "@breakwater/system-clock";
import { rawPeer } from "./testing/raw-upstream.ts";
import { MIB, openPassing, openStage } from "./testing/stage.ts";

const ask =
  "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const agree =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

test("messages are passed both ways between a browser's client and our server", async () => {
  const clock = systemClock();
  const limits = { maxMessageBytes: MIB * 4, maxUnsentBytes: MIB * 8 };
  await using service = serveHttp({
    ...{ port: 0, hostname: "127.0.0.1", clock },
    handler: (exchange) => {
      acceptWebSocket(exchange, {
        ...{ ...limits, clock, pingAfterMs: 0, deflates: true },
        chooseProtocol: ([first]) => first,
        handler: { onMessage: (socket, kind, payload) => socket.send(kind, payload) },
      });
    },
    limits: {
      ...{ maxHeadBytes: 16_384, maxHeaders: 100, maxBodyBytes: MIB, maxConnections: 10 },
      ...{ maxStreams: 10, idleTimeoutMs: 10_000, maxUnsentBytes: MIB * 16 },
    },
    onError: (error) => {
      throw error;
    },
  });
  await using on = openPassing(service.url.origin);
  const socket = new WebSocket(`ws://127.0.0.1:${on.server.port}/chat`, ["one", "two"]);
  const received: string[] = [];
  const closed = Promise.withResolvers<number>();
  const sent = ["hello", "x".repeat(2 * MIB), "bye"];
  socket.onopen = () => {
    for (const message of sent) socket.send(message);
  };
  socket.onmessage = ({ data }) => {
    received.push(data);
    if (received.length === sent.length) socket.close(1000);
  };
  socket.onclose = ({ code }) => closed.resolve(code);
  expect(await closed.promise).toBe(1000);
  expect(received).toEqual(sent);
  expect(socket.protocol).toBe("one");
  expect(await on.results(1)).toMatchObject([{ kind: "answered", status: 101 }]);
  expect(on.upstream.counts().open).toBe(0);
});

test("the handshake is passed on, and what comes with it", async () => {
  await using on = await openStage();
  const client = await on.send(ask);
  const peer = await on.service.accept();
  const request = await peer.receive("\r\n\r\n");
  expect(request).toContain("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
  expect(request).toContain("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  client.send("early");
  peer.send(`${agree}welcome`);
  expect(await client.receive("welcome")).toBe(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nwelcome",
  );
  await peer.receive("early");
});

test("a refusal is passed on as the answer that it is", async () => {
  await using on = await openStage();
  const client = await on.send(ask);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  expect(await client.receive("\r\n\r\nno")).toStartWith("HTTP/1.1 403 Forbidden\r\n");
  expect(on.upstream.counts().idle).toBe(1);
});

test.each(["Upgrade: h2c\r\n", ""])("a 101 with %p is to no WebSocket, so 502", async (field) => {
  await using on = await openStage();
  const client = await on.send(ask);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(`HTTP/1.1 101 Switching Protocols\r\n${field}\r\n`);
  await client.receive('"code":"bad_answer"');
  await peer.closed;
});

test("a client that closes its half still hears the upstream", async () => {
  await using on = await openStage();
  const client = await rawPeer(on.server.port);
  client.send(ask);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(agree);
  await client.receive("\r\n\r\n");
  client.send("last words");
  client.endWriting();
  await peer.receive("last words");
  await peer.ended;
  peer.send("goodbye");
  await client.receive("goodbye");
  peer.endWriting();
  await client.ended;
  client.endWriting();
  expect(await client.closed).toBe("closed");
  const bytes = "goodbye".length;
  expect(await on.results(1)).toMatchObject([{ kind: "answered", status: 101, bytes }]);
});

test("a client that resets takes its upstream's connection with it", async () => {
  await using on = await openStage();
  const client = await on.send(ask);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(agree);
  await client.receive("\r\n\r\n");
  expect(on.upstream.counts()).toMatchObject({ open: 1, busy: 1 });
  client[Symbol.dispose]();
  await peer.closed;
  expect(await on.results(1)).toMatchObject([{ status: 101 }]);
  expect(on.upstream.counts().open).toBe(0);
});

test("an upstream that resets takes the client's connection with it", async () => {
  await using on = await openStage();
  const client = await rawPeer(on.server.port);
  client.send(ask);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(agree);
  await client.receive("\r\n\r\n");
  peer.reset();
  expect(await client.closed).toBe("reset");
  expect(await on.results(1)).toMatchObject([{ status: 101 }]);
});

test.each(["client", "upstream"])("a %s that is slow holds the other end back", async (slow) => {
  const much = new Uint8Array(48 * MIB).fill(7);
  await using on = await openStage({ maxUnsentBytes: 2 * MIB });
  const client = await rawPeer(on.server.port);
  client.send(ask);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(agree);
  await client.receive("\r\n\r\n");
  const [from, to] = slow === "client" ? [peer, client] : [client, peer];
  to.clear();
  to.pause();
  const sending = from.sendAll(much);
  let same = 0;
  for (let sent = -1; same < 300; same += 1) {
    if (from.sentBytes !== sent) same = 0;
    sent = from.sentBytes;
    await new Promise(setImmediate);
  }
  expect(from.sentBytes).toBeLessThan(24 * MIB);
  expect(on.upstream.counts().bufferedBytes).toBeLessThanOrEqual(MIB);
  to.resume();
  await sending;
  while (to.bytes < much.length) await new Promise(setImmediate);
  expect(to.hash.digest("hex")).toBe(new Bun.CryptoHasher("sha1").update(much).digest("hex"));
  client.reset();
});
