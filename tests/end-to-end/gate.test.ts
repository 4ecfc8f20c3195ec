import { expect, test } from "bun:test";
import { bw, start } from "./bw.ts";
import { nginxPath, startNginx, startOrigin } from "./front-proxies.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

const anyPorts = ["--host", "127.0.0.1", "--port", "0", "--metrics-port", "0"];

/** `bw gate`, on free ports. */
async function startGate(...args: readonly string[]) {
  const run = start(["gate", ...anyPorts, ...args]);
  const said = await run.until("stdout", /Metrics at \S+/);
  const url = /Listening on (\S+)\/ for/.exec(said)?.[1] ?? said;
  const side = /Metrics at (\S+)\/metrics/.exec(said)?.[1] ?? said;
  return { run, said, url, side };
}

test.concurrent("a load test through the gate sees what the origin answers, and the gate counts it", async () => {
  await using origin = await startOrigin();
  const { run, said, url, side } = await startGate("--upstream", origin.url);
  using folder = scratch();
  const summary = folder.at("summary.json");
  await bw(["run", `${url}/health`, "-n", "50", "-u", "5", "--summary-export", summary]);
  const metrics = await (await fetch(`${side}/metrics`)).text();
  run.kill("SIGINT");
  const { exitCode } = await run.ended;
  const { http_req_failed: failed } = (await Bun.file(summary).json()).metrics;
  expect(said).toContain(`for ${origin.url}\nLimit: adaptive, now 100 in flight\n`);
  expect([failed.passes, failed.fails, exitCode]).toEqual([0, 50, 0]);
  expect(metrics).toContain(
    'admission_requests_total{limiter="gate",outcome="admitted",reason=""} 50',
  );
});

test.concurrent("SIGHUP reads the file again while requests are under way", async () => {
  const answer = Promise.withResolvers<void>();
  using service = target(async () => {
    await answer.promise;
    return new Response("late");
  });
  using folder = scratch();
  const config = folder.write("gate.yaml", `upstream: ${service.url}\nlimit: 5\n`);
  const { run, url } = await startGate("--config", config);
  const slow = fetch(`${url}/slow`);
  await service.arrived(1);
  folder.write("gate.yaml", `upstream: ${service.url}\nlimit: 1\n`);
  run.kill("SIGHUP");
  await run.until("stderr", /Reloaded: 1 in flight/);
  const shed = await fetch(`${url}/shed`);
  folder.write("gate.yaml", `upstream: ${service.url}\nlimit: none\n`);
  run.kill("SIGHUP");
  const refused = await run.until("stderr", /all stays as it was/);
  answer.resolve();
  const finished = await (await slow).text();
  run.kill("SIGTERM");
  await run.ended;
  expect([shed.status, finished]).toEqual([503, "late"]);
  expect(refused).toContain('error: Cannot use limit "none": give a whole number');
});

test.concurrent("Ctrl-C finishes what is under way and takes nothing new", async () => {
  const answer = Promise.withResolvers<void>();
  using service = target(async () => {
    await answer.promise;
    return new Response("late");
  });
  const { run, url } = await startGate("--upstream", service.url);
  const slow = fetch(`${url}/slow`);
  await service.arrived(1);
  run.kill("SIGINT");
  await run.until("stderr", /Finishing the requests under way/);
  answer.resolve();
  const { exitCode } = await run.ended;
  const closed = await fetch(url).catch((error: unknown) => error);
  expect([await (await slow).text(), exitCode]).toEqual(["late", 0]);
  expect(closed).toBeInstanceOf(Error);
});

test.concurrent("a second Ctrl-C cuts what is under way", async () => {
  using service = target((request) =>
    request.url.endsWith("/tick") ? new Response() : new Promise<Response>(() => {}),
  );
  // Health checks show that time goes by: a second signal is one that comes 100 ms later.
  const ticking = ["--health-path", "/tick", "--health-interval", "50ms"];
  const { run, url } = await startGate("--upstream", service.url, ...ticking);
  const cut = fetch(`${url}/slow`).catch((error: unknown) => error);
  while (!service.paths.includes("/slow")) await service.arrived(service.count + 1);
  run.kill("SIGINT");
  await run.until("stderr", /Finishing the requests under way/);
  await service.arrived(service.count + 4);
  run.kill("SIGINT");
  const { exitCode } = await run.ended;
  expect(exitCode).toBe(0);
  expect(await cut).toBeInstanceOf(Error);
});

test.concurrent.skipIf(nginxPath === null)(
  "in front of nginx (skipped without it), as a service that compresses and takes uploads",
  async () => {
    await using nginx = await startNginx(
      'gzip on; gzip_proxied any; gzip_min_length 10; gzip_types text/plain; default_type text/plain; return 200 "a text that is worth compressing, for it repeats, repeats, repeats\n";',
    );
    const { run, url } = await startGate("--upstream", nginx.url);
    const answer = await fetch(`${url}/x`, { headers: { "accept-encoding": "gzip" } });
    const upload = await fetch(`${url}/x`, { method: "POST", body: "a".repeat(1_000_000) });
    run.kill("SIGTERM");
    await run.ended;
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(await answer.text()).toContain("repeats, repeats");
    expect(upload.status).toBe(200);
  },
);

test.concurrent("in front of an origin that speaks TLS with a certificate of its own", async () => {
  await using origin = await startOrigin("--tls-port", "0", "--no-http3");
  const said = await origin.run.until("stdout", /https:/);
  const upstream = /(https:\S+)\/\n/.exec(said)?.[1]?.replace("[::]", "127.0.0.1") ?? said;
  const careless = await startGate("--upstream", upstream, "--insecure");
  const careful = await startGate("--upstream", upstream);
  const statuses = [careless, careful].map(
    async ({ url }) => (await fetch(`${url}/health`)).status,
  );
  expect(await Promise.all(statuses)).toEqual([200, 502]);
  for (const { run } of [careless, careful]) {
    run.kill("SIGTERM");
    await run.ended;
  }
});

test.concurrent("a port that is taken is said", async () => {
  using service = target();
  const port = new URL(service.url).port;
  const taken = ["--upstream", "http://127.0.0.1:9", "--host", "127.0.0.1"];
  const own = await bw(["gate", ...taken, "--port", port, "--metrics-port", "off"]);
  const side = await bw(["gate", ...taken, "--port", "0", "--metrics-port", port]);
  for (const { exitCode, stderr, stdout } of [own, side]) {
    expect([exitCode, stdout]).toEqual([104, ""]);
    expect(stderr).toContain(`Cannot listen on port ${port} of 127.0.0.1: another program has it`);
  }
});

test.concurrent.each([
  [[], "Cannot run without an upstream"],
  [["--upstream", "nowhere"], 'Cannot use upstream "nowhere"'],
  [["--upstream", "http://127.0.0.1:8000"], "the gate itself listens there"],
  [["--upstream", "http://a.test", "--limit", "0"], 'Cannot use limit "0"'],
  [["--upstream", "http://a.test", "--max-ccu", "NaN"], 'Cannot use max-ccu "NaN"'],
  [["--upstream", "http://a.test", "--share", "a=0.6", "--share", "b=0.6"], "shares of 1.2"],
  [["--upstream", "http://a.test", "--priority", "/a=0"], 'Cannot use priority "/a=0"'],
  [["--config", "/nowhere/gate.yaml"], 'Cannot read config "/nowhere/gate.yaml"'],
  [["--upstream", "http://a.test", "--nonsense"], "unknown option '--nonsense'"],
])("%p is refused in a line", async (args, message) => {
  const { exitCode, stdout, stderr } = await bw(["gate", ...args]);
  expect([exitCode, stdout]).toEqual([104, ""]);
  expect(stderr).toContain(message);
});
