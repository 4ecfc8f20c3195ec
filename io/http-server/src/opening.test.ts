import { expect, test } from "bun:test";
import fc from "fast-check";
import { byteClient } from "./testing/byte-client.ts";
import { protocolStage, testIdentity } from "./testing/protocol-stage.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const REST = "\0\0\0\u0004\0\0\0\0\0";

test.each([
  ["http1", "G"],
  ["http1", "POST / HTTP/1.1\r\n\r\n"],
  ["http1", "PO"],
  ["http1", "PRI * HTTP/1.1\r\n"],
  ["http1", "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX"],
  ["http1", "\u0016\u0003\u0001"],
  ["http2", PREFACE],
  ["http2", PREFACE + REST],
])("%s is spoken with who begins %j", async (speaks, text) => {
  await using stage = protocolStage();
  using client = await byteClient({ port: stage.server.port });
  await client.send(text);
  const connection = await stage.next();
  expect(connection.speaks).toBe(speaks as "http1");
  expect((await connection.receive(text.length)).toString("latin1")).toBe(text);
});

test("however the first bytes are cut, the protocol gets all of them", async () => {
  await using stage = protocolStage();
  const texts = fc.constantFrom(PREFACE + REST, "PRI * HTTP/2.0\r\n\r\nSM!", "POST / HTTP/1.1\r\n");
  const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(texts, cuts, async (text, sizes) => {
      using client = await byteClient({ port: stage.server.port });
      let at = 0;
      for (const size of [...sizes, text.length]) {
        await client.send(text.slice(at, at + size));
        at += size;
        await new Promise(setImmediate);
      }
      const connection = await stage.next();
      const received = await connection.receive(text.length);
      expect(connection.speaks).toBe(text.startsWith(PREFACE) ? "http2" : "http1");
      expect(received.toString("latin1")).toBe(text);
    }),
    { numRuns: 40 },
  );
});

test.each([
  ["http2", ["h2", "http/1.1"]],
  ["http2", ["h2"]],
  ["http1", ["http/1.1"]],
  ["http1", []],
])("over TLS %s is agreed on with who offers %j", async (speaks, alpn) => {
  await using stage = protocolStage({ tls: testIdentity });
  using client = await byteClient({ port: stage.server.port, alpn });
  await client.send("x");
  const connection = await stage.next();
  expect([connection.speaks, connection.transport.connection.isTls]).toEqual([
    speaks as "http1",
    true,
  ]);
});

test.each([
  ["nothing", ""],
  ["a part of the preface", "PRI * HTTP/"],
])("who sends %s is closed when the idle timeout is over", async (_what, text) => {
  await using stage = protocolStage();
  using client = await byteClient({ port: stage.server.port });
  await client.send(text);
  using other = await byteClient({ port: stage.server.port });
  await other.send("x");
  await stage.next();
  await stage.clock.advanceTo(9000);
  expect(stage.server.counts().openConnections).toBe(2);
  await stage.clock.advanceTo(11_000);
  expect((await client.ended).length).toBe(0);
});

test("who does not finish its TLS handshake is closed when the idle timeout is over", async () => {
  await using stage = protocolStage({ tls: testIdentity });
  using client = await byteClient({ port: stage.server.port });
  await client.send("\u0016\u0003\u0001\u0000\u00ff");
  using other = await byteClient({ port: stage.server.port, alpn: ["http/1.1"] });
  await other.send("x");
  await stage.next();
  await stage.clock.advanceTo(14_000);
  await client.ended;
  expect(stage.server.counts().openConnections).toBe(1);
});

test("who closes its half before it has said anything is closed", async () => {
  await using stage = protocolStage();
  using client = await byteClient({ port: stage.server.port });
  client.endWriting();
  expect(await client.closed).toBe("closed");
});

test.each([
  ["speaks no TLS", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["breaks TLS off", "\u0016\u0003\u0001\u0000\u00ff\u0001"],
])("a client of the TLS port that %s is closed, and nobody is told", async (_what, text) => {
  await using stage = protocolStage({ tls: testIdentity });
  using client = await byteClient({ port: stage.server.port });
  await client.send(text);
  client.endWriting();
  await client.closed;
  expect(stage.errors).toEqual([]);
});

test("who speaks up when the server is about to close is told so by its protocol", async () => {
  await using stage = protocolStage();
  using other = await byteClient({ port: stage.server.port });
  using client = await byteClient({ port: stage.server.port });
  await other.send("x");
  await stage.next();
  const stopped = stage.server.stop({ graceMs: 1000 });
  await stage.clock.advanceTo(500);
  await client.send(PREFACE);
  const connection = await stage.next();
  await connection.closed;
  await stopped;
  expect(connection.log).toEqual(["data", "finish", "close"]);
});
