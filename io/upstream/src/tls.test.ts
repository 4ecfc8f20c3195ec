import { expect, test } from "bun:test";
import { certificates } from "@breakwater/http-client/testing";
import { serveHttp } from "@breakwater/http-server";
import { systemClock } from "@breakwater/system-clock";
import { MIB, openPassing } from "./testing/stage.ts";

const { authority, localhost, elsewhere, expired, key } = certificates;

test.each([
  ["that is trusted", localhost, { ca: authority }, 200],
  ["of an unknown authority", localhost, {}, 502],
  ["for another name", elsewhere, { ca: authority }, 502],
  ["that has expired", expired, { ca: authority }, 502],
  ["that nobody looks at", elsewhere, { verifyTls: false }, 200],
])("a service with a certificate %s", async (_which, certificate, options, status) => {
  await using service = serveHttp({
    ...{ port: 0, hostname: "127.0.0.1", clock: systemClock(), tls: { certificate, key } },
    handler: (exchange) => exchange.respond({ status: 200, body: exchange.connection.source }),
    limits: {
      ...{ maxHeadBytes: 16_384, maxHeaders: 100, maxBodyBytes: MIB, maxConnections: 10 },
      ...{ maxStreams: 10, idleTimeoutMs: 10_000, maxUnsentBytes: MIB },
    },
    onError: () => {},
  });
  await using on = openPassing(service.url.origin, { upstream: options });
  const first = await fetch(on.server.url);
  const second = await fetch(on.server.url);
  expect([first.status, second.status]).toEqual([status, status]);
  const isSame = (await first.text()) === (await second.text());
  // Each connection comes from a port of its own; refusals are all alike.
  expect(isSame).toBe(true);
  expect(on.upstream.counts().idle).toBe(status === 200 ? 1 : 0);
});

test("a service that speaks no TLS is told as 502", async () => {
  const listener = Bun.listen({
    ...{ hostname: "127.0.0.1", port: 0 },
    socket: { data: (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n") },
  });
  await using on = openPassing(`https://127.0.0.1:${listener.port}`);
  const response = await fetch(on.server.url);
  expect([response.status, await response.json()]).toMatchObject([502, { code: "connect" }]);
  listener.stop(true);
});

test.each(["", "junk", "-----BEGIN CERTIFICATE-----\njunk\n-----END CERTIFICATE-----\n"])(
  "%j is no authority, which is said before the first request",
  (ca) => {
    expect(() => openPassing("https://127.0.0.1", { upstream: { ca } })).toThrow(
      "Cannot trust the certificates given as ca: they must be PEM",
    );
  },
);
