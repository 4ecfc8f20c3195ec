import { expect, test } from "bun:test";
import { join } from "node:path";
import { FakeClock } from "@breakwater/clock/testing";
import { ServerError } from "@breakwater/http-server";
import { Proxies } from "./proxies.ts";
import { ProxyError } from "./proxy-error.ts";
import { runProxy } from "./run.ts";
import { startControl } from "./start-control.ts";

const control = "127.0.0.1:0";

function answering() {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("hello") });
  return { upstream: `127.0.0.1:${server.port}`, [Symbol.dispose]: () => void server.stop(true) };
}

test("requests pass through proxies whose impairments are changed over HTTP", async () => {
  using server = answering();
  const { upstream } = server;
  const proxies = [`a=${control}=${upstream}`, `b=${control}=${upstream}`];
  await using running = await runProxy({ proxies, control, seed: 7 });
  expect(running.proxies.map(({ name }) => name)).toEqual(["a", "b"]);
  const get = () => fetch(`http://${running.proxies[0]!.listen}/`, { keepalive: false });
  expect(await (await get()).text()).toBe("hello");
  const impairments = new URL("/proxies/a/impairments", running.control);
  const body = JSON.stringify({ latency: "40ms" });
  expect((await fetch(impairments, { method: "PUT", body })).status).toBe(200);
  const startMs = performance.now();
  expect(await (await get()).text()).toBe("hello");
  expect(performance.now() - startMs).toBeWithin(80, 5000);
  const stats = await (await fetch(new URL("/stats", running.control))).json();
  expect(stats).toMatchObject({
    seed: 7,
    proxies: [
      { name: "a", counts: { acceptedConnections: 2 } },
      { name: "b", counts: { acceptedConnections: 0 } },
    ],
  });
});

test("proxies are read from a file", async () => {
  const proxiesPath = join(import.meta.dir, "testing", "proxies.json");
  await using running = await runProxy({ proxiesPath, control: "off", impairments: { jitter: 1 } });
  const [slow] = running.proxies;
  expect(slow).toMatchObject({ name: "slow", up: { latency: 20, jitter: 1 }, down: { jitter: 1 } });
  expect(running.control).toBeUndefined();
});

test("a file that cannot be read is told, with why", async () => {
  const proxiesPath = join(import.meta.dir, "nowhere.json");
  const starting = runProxy({ proxiesPath, control });
  await expect(starting).rejects.toThrow(/Cannot read proxies from ".*nowhere.json" \(ENOENT/);
});

test("a proxy that cannot listen ends the others that were started", async () => {
  using server = answering();
  const { upstream } = server;
  const proxies = [`a=${control}=${upstream}`, `b=192.0.2.1:0=${upstream}`];
  await expect(runProxy({ proxies, control })).rejects.toBeInstanceOf(ServerError);
});

test("a control API that was asked for has to be had; the default one is done without", async () => {
  using server = answering();
  const { upstream } = server;
  const starting = runProxy({ listen: control, upstream, control: upstream });
  await expect(starting).rejects.toBeInstanceOf(ServerError);
  const proxies = new Proxies({ clock: new FakeClock(), seed: 1 });
  const place = { hostname: "127.0.0.1", port: Number(upstream.split(":")[1]) };
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const settings = { kind: "on", place, isAskedFor: false } as const;
  expect(startControl(settings, proxies, log)).toBeUndefined();
  expect(lines).toEqual([expect.stringMatching(/^No control API: Cannot listen on port \d+ of/)]);
});

test("without a proxy there has to be a control API", async () => {
  await expect(runProxy({ control: "off" })).rejects.toBeInstanceOf(ProxyError);
  await using running = await runProxy({ control });
  expect(running.proxies).toEqual([]);
});

test("stopping leaves open connections their grace, and a second time cuts them", async () => {
  using server = answering();
  const running = await runProxy({ listen: control, upstream: server.upstream, control: "off" });
  const port = Number(running.proxies[0]!.listen.split(":")[1]);
  const closed = Promise.withResolvers<unknown>();
  const opened = Promise.withResolvers<void>();
  await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: () => opened.resolve(),
      close: (_socket, error) => closed.resolve(error),
      open: (socket) => void socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    },
  });
  await opened.promise;
  const first = running.stop({ graceMs: 60_000 });
  await running.stop({ graceMs: 0 });
  await first;
  expect(await closed.promise).toMatchObject({ code: "ECONNRESET" });
});
