import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Fields } from "./field-reader.ts";
import type { GateStatus } from "./gate-status.ts";
import { type RunningGate, runGate } from "./run.ts";
import { type HeldService, heldService } from "./testing/held-service.ts";

const anyPorts = { host: "127.0.0.1", port: 0, "metrics-port": 0 };
let folder = "";
let opened = new AsyncDisposableStack();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bw-gate-"));
  opened = new AsyncDisposableStack();
});
afterEach(async () => {
  await opened.disposeAsync();
  rmSync(folder, { recursive: true });
});

function openService(...options: Parameters<typeof heldService>): HeldService {
  return opened.use(heldService(...options));
}

async function openGate(fields: Fields, configPath?: string): Promise<RunningGate> {
  return opened.use(await runGate({ fields: { ...anyPorts, ...fields }, configPath }));
}

function writeConfig(config: Fields): string {
  const path = join(folder, "gate.json");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const ask = (gate: RunningGate, path: string, init?: RequestInit): Promise<Response> =>
  fetch(new URL(path, gate.url), { keepalive: false, ...init });

const side = (gate: RunningGate, path: string, init?: RequestInit): Promise<Response> =>
  fetch(new URL(path, gate.sideUrl), { keepalive: false, ...init });

const statusOf = async (gate: RunningGate): Promise<GateStatus> =>
  (await (await side(gate, "/status")).json()) as GateStatus;

const reload = (gate: RunningGate, init?: RequestInit): Promise<Response> =>
  side(gate, "/reload", { method: "POST", ...init });

test("metrics and status tell what the gate does", async () => {
  const service = openService();
  const gate = await openGate({ upstream: service.url, limit: 1, priority: "0=/g*" });
  const held = ask(gate, "/held");
  await service.arrived(1);
  const shed = await ask(gate, "/gold");
  const during = await statusOf(gate);
  service.release();
  await held;
  const metrics = await (await side(gate, "/metrics")).text();
  expect([shed.status, during.limiter, during.upstream]).toMatchObject([
    503,
    { limit: 1, inFlight: 1, algorithm: "fixed", mode: "enforce" },
    [{ url: service.url, state: "up", inFlight: 1, connections: { busy: 1 } }],
  ]);
  expect(during.shed).toEqual([{ reason: "limit", priority: 0, enforced: true, count: 1 }]);
  expect(metrics.split("\n")).toEqual(
    expect.arrayContaining([
      'gate_shed_total{reason="limit",priority="0",enforced="true"} 1',
      `gate_upstream_up{upstream="${service.url}"} 1`,
      "gate_upstream_seconds_count 1",
      'admission_limit{limiter="gate"} 1',
      'admission_requests_total{limiter="gate",outcome="rejected",reason="limit"} 1',
      'http_requests_total{method="GET",route="/g*",status="503"} 1',
      'http_requests_total{method="GET",route="other",status="200"} 1',
    ]),
  );
});

test("the paths of health checks are the service's, and those of the side port the gate's", async () => {
  const service = openService(() => new Response("the service's", { status: 418 }));
  const gate = await openGate({ upstream: service.url });
  for (const path of ["/health", "/ready", "/live"]) {
    expect((await ask(gate, path)).status).toBe(418);
    expect((await ask(gate, path, { method: "POST" })).status).toBe(418);
    expect((await side(gate, path)).status).toBe(200);
  }
});

test("a reload by HTTP changes the limit, and a download goes on", async () => {
  const more = Promise.withResolvers<void>();
  const before = openService(
    () =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(new Uint8Array(1000));
            await more.promise;
            controller.enqueue(new Uint8Array(2000));
            controller.close();
          },
        }),
      ),
  );
  const after = openService();
  const path = writeConfig({ upstream: before.url, limit: 5 });
  const gate = await openGate({}, path);
  const download = await ask(gate, "/download");
  writeConfig({ upstream: after.url, limit: 1 });
  const reloaded = (await (await reload(gate)).json()) as GateStatus;
  const shed = await ask(gate, "/x");
  more.resolve();
  const { length } = new Uint8Array(await download.arrayBuffer());
  const next = await ask(gate, "/x");
  expect([length, shed.status, next.status, after.came]).toEqual([3000, 503, 200, ["/x"]]);
  expect(reloaded).toMatchObject({ limiter: { limit: 1, inFlight: 1 }, reload: { count: 1 } });
  expect([gate.limit, gate.upstreams]).toEqual(["1 in flight", [after.url]]);
});

test.each([
  [{ upstream: "http://127.0.0.1:9", limit: 0 }, "Cannot use limit 0"],
  [{ limit: 2 }, "Cannot run without an upstream"],
  [
    { upstream: "http://127.0.0.1:9", host: "::1", "metrics-port": 5 },
    "Cannot change host, metrics-port while",
  ],
])("a file of %j is refused, and all stays as it was", async (config, message) => {
  const service = openService();
  const path = writeConfig({ upstream: service.url, limit: 5, ...anyPorts });
  const gate = opened.use(await runGate({ fields: {}, configPath: path }));
  writeConfig({ ...anyPorts, ...config });
  const refused = await reload(gate);
  const { limiter, reload: told } = await statusOf(gate);
  expect([refused.status, await refused.json()]).toMatchObject([
    409,
    { detail: expect.stringContaining(message) },
  ]);
  expect([limiter.limit, told]).toEqual([
    5,
    { count: 0, refused: expect.stringContaining(message) },
  ]);
  expect((await ask(gate, "/x")).status).toBe(200);
});

test("metrics and state are for this machine alone, if nobody says otherwise", async () => {
  const usual = await openGate({ upstream: "http://127.0.0.1:9", host: "::" });
  const open = await openGate({ upstream: "http://127.0.0.1:9", "metrics-host": "::1" });
  expect([usual.sideUrl?.hostname, open.sideUrl?.hostname]).toEqual(["127.0.0.1", "[::1]"]);
  expect((await side(usual, "/status")).status).toBe(200);
});

test("flags win over the file, at a reload as well", async () => {
  const service = openService();
  const path = writeConfig({ upstream: "http://127.0.0.1:9", limit: 5 });
  const gate = await openGate({ upstream: service.url, limit: "7" }, path);
  writeConfig({ upstream: "http://127.0.0.1:9", limit: 6 });
  gate.reload();
  expect([gate.limit, gate.upstreams]).toEqual(["7 in flight", [service.url]]);
});

test("neither a web page nor a gate without a file can be reloaded", async () => {
  const gate = await openGate({ upstream: "http://127.0.0.1:9" });
  const page = await reload(gate, { headers: { origin: "https://evil.test" } });
  const fileless = await reload(gate);
  expect([page.status, fileless.status, await fileless.json()]).toMatchObject([
    403,
    409,
    { code: "cannot_reload" },
  ]);
});

test("stopping finishes what is under way, and what waits", async () => {
  const service = openService();
  const gate = await openGate({ upstream: service.url, limit: 1, queue: 1, "max-wait": "9s" });
  const held = ask(gate, "/held");
  await service.arrived(1);
  const waiting = ask(gate, "/held");
  while ((await statusOf(gate)).limiter.queued === 0);
  const stopped = gate.stop();
  while ((await side(gate, "/ready")).status === 200);
  service.release();
  await service.arrived(2);
  service.release();
  await stopped;
  expect([(await held).status, (await waiting).status]).toEqual([200, 200]);
});

test("answers are logged if that is asked for", async () => {
  const service = openService();
  const lines: string[] = [];
  const fields = { ...anyPorts, upstream: service.url, "access-log": true };
  const gate = await runGate({ fields, log: (line) => void lines.push(line) });
  await ask(gate, "/x?secret=1");
  await gate.stop();
  const line = lines
    .join("\n")
    .split("\n")
    .find((each) => each.includes('"path"'));
  expect(JSON.parse(line ?? "")).toMatchObject({ method: "GET", path: "/x", status: 200 });
});

test("a client that speaks HTTP/2 is served, both ways", async () => {
  const service = openService(async (request) => new Response(await request.text()));
  const gate = await openGate({ upstream: service.url });
  const session = connect(gate.url);
  const request = session.request({ ":path": "/echo", ":method": "POST" });
  request.end("a".repeat(100_000));
  const body = await text(request);
  session.close();
  expect(body).toBe("a".repeat(100_000));
});

test.skipIf(Bun.which("openssl") === null)(
  "with a certificate (skipped without openssl) it speaks TLS, HTTP/2 by ALPN, and HTTP/3",
  async () => {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const name = ["-subj", "/CN=localhost", "-days", "2"];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const command = ["openssl", "req", "-x509", ...kind, "-keyout", key, "-out", cert, ...name];
    await Bun.spawn(command, { stderr: "ignore" }).exited;
    const service = openService();
    const tls = { "tls-cert": cert, "tls-key": key, http3: true };
    const gate = await openGate({ upstream: service.url, ...tls });
    const session = connect(gate.url, { rejectUnauthorized: false });
    const second = await text(session.request({ ":path": "/second" }));
    const { alpnProtocol } = session;
    session.close();
    const third = await fetch(new URL("/third", gate.url), {
      protocol: "http3",
      tls: { rejectUnauthorized: false },
    } as RequestInit);
    expect([second, alpnProtocol, await third.text()]).toEqual(["ok", "h2", "ok"]);
    expect(service.lastHeaders["x-forwarded-proto"]).toBe("https");
  },
);

test.each<[Fields, string]>([
  [{ upstream: "http://127.0.0.1:9", "tls-cert": "none.pem", "tls-key": "none.pem" }, "none.pem"],
  [{ upstream: "http://127.0.0.1:9", "max-limit": 10, "min-limit": 20 }, "min-limit 20"],
])("what cannot be is said: %j", async (fields, message) => {
  const error = await runGate({ fields: { ...anyPorts, ...fields } }).catch((cause) => cause);
  expect(String(error)).toContain(message);
});
