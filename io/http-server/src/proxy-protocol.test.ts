import { expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { encodeProxyHeader } from "@breakwater/wire";
import { byteClient } from "./testing/byte-client.ts";
import { type ProtocolStage, protocolStage, testIdentity } from "./testing/protocol-stage.ts";

const MIB = 1_048_576;
const source = "192.0.2.7:40312";
const destination = "198.51.100.1:443";

const v1 = encodeProxyHeader(1, source, destination);
const v2 = encodeProxyHeader(2, source, destination);

test.each([
  ["version 1", v1, { source, destination }],
  ["version 2", v2, { source, destination }],
  [
    "IPv6",
    encodeProxyHeader(2, "[2001:db8::7]:1", "[2001:db8::1]:2"),
    { source: "[2001:db8::7]:1", destination: "[2001:db8::1]:2" },
  ],
])("%s says whence and where to", async (_name, header, words) => {
  await using stage = protocolStage({ proxyProtocol: true });
  using client = await byteClient({ port: stage.server.port });
  await client.send(Buffer.concat([header, Buffer.from("hello")]));
  const connection = await stage.next();
  expect((await connection.receive(5)).toString()).toBe("hello");
  expect(connection.transport.connection).toEqual({ ...words, isTls: false });
});

test.each([
  ["version 1", encodeProxyHeader(1)],
  ["version 2", encodeProxyHeader(2)],
])("%s that names nobody leaves the addresses of the socket", async (_name, header) => {
  await using stage = protocolStage({ proxyProtocol: true });
  using client = await byteClient({ port: stage.server.port });
  await client.send(Buffer.concat([header, Buffer.from("hello")]));
  const { transport } = await stage.next();
  expect(transport.connection).toEqual({
    source: client.address,
    destination: `127.0.0.1:${stage.server.port}`,
    isTls: false,
  });
});

test.each([["version 1", v1] as const, ["version 2", v2] as const])(
  "%s may come byte by byte, and the protocol gets what follows it",
  async (_name, header) => {
    await using stage = protocolStage({ proxyProtocol: true });
    using client = await byteClient({ port: stage.server.port });
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    for (const byte of Buffer.concat([header, preface])) {
      await client.send(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    const connection = await stage.next();
    expect(connection.speaks).toBe("http2");
    expect((await connection.receive(preface.length)).equals(preface)).toBe(true);
    expect(connection.transport.connection.source).toBe(source);
  },
);

test.each([
  ["no header", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a bad header", "PROXY TCP4 nowhere\r\n"],
])("who sends %s is closed", async (_what, text) => {
  await using stage = protocolStage({ proxyProtocol: true });
  using client = await byteClient({ port: stage.server.port });
  await client.send(text);
  expect(await client.closed).toBe("reset");
  expect(stage.errors).toEqual([]);
});

interface TlsClient extends Disposable {
  readonly socket: TLSSocket;
  /** What its connection began with, in one write. */
  readonly begin: Buffer;
  readonly wasReset: Promise<boolean>;
}

/** A client of TLS whose first bytes go out in one piece with the header. */
async function tlsClient(stage: ProtocolStage, header: Uint8Array): Promise<TlsClient> {
  const raw = connect(stage.server.port, "127.0.0.1");
  const begin: Buffer[] = [];
  const wasReset = Promise.withResolvers<boolean>();
  const duplex = new Duplex({
    read: () => void raw.resume(),
    write: (chunk, _encoding, done) => {
      if (begin.length > 0) raw.write(chunk, done);
      else {
        begin.push(Buffer.concat([header, chunk]));
        raw.write(begin[0]!, done);
      }
    },
    final: (done) => void raw.end(done),
  });
  raw.on("data", (bytes) => duplex.push(bytes) || raw.pause());
  raw.on("end", () => duplex.push(null));
  raw.on("error", () => wasReset.resolve(true));
  raw.on("close", () => wasReset.resolve(false));
  const options = { socket: duplex, rejectUnauthorized: false, ALPNProtocols: ["h2", "http/1.1"] };
  const socket = connectTls(options);
  await once(socket, "secureConnect");
  return {
    socket,
    begin: begin[0]!,
    wasReset: wasReset.promise,
    [Symbol.dispose]: () => void raw.resetAndDestroy(),
  };
}

async function readAll(socket: TLSSocket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  return Buffer.concat(parts);
}

test.each([["version 1", v1] as const, ["version 2", v2] as const])(
  "%s may come in one piece with the beginning of TLS",
  async (_name, header) => {
    await using stage = protocolStage({ proxyProtocol: true, tls: testIdentity });
    using client = await tlsClient(stage, header);
    client.socket.write("hello");
    const connection = await stage.next();
    expect((await connection.receive(5)).toString()).toBe("hello");
    expect(connection.transport.connection).toEqual({ source, destination, isTls: true });
    expect([connection.speaks, client.socket.alpnProtocol]).toEqual(["http2", "h2"]);
    expect(client.begin.subarray(0, header.length).equals(header)).toBe(true);
    expect(client.begin[header.length]).toBe(0x16);
    expect(stage.server.counts().openConnections).toBe(1);
  },
);

test("behind the header, TLS carries much both ways and is closed in order", async () => {
  await using stage = protocolStage({ proxyProtocol: true, tls: testIdentity });
  using client = await tlsClient(stage, v2);
  const much = Buffer.alloc(9 * MIB, "abc");
  client.socket.end(much);
  const { transport, receive, ended, closed } = await stage.next().then((connection) => ({
    transport: connection.transport,
    receive: connection.receive(much.length),
    ended: connection.ended,
    closed: connection.closed,
  }));
  expect((await receive).equals(much)).toBe(true);
  await ended;
  transport.write(much);
  transport.end();
  const answer = await readAll(client.socket);
  expect(answer.equals(much)).toBe(true);
  await closed;
  expect(await client.wasReset).toBe(false);
});

test("behind the header, a reset is a reset, both ways", async () => {
  await using stage = protocolStage({ proxyProtocol: true, tls: testIdentity });
  using client = await tlsClient(stage, v2);
  client.socket.write("x");
  (await stage.next()).transport.reset();
  expect(await client.wasReset).toBe(true);
  const other = await tlsClient(stage, v2);
  other.socket.write("x");
  const connection = await stage.next();
  await connection.receive(1);
  other[Symbol.dispose]();
  await connection.closed;
});

test("a server behind the header stops with all that belongs to its clients", async () => {
  await using stage = protocolStage({ proxyProtocol: true, tls: testIdentity });
  using client = await tlsClient(stage, v2);
  client.socket.write("x");
  const connection = await stage.next();
  await connection.receive(1);
  const stopped = stage.server.stop({ graceMs: 1000 });
  await stage.clock.advanceTo(102);
  await readAll(client.socket);
  await connection.closed;
  await stopped;
  expect(connection.log).toEqual(["data", "announceStop", "finish", "close"]);
});
