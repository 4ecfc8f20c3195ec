import { expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { certificates } from "./testing/certificates.ts";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { faultServer, okResponse } from "./testing/fault-server.ts";
import type { TlsSettings } from "./tls-settings.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const { authority, key, localhost, expired, elsewhere } = certificates;
const trusting: TlsSettings = { insecureSkipVerify: false, ca: authority };
const insecure: TlsSettings = { insecureSkipVerify: true };

const tlsServer = (cert: string, serverNames: unknown[] = []) =>
  faultServer({
    tls: { cert, key },
    onConnection: (socket) =>
      serverNames.push((socket as TLSSocket & { servername: unknown }).servername),
    onRequest: ({ socket }) => void socket.write(okResponse),
  });

test.each<[string, string, string, TlsSettings, string | undefined]>([
  ["a known authority", localhost, "localhost", trusting, undefined],
  ["an address in the certificate", localhost, "127.0.0.1", trusting, undefined],
  [
    "an unknown authority",
    localhost,
    "localhost",
    { insecureSkipVerify: false },
    "tls_unknown_authority",
  ],
  [
    "another name of an unknown authority",
    elsewhere,
    "localhost",
    { insecureSkipVerify: false },
    "tls_hostname",
  ],
  ["another name", elsewhere, "localhost", trusting, "tls_hostname"],
  ["an address that is not in the certificate", elsewhere, "127.0.0.1", trusting, "tls_hostname"],
  ["an expired certificate", expired, "localhost", trusting, "tls_certificate"],
  ["any authority when told so", localhost, "localhost", insecure, undefined],
  ["any name when told so", elsewhere, "localhost", { ...insecure, ca: authority }, undefined],
  ["an expired certificate when told so", expired, "127.0.0.1", insecure, undefined],
  ["an authority that is none", localhost, "localhost", { ...trusting, ca: "none" }, "tls_failed"],
])("%s: a certificate is accepted or refused", async (_name, cert, host, tls, want) => {
  await using server = await tlsServer(cert);
  using client = testClient({ tls });
  const connections = client.connections(one);
  const url = `https://${host}:${server.port}`;
  for (const _ of [1, 2]) {
    const { code, exchange } = await exchangeWith(connections, requestTo(url));
    expect(code).toBe(want as string);
    expect(exchange.failure?.message ?? `Cannot connect to ${url}: `).toStartWith(
      `Cannot connect to ${url}: `,
    );
    expect(exchange.tlsVersion ?? "none").toBe(want === undefined ? "tls1.3" : "none");
  }
});

test("the host's name is sent for SNI, an address is not", async () => {
  const serverNames: unknown[] = [];
  await using server = await tlsServer(localhost, serverNames);
  using client = testClient({ tls: trusting });
  for (const host of ["localhost", "127.0.0.1"]) {
    const request = requestTo(`https://${host}:${server.port}`);
    expect((await exchangeWith(client.connections(one), request)).status).toBe(200);
  }
  expect(serverNames).toEqual(["localhost", false]);
});

test.each<[string, string, (socket: Socket) => void]>([
  ["speaks no TLS", "tls_not_spoken", (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["closes during the handshake", "tls_failed", (socket) => socket.end()],
  ["resets during the handshake", "reset", (socket) => socket.resetAndDestroy()],
])("a server that %s gives %s", async (_name, code, fault) => {
  await using server = await faultServer({
    onConnection: (socket) => void socket.once("data", () => fault(socket)),
  });
  using client = testClient({ tls: trusting });
  const request = requestTo(`https://127.0.0.1:${server.port}`);
  expect((await exchangeWith(client.connections(one), request)).code).toBe(code);
});

test("a broken record fails the request that waits", async () => {
  const relayed: Socket[] = [];
  await using server = await faultServer({
    tls: { cert: localhost, key },
    onRequest: () => void relayed[0]?.write("what is no TLS record"),
  });
  await using relay = await relayTo(server.port, (socket) => relayed.push(socket));
  using client = testClient({ tls: trusting });
  const request = requestTo(`https://localhost:${relay.port}`);
  expect((await exchangeWith(client.connections(one), request)).code).toBe("tls_not_spoken");
});

/** Passes bytes on: the TCP below a TLS server, to look at and to meddle with. */
function relayTo(port: number, onConnection: (socket: Socket) => void = () => {}) {
  return faultServer({
    onConnection: (socket) => {
      onConnection(socket);
      socket.pipe(connect(port, "127.0.0.1")).pipe(socket);
    },
  });
}

test("a connection whose certificate is refused is closed", async () => {
  await using server = await tlsServer(localhost);
  await using relay = await relayTo(server.port);
  using client = testClient();
  const request = requestTo(`https://localhost:${relay.port}`);
  const { code } = await exchangeWith(client.connections(one), request);
  expect(code).toBe("tls_unknown_authority");
  await relay.closed(1);
});

test("megabytes go both ways", async () => {
  const body = new Uint8Array(3_000_000).fill(0x62);
  const text = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
  let received = 0;
  await using server = await faultServer({
    tls: { cert: localhost, key },
    onConnection: (socket) =>
      void socket.on("data", (bytes) => {
        received += bytes.length;
        if (received < body.length + request.head.length) return;
        socket.write(text);
        socket.write(body);
      }),
  });
  using client = testClient({ tls: trusting });
  const headers = [["Content-Length", String(body.length)]] as const;
  const url = `https://localhost:${server.port}`;
  const request = requestTo(url, { method: "POST", headers, body });
  const { code, exchange } = await exchangeWith(client.connections(one), request);
  expect([code, exchange.bodyBytes]).toEqual([undefined, body.length]);
  expect(exchange.tlsHandshakingMs).toBe(0); // the clock stands still
});
