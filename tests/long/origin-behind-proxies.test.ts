import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bw } from "../end-to-end/bw.ts";
import {
  type FrontProxy,
  haproxyPath,
  nginxPath,
  type Origin,
  startHaproxy,
  startNginx,
  startOrigin,
} from "../end-to-end/front-proxies.ts";

const viaHttp11 = "proxy_http_version 1.1; proxy_set_header Connection ''; proxy_buffering off;";

/** The status that comes of it, or that the answer was cut. */
async function outcome(url: string): Promise<number | "cut"> {
  try {
    const response = await fetch(url, { keepalive: false });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return "cut";
  }
}

describe.skipIf(nginxPath === null)("behind nginx", () => {
  let origin: Origin;
  let proxy: FrontProxy;
  beforeAll(async () => {
    origin = await startOrigin();
    const upload = "proxy_request_buffering off;";
    proxy = await startNginx(`${viaHttp11} ${upload} proxy_pass ${origin.url};`);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await origin[Symbol.asyncDispose]();
  });

  test.each<[string, number | "cut"]>([
    ["/health", 200],
    ["/status/418", 418],
    ["/status/103", 200],
    ["/bin/5M", 200],
    ["/bin/5M?chunked=true", 200],
    ["/chunked/3?delay=5", 200],
    ["/fault/reset", 502],
    ["/fault/close", 502],
    ["/fault/huge-headers?bytes=64K", 502],
    // nginx takes what is no HTTP for an answer of HTTP/0.9, and passes it on.
    ["/fault/garbage", "cut"],
    ["/fault/truncate", "cut"],
    ["/fault/bad-chunk", "cut"],
  ])("%s ends as %p", async (path, want) => {
    expect(await outcome(proxy.url + path)).toBe(want);
  });

  test("an upload and its echo go through whole", async () => {
    const body = new Uint8Array(5_000_000);
    const response = await fetch(`${proxy.url}/upload`, { method: "PUT", body });
    expect(await response.json()).toMatchObject({ bytes_received: 5_000_000, method: "PUT" });
  });

  test("a WebSocket is echoed through it", async () => {
    const upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";
    await using upgrading = await startNginx(
      `proxy_http_version 1.1; ${upgrade} proxy_pass ${origin.url};`,
    );
    const socket = new WebSocket(`${upgrading.url.replace("http", "ws")}/ws`);
    const echoed = Promise.withResolvers<unknown>();
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => echoed.resolve(data);
    socket.onerror = () => echoed.reject(new Error("The WebSocket has failed"));
    expect(await echoed.promise).toBe("hello");
    socket.close();
  });
});

describe.skipIf(haproxyPath === null)("behind HAProxy", () => {
  test.each([
    ["HTTP/1.1", "", "HTTP/1.1"],
    ["HTTP/2 with prior knowledge", "proto h2", "HTTP/2.0"],
  ])("it speaks %s", async (_name, proto, protocol) => {
    await using origin = await startOrigin("--access-log", "json");
    await using proxy = await startHaproxy(`  server one ${origin.host} ${proto}`);
    expect(await outcome(`${proxy.url}/bin/3M`)).toBe(200);
    const logged = await origin.run.until("stderr", /\/bin\/3M.*\n/);
    expect(JSON.parse(logged)).toMatchObject({ protocol, uri: "/bin/3M", body_bytes: 3 * 2 ** 20 });
  });

  test.each(["send-proxy", "send-proxy-v2"])("%s tells it the client", async (send) => {
    await using origin = await startOrigin("--proxy-protocol");
    await using proxy = await startHaproxy(`  server one ${origin.host} ${send}`);
    const echo = (await (await fetch(`${proxy.url}/`)).json()) as { destination_addr: string };
    // HAProxy's own client came to its port, not to ours.
    expect(echo.destination_addr).toBe(proxy.url.replace("http://", ""));
  });

  test("HTTPS with HTTP/2 by ALPN and the PROXY protocol go together", async () => {
    await using origin = await startOrigin("--tls-port", "0", "--proxy-protocol");
    const said = await origin.run.until("stdout", /https:\S+\n/);
    const host = /https:\/\/(\S+)\//.exec(said)?.[1];
    await using proxy = await startHaproxy(
      `  server one ${host} ssl verify none alpn h2 send-proxy-v2`,
    );
    const echo = (await (await fetch(`${proxy.url}/`)).json()) as { destination_addr: string };
    expect(echo.destination_addr).toBe(proxy.url.replace("http://", ""));
  });

  test("of two origins one ends under load, and no request is lost", async () => {
    await using leaving = await startOrigin("--drain-delay", "1s");
    await using staying = await startOrigin();
    // The checks see /health fail while the port is still open: that is what --drain-delay is for.
    await using proxy = await startHaproxy(`  option httpchk GET /health
  default-server check inter 100ms fall 1 rise 1
  server leaving ${leaving.host}
  server staying ${staying.host}`);
    const load = bw(["run", `${proxy.url}/bin/1K`, "-u", "8", "-d", "4s"]);
    await untilAsked(leaving.url, 500);
    leaving.run.kill("SIGTERM");
    const left = await leaving.run.ended;
    const { stdout, exitCode } = await load;
    expect(left.exitCode).toBe(0);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/http_req_failed\.+: 0\.00% /);
  }, 20_000);
});

test.each(["1", "2"])(
  "alone under load, %s workers end without losing a request",
  async (workers) => {
    await using origin = await startOrigin("--workers", workers);
    const clients = Array.from({ length: 16 }, () => askUntilClosed(origin.url));
    await untilAsked(origin.url, 5000);
    origin.run.kill("SIGTERM");
    const results = await Promise.all(clients);
    const { exitCode } = await origin.run.ended;
    expect(exitCode).toBe(0);
    expect(results.map(({ lost }) => lost)).toEqual(results.map(() => 0));
    expect(Math.min(...results.map(({ answered }) => answered))).toBeGreaterThan(0);
  },
);

/** Until the origin has answered so many requests. */
async function untilAsked(url: string, wanted: number): Promise<void> {
  let answered = 0;
  while (answered < wanted) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const counts = text.matchAll(/^http_requests_total\{.*\} (\d+)$/gm);
    answered = [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }
}

/** A keep-alive client that asks again and again, until it is told to close. */
async function askUntilClosed(url: string): Promise<{ answered: number; lost: number }> {
  const { hostname, port } = new URL(url);
  const ended = Promise.withResolvers<void>();
  let answered = 0;
  let isAwaiting: boolean = false;
  const request = `GET /health HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;
  await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      open(socket) {
        isAwaiting = true;
        socket.write(request);
      },
      data(socket, bytes) {
        answered += 1;
        isAwaiting = false;
        if (/connection: close/i.test(bytes.toString("latin1"))) return;
        isAwaiting = true;
        socket.write(request);
      },
      close: () => ended.resolve(),
      error: () => ended.resolve(),
    },
  });
  await ended.promise;
  return { answered, lost: isAwaiting ? 1 : 0 };
}
