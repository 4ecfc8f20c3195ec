import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { serveHttp } from "@breakwater/http-server";
import { fakeExchange } from "@breakwater/http-server/testing";
import { serviceOf } from "@breakwater/service/testing";
import { systemClock } from "@breakwater/system-clock";
import { payloadStream } from "../payload.ts";
import { generate } from "./generate.ts";
import { heldStore } from "./testing/held-store.ts";
import { testService } from "./testing/test-service.ts";

const sizes = { bytes: 3_000_000, parts: 10, parallel: 5 };
const service = testService({ store: heldStore({}).store, sizes });

test.each([
  ["", 3_000_000],
  ["?size=0", 0],
  ["?size=11111", 11_111],
  ["?size=1M", 1_048_576],
])("/generate%s is so many bytes, and says so", async (query, want) => {
  const exchange = service.send(`GET /generate${query}`);
  const { head } = await exchange.done;
  const { parts } = exchange.answer;
  expect([head?.contentLength, Buffer.concat(parts).length]).toEqual([want, want]);
});

test.each(["1.5", "-1", "x", "", "2T", "1e3"])("size=%s is refused in words", async (size) => {
  const exchange = service.send(`GET /generate?size=${size}`);
  const { head } = await exchange.done;
  expect(head?.status).toBe(400);
  expect(JSON.parse(exchange.text()).detail).toContain(`Cannot make "${size}" bytes`);
});

test("HEAD is told the length and gets nothing", async () => {
  const exchange = service.send("HEAD /generate");
  const { head } = await exchange.done;
  expect([head?.contentLength, exchange.answer.parts]).toEqual([3_000_000, []]);
});

test("nobody can compress it", async () => {
  const exchange = service.send("GET /generate");
  await exchange.done;
  const body = Buffer.concat(exchange.answer.parts);
  expect(gzipSync(body).length).toBeGreaterThan(body.length);
});

test("nothing is made before the client takes it, and no more once it has gone", async () => {
  let made = 0;
  const wrote: (() => void)[] = [];
  const handler = generate({
    bytes: 2 ** 40,
    payload: (bytes) => {
      const onPiece = (): void => {
        made += 1;
        wrote.shift()?.();
      };
      return payloadStream({ seed: 1, bytes, onPiece });
    },
  });
  const next = (): Promise<void> => new Promise((resolve) => wrote.push(resolve));
  const first = next();
  const exchange = fakeExchange({ target: "/generate" });
  exchange.block();
  void serviceOf({ stages: [], routes: { "GET /generate": handler } })(exchange);
  await first;
  await new Promise(setImmediate);
  const madeWhileBlocked = made;
  const second = next();
  exchange.block();
  exchange.drain();
  await second;
  exchange.goAway();
  const madeUntilGone = made;
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  expect(madeWhileBlocked).toBe(1);
  expect(made - madeUntilGone).toBeLessThanOrEqual(1);
});

test("a client that stops reading holds it up: what was made is on its way, not in memory", async () => {
  let madeBytes = 0;
  const onPiece = ({ length }: Uint8Array): void => {
    madeBytes += length;
  };
  const payload = (bytes: number) => payloadStream({ seed: 1, bytes, onPiece });
  await using server = serveHttp({
    ...{ hostname: "127.0.0.1", port: 0, clock: systemClock() },
    limits: {
      ...{ maxHeadBytes: 8192, maxHeaders: 100, maxBodyBytes: 0, maxConnections: 1 },
      ...{ maxStreams: 1, idleTimeoutMs: 0, maxUnsentBytes: 2 ** 30 },
    },
    handler: serviceOf({
      stages: [],
      routes: { "GET /generate": generate({ bytes: 2 ** 28, payload }) },
    }),
    onError: (error) => {
      throw error;
    },
  });
  const begun = Promise.withResolvers<void>();
  const client = await Bun.connect({
    ...{ hostname: "127.0.0.1", port: server.port },
    socket: {
      data: (socket) => {
        socket.pause();
        begun.resolve();
      },
    },
  });
  client.write("GET /generate HTTP/1.1\r\nHost: a\r\n\r\n");
  await begun.promise;
  for (let still = 0, last = -1; still < 500; still += 1) {
    if (madeBytes !== last) still = 0;
    last = madeBytes;
    await new Promise(setImmediate);
  }
  client.terminate();
  // The kernel's buffers of both ends.
  expect(madeBytes).toBeLessThan(2 ** 26);
});
