import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type RawPeer, rawPeer } from "./testing/raw-upstream.ts";
import { MIB, openStage } from "./testing/stage.ts";

/** What both kernels' buffers take on loopback, and then some. */
const KERNEL_BYTES = 24 * MIB;
const much: Uint8Array = new Uint8Array(64 * MIB);
for (let index = 0; index < much.length; index += 4099) much[index] = index % 251;
const wantedHash = new Bun.CryptoHasher("sha1").update(much).digest("hex");

test.each([
  ["a length", `Content-Length: ${much.length}`, "", "", wantedHash],
  [
    "chunks",
    "Transfer-Encoding: chunked",
    `${much.length.toString(16)}\r\n`,
    "\r\n0\r\n\r\n",
    // Other chunks than the client's, so other bytes.
    undefined,
  ],
])("a body with %s that the upstream takes slowly is held back at its client", async (...row) => {
  const [, framing, before, after, hash] = row;
  await using on = await openStage({ upstream: { maxBufferedBytes: MIB } });
  const client = await rawPeer(on.server.port);
  client.send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n`);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.clear();
  peer.pause();
  client.send(before);
  const sending = client.sendAll(much);
  await standstill(client);
  expect(client.sentBytes).toBeLessThan(KERNEL_BYTES);
  expect(on.upstream.counts().bufferedBytes).toBeGreaterThan(0);
  expect(on.upstream.counts().bufferedBytes).toBeLessThanOrEqual(MIB);
  peer.resume();
  await sending;
  client.send(after);
  await until(() => peer.bytes >= much.length && peer.tail.endsWith(after));
  expect(hash === undefined ? hash : peer.hash.digest("hex")).toBe(hash);
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  await client.receive("\r\n\r\nok");
  expect(on.upstream.counts()).toMatchObject({ idle: 1, bufferedBytes: 0 });
  client.reset();
});

test("an answer that its client takes slowly is held back at the upstream", async () => {
  await using on = await openStage({ maxUnsentBytes: 2 * MIB });
  const client = await rawPeer(on.server.port);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${much.length}\r\n\r\n`);
  await client.receive("\r\n\r\n");
  client.clear();
  client.pause();
  const sending = peer.sendAll(much);
  await standstill(peer);
  expect(peer.sentBytes).toBeLessThan(KERNEL_BYTES);
  client.resume();
  await sending;
  await until(() => client.bytes >= much.length);
  expect(client.hash.digest("hex")).toBe(wantedHash);
  const bytes = much.length;
  expect(await on.results(1)).toMatchObject([{ kind: "answered", status: 200, bytes }]);
  expect(on.upstream.counts().idle).toBe(1);
  client.reset();
});

test("a client that takes nothing of its answer for a minute is left, and the upstream free", async () => {
  const clock = new FakeClock();
  await using on = await openStage({ clock, upstream: { bodyIdleMs: 1000 } });
  const client = await rawPeer(on.server.port);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${much.length}\r\n\r\n`);
  await client.receive("\r\n\r\n");
  client.pause();
  void peer.sendAll(much);
  await standstill(peer);
  await clock.advanceTo(59_000);
  expect(on.upstream.counts().busy).toBe(1);
  await clock.advanceTo(62_000);
  expect(await on.results(1)).toEqual([{ kind: "aborted" }]);
  expect(on.upstream.counts().open).toBe(0);
  await peer.closed;
});

test("a body and its answer stream at the same time", async () => {
  await using on = await openStage();
  const client = await on.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const word of ["one", "two", "three"]) {
    const chunk = `${word.length}\r\n${word}\r\n`;
    client.send(chunk);
    await peer.receive(chunk);
    peer.send(chunk);
    await client.receive(chunk);
  }
  client.send("0\r\n\r\n");
  await peer.receive("0\r\n\r\n");
  peer.send("0\r\n\r\n");
  await client.receive("0\r\n\r\n");
  expect(on.upstream.counts().idle).toBe(1);
});

test("a request that the upstream never takes has its time, and no more", async () => {
  await using on = await openStage({ upstream: { headTimeoutMs: 300 } });
  const client = await rawPeer(on.server.port);
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${much.length}\r\n\r\n`);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.pause();
  const sending = client.sendAll(much);
  expect(await on.results(1)).toMatchObject([{ failure: "head_timeout", status: 504 }]);
  await client.receive("HTTP/1.1 504 ");
  client.reset();
  await sending;
});

test("an upstream that answers and takes no more of the body is heard", async () => {
  await using on = await openStage();
  const client = await rawPeer(on.server.port);
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${much.length}\r\n\r\n`);
  const peer = await on.service.accept();
  await peer.receive("\r\n\r\n");
  peer.pause();
  const sending = client.sendAll(much);
  await standstill(client);
  peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
  await client.receive("\r\n\r\nno");
  expect(await on.results(1)).toMatchObject([{ kind: "answered", status: 413 }]);
  client.reset();
  await sending;
});

/** Resolves when no more of what the peer sends is taken. */
async function standstill(peer: RawPeer): Promise<void> {
  let sent = -1;
  for (let same = 0; same < 300; same += 1) {
    if (peer.sentBytes !== sent) same = 0;
    sent = peer.sentBytes;
    await new Promise(setImmediate);
  }
}

/** Turns of the event loop until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
