import { describe, expect, test } from "bun:test";
import type { SocketTransport } from "./socket-transport.ts";
import { type ByteClient, byteClient } from "./testing/byte-client.ts";
import {
  type ProtocolStage,
  protocolStage,
  type SeenConnection,
  testIdentity,
} from "./testing/protocol-stage.ts";
import { testLimits } from "./testing/test-limits.ts";

const MIB = 1_048_576;
/** More than the kernel takes at once for a client that does not read. */
const TOO_MUCH: Uint8Array = new Uint8Array(12 * MIB).fill(7);

interface Talk extends AsyncDisposable {
  readonly stage: ProtocolStage;
  readonly client: ByteClient;
  readonly server: SeenConnection;
}

const kinds = { "plain TCP": false, TLS: true };

describe.each(Object.entries(kinds))("over %s", (_name, isTls) => {
  async function talk(maxUnsentBytes = 16 * MIB): Promise<Talk> {
    const tls = isTls ? { tls: testIdentity } : {};
    const stage = protocolStage({ ...tls, limits: { ...testLimits, maxUnsentBytes } });
    const alpn = isTls ? { alpn: ["http/1.1"] } : {};
    const client = await byteClient({ port: stage.server.port, ...alpn });
    await client.send("hello");
    const server = await stage.next();
    await server.receive(5);
    return {
      stage,
      client,
      server,
      [Symbol.asyncDispose]: async () => {
        client[Symbol.dispose]();
        await stage[Symbol.asyncDispose]();
      },
    };
  }

  test("what a slow client takes is what was written, in order, text as latin1", async () => {
    await using on = await talk();
    const { client, server } = on;
    client.pause();
    const sent: Buffer[] = [];
    for (let index = 0; index < 400; index += 1) {
      const bytes = Buffer.alloc((index * 7919) % 60_000, index);
      const text = `é${index}`;
      server.transport.write(bytes);
      server.transport.write(text);
      sent.push(bytes, Buffer.from(text, "latin1"));
    }
    expect(server.transport.unsentBytes).toBeGreaterThan(0);
    client.resume();
    const all = Buffer.concat(sent);
    const received = await client.receive(all.length);
    expect(received.equals(all)).toBe(true);
    expect(server.transport.unsentBytes).toBe(0);
  });

  test("unsentBytes is what was written and not taken, and onDrain comes once", async () => {
    await using on = await talk();
    const { client, server } = on;
    client.pause();
    expect(server.transport.write(TOO_MUCH)).toBe(false);
    const before = server.transport.unsentBytes;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(TOO_MUCH.length);
    expect(server.transport.write("tail")).toBe(false);
    expect(server.transport.unsentBytes).toBe(before + 4);
    const drained = new Promise<void>((resolve) => {
      server.on.drain = resolve;
    });
    client.resume();
    const received = await client.receive(TOO_MUCH.length + 4);
    await drained;
    expect(received.subarray(-4).toString()).toBe("tail");
    expect([...server.log, server.transport.unsentBytes]).toEqual(["data", "drain", 0]);
  });

  test("end() sends what is kept first, and then closes", async () => {
    await using on = await talk();
    const { client, server } = on;
    client.pause();
    server.transport.write(TOO_MUCH);
    server.transport.end();
    server.transport.write("too late");
    client.resume();
    expect((await client.ended).length).toBe(TOO_MUCH.length);
    client.endWriting();
    await server.closed;
    expect(on.stage.server.counts().openConnections).toBe(0);
  });

  test("a client that goes on sending still gets the last answer", async () => {
    await using on = await talk();
    const { client, server } = on;
    const upload = client.send(TOO_MUCH);
    server.transport.write("last answer");
    server.transport.end();
    expect((await client.ended).toString()).toBe("last answer");
    await upload;
    client.endWriting();
    expect(await client.closed).toBe("closed");
    expect(server.log).not.toContain("end");
  });

  test("who does not close after the end is waited for 2 s", async () => {
    await using on = await talk();
    const { stage, server } = on;
    server.transport.end();
    await on.client.ended;
    await stage.clock.advanceTo(2000);
    expect(stage.server.counts().openConnections).toBe(1);
    await stage.clock.advanceTo(3000);
    await server.closed;
    expect(stage.server.counts().openConnections).toBe(0);
  });

  test("who does not take what is kept before the end is cut after a minute", async () => {
    await using on = await talk();
    on.client.pause();
    on.server.transport.write(TOO_MUCH);
    on.server.transport.end();
    await on.stage.clock.advanceTo(59_000);
    expect(on.server.log).not.toContain("close");
    await on.stage.clock.advanceTo(62_000);
    await on.server.closed;
    expect(on.server.transport.unsentBytes).toBe(0);
  });

  test("reset() is a reset, even of what is kept", async () => {
    await using on = await talk();
    on.client.pause();
    on.server.transport.write(TOO_MUCH);
    on.server.transport.reset();
    on.client.resume();
    expect(await on.client.closed).toBe("reset");
    await on.server.closed;
  });

  test("the protocol is not told of the close within its own call, and once", async () => {
    await using on = await talk();
    const { server } = on;
    server.transport.reset();
    server.transport.reset();
    server.transport.end();
    expect(server.transport.write("x")).toBe(true);
    expect(server.log).toEqual(["data"]);
    await server.closed;
    expect(server.log).toEqual(["data", "close"]);
  });

  test("a client that only closes its half is answered", async () => {
    await using on = await talk();
    on.client.endWriting();
    await on.server.ended;
    on.server.transport.write("answer");
    on.server.transport.end();
    expect((await on.client.ended).toString()).toBe("answer");
    await on.server.closed;
  });

  test("while it is paused nothing is told, and afterwards everything", async () => {
    await using on = await talk();
    const { client, server } = on;
    server.on.data = () => server.transport.pause();
    const upload = client.send(TOO_MUCH);
    for (let bytes = 6; bytes < TOO_MUCH.length; ) {
      const before = (await server.receive(bytes)).length;
      expect(before).toBeLessThan(bytes + MIB);
      bytes = before + 1;
      server.transport.resume();
    }
    await upload;
    const all = await server.receive(5 + TOO_MUCH.length);
    expect(all.subarray(5).equals(TOO_MUCH)).toBe(true);
  });

  test("a client that resets while it is paused is noticed", async () => {
    await using on = await talk();
    on.server.transport.pause();
    await on.client.send("more");
    on.client.reset();
    await on.server.closed;
    expect((await on.server.receive(5)).toString()).toBe("hello");
  });

  test("a client that is gone is noticed by writing to it", async () => {
    await using on = await talk();
    const { client, server } = on;
    server.transport.pause();
    client.reset();
    await client.closed;
    server.transport.write("x");
    server.transport.write("x");
    await server.closed;
    expect(server.transport.unsentBytes).toBe(0);
  });

  test("who has more kept than is allowed and writes again is reset", async () => {
    await using on = await talk(MIB);
    on.client.pause();
    on.server.transport.write(TOO_MUCH);
    expect(on.server.transport.unsentBytes).toBeGreaterThan(MIB);
    on.server.transport.write("x");
    await on.server.closed;
    on.client.resume();
    expect(await on.client.closed).toBe("reset");
  });

  test("a client that takes nothing for a minute is given up, open or not", async () => {
    await using on = await talk();
    const { client, server } = on;
    client.pause();
    server.transport.write(TOO_MUCH);
    const transport = server.transport as SocketTransport;
    transport.sweep(0);
    transport.sweep(59_000);
    expect(transport.unsentBytes).toBeGreaterThan(0);
    transport.sweep(60_001);
    await server.closed;
    expect(server.transport.unsentBytes).toBe(0);
  });

  test("a mistake while something is told is reported, and costs that connection", async () => {
    await using on = await talk();
    on.server.on.data = () => {
      throw new Error("boo");
    };
    await on.client.send("x");
    await on.server.closed;
    expect(on.stage.errors).toEqual([new Error("boo")]);
  });

  test("a large body arrives to its end, and one that comes slowly is not held back", async () => {
    await using on = await talk();
    const { stage, client, server } = on;
    const early = TOO_MUCH.subarray(1000);
    server.transport.expect(TOO_MUCH.length);
    await client.send(early);
    await server.receive(5 + early.length);
    await client.send(TOO_MUCH.subarray(0, 1000));
    await server.receive(5 + TOO_MUCH.length);
    server.transport.expect(TOO_MUCH.length);
    await client.send("slow");
    await stage.clock.advanceTo(2000);
    expect((await server.receive(5 + TOO_MUCH.length + 4)).subarray(-4).toString()).toBe("slow");
  });
});
