import { describe, expect, test } from "bun:test";
import { bw, start } from "./bw.ts";
import { startOrigin } from "./front-proxies.ts";
import { childrenOf } from "./processes.ts";
import { runScript } from "./run-script.ts";

test.concurrent.each([
  ["health", ["-n", "500", "-u", "20"], 500],
  ["bin/10K?chunked=true", ["-n", "100", "--workers", "2", "-u", "20"], 100],
  ["delay/20", ["--rate", "100/s", "-d", "300ms"], 30],
])("bw run loads bw origin: %s", async (path, args, count) => {
  await using origin = await startOrigin();
  const { exitCode, stdout } = await bw(["run", `${origin.url}/${path}`, ...args]);
  origin.run.kill("SIGTERM");
  const ended = await origin.run.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`0 out of ${count}\n`);
  expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("Finishing") });
});

test.concurrent("the script that is there to start from passes against it", async () => {
  await using origin = await startOrigin();
  const source = await Bun.file(`${import.meta.dir}/../../examples/scripts/checkout.ts`).text();
  const args = ["-e", `TARGET=${origin.url}`, "-d", "1s", "-u", "4"];
  const { run: ended } = await runScript(source, { args });
  expect(ended.stderr).toBe("");
  expect(ended.stdout).toMatch(/checks_failed\.+: 0\.00% +0 out of \d+$/m);
});

test.concurrent("the script that echoes over WebSockets passes against its /ws", async () => {
  await using origin = await startOrigin();
  const file = `${import.meta.dir}/../../examples/scripts/k6/echo-socket.js`;
  const target = `TARGET=${origin.url.replace("http", "ws")}/ws`;
  const { exitCode, stdout } = await bw(["run", file, "-e", target, "-d", "1s", "-u", "2"]);
  expect(stdout).toMatch(/checks_failed\.+: 0\.00% +0 out of \d+$/m);
  expect(exitCode).toBe(0);
});

test.concurrent("a script for k6 calls its gRPC service, found by reflection", async () => {
  const origin = start(["origin", "--addr", "127.0.0.1:0", "--grpc-port", "0", "--workers", "1"]);
  const said = await origin.until("stdout", /for gRPC\n/);
  const [, port] = /:(\d+) for gRPC/.exec(said) ?? [];
  const script = `
    import grpc from "k6/net/grpc";
    import { check } from "k6";
    const client = new grpc.Client();
    export default function () {
      client.connect("127.0.0.1:${port}", { plaintext: true, reflect: true });
      const good = client.invoke("echo.EchoService/Echo", { message: "hello" });
      const bad = client.invoke("echo.EchoService/Echo", { message: "hello", responseCode: 5 });
      check(good, { "echoed": (r) => r.status === grpc.StatusOK && r.message.message === "hello" });
      check(bad, { "refused": (r) => r.status === grpc.StatusNotFound });
      client.close();
    }`;
  const { run } = await runScript(script, { args: ["-n", "3"] });
  origin.kill("SIGTERM");
  await origin.ended;
  expect(run.stdout).toMatch(/checks_failed\.+: 0\.00% +0 out of 6$/m);
});

test.concurrent("it says each answer where that is asked for, and drains", async () => {
  await using origin = await startOrigin("--access-log");
  const slow = fetch(`${origin.url}/delay/200`);
  await fetch(`${origin.url}/health`);
  await origin.run.until("stderr", /GET \/health HTTP\/1.1 200/);
  origin.run.kill("SIGTERM");
  await origin.run.until("stderr", /Finishing the requests under way; once more ends them at once/);
  expect((await slow).status).toBe(200);
  expect((await origin.run.ended).exitCode).toBe(0);
});

test.concurrent("the seed's flags and their environment variables do the same", async () => {
  const flags = ["-addr=127.0.0.1:0", "-grpc-addr=127.0.0.1:0", "-pprof-addr=127.0.0.1:0"];
  const more = ["-buffer-size=64", "-mem-interval=50ms", "-quiet=false", "--workers", "1"];
  const origin = start(["origin", ...flags, ...more]);
  const said = await origin.until("stdout", /Profiles at .*\n/);
  const [url] = /http:\S+/.exec(said) ?? [""];
  await (await fetch(`${url}health`)).text();
  const [profiles] = /http:\S+\/debug\/pprof\//.exec(said) ?? [""];
  const heap = await (await fetch(`${profiles}heap`)).json();
  expect(heap).toMatchObject({ snapshot: { meta: expect.anything() } });
  await origin.until("stderr", /memory: resident \d+\.\d MB/);
  await origin.until("stderr", /GET \/health HTTP\/1\.1 200 15 bytes/);
  origin.kill("SIGTERM");
  await origin.ended;
  const env = { BW_ORIGIN_PORT: "0", BW_ORIGIN_GRPC_PORT: "off", BW_ORIGIN_WORKERS: "1" };
  const other = start(["origin"], { env: { ...env, BW_ORIGIN_HOST: "127.0.0.1" } });
  const saidByOther = await other.until("stdout", /\n/);
  other.kill("SIGTERM");
  await other.ended;
  expect(said).toMatch(/^Listening on http:\S+\nListening on \S+ for gRPC\nProfiles at \S+\n$/);
  expect(saidByOther).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+\/\n$/);
});

test.concurrent.each([
  [["--port", "65536"], "65536 is no port"],
  [["--grpc-port", "no"], "no"],
  [["--addr", "8080"], "give HOST:PORT or :PORT"],
  [["--buffer-size", "32"], "Cannot use bufferKb 32"],
  [["--shape", "delay=fast"], "Cannot "],
  [["--idle-timeout", "soon"], "soon"],
  [["--access-log", "xml"], "neither text nor json"],
  [["--tls-cert", "/nowhere.pem"], "without its key"],
  [["--tls-port", "0", "--tls-cert", "/nowhere", "--tls-key", "/nowhere"], "/nowhere"],
])("%p is refused in a line", async (args, message) => {
  const ended = await bw(["origin", "--port", "0", ...args]);
  expect(ended).toMatchObject({ exitCode: 104, stdout: "" });
  expect(ended.stderr).toContain(message);
});

test.concurrent("a port that is taken is an error in a line", async () => {
  await using origin = await startOrigin();
  const { port } = new URL(origin.url);
  for (const workers of ["1", "2"]) {
    const args = ["origin", "--port", port, "--host", "127.0.0.1", "--workers", workers];
    const second = await bw(args);
    expect(second).toMatchObject({ exitCode: 104, stdout: "" });
    expect(second.stderr).toMatch(new RegExp(`^error: .*${port}.*\n$`));
  }
});

test.concurrent("a second origin gets no part of the first one's gRPC, whose place is as asked", async () => {
  const args = ["origin", "--addr", "127.0.0.1:0", "--workers", "2"];
  const first = start([...args, "--grpc-addr", "127.0.0.1:0"]);
  const said = await first.until("stdout", /for gRPC\n/);
  const [, host, port = ""] = /Listening on (\S+):(\d+) for gRPC/.exec(said) ?? [];
  const second = await bw([...args, "--grpc-port", port]);
  const elsewhere = await fetch(`http://127.0.0.2:${port}/`).catch((error: unknown) => error);
  first.kill("SIGTERM");
  await first.ended;
  expect(host).toBe("127.0.0.1");
  expect(elsewhere).toBeInstanceOf(Error);
  expect(second).toMatchObject({ exitCode: 104, stderr: expect.stringContaining(port) });
});

describe("with several workers", () => {
  const startTwo = async (...args: readonly string[]) => {
    const origin = await startOrigin("--workers", "2", ...args);
    return { origin, workers: () => childrenOf(origin.run.pid) };
  };

  test.concurrent("both answer on one port, and are counted together", async () => {
    const { origin, workers } = await startTwo();
    await using _origin = origin;
    expect(workers()).toHaveLength(2);
    // Connections are spread by chance: with 40 it is certain enough that both have some.
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        await (await fetch(`${origin.url}/bin/1`, { keepalive: false })).text();
      }),
    );
    const text = await (await fetch(`${origin.url}/metrics`)).text();
    expect(text).toContain('http_requests_total{route="/bin",status="200",protocol="HTTP/1.1"} 40');
    expect(text).toContain("origin_processes 2\n");
  });

  test.concurrent("one that dies is replaced", async () => {
    const { origin, workers } = await startTwo();
    await using _origin = origin;
    const [first] = workers();
    process.kill(first ?? 0, "SIGKILL");
    await origin.run.until("stderr", /A worker has ended .*; starting another in its place/);
    expect((await fetch(`${origin.url}/health`, { keepalive: false })).status).toBe(200);
  });

  test.concurrent("they finish what is under way, or are cut by a second signal", async () => {
    const { origin } = await startTwo();
    await using _origin = origin;
    const short = fetch(`${origin.url}/delay/300`);
    const long = fetch(`${origin.url}/delay/60000`).catch((error: unknown) => error);
    await (await fetch(`${origin.url}/delay/100`)).text();
    origin.run.kill("SIGINT");
    expect((await short).status).toBe(200);
    origin.run.kill("SIGINT");
    expect(await long).toBeInstanceOf(Error);
    expect((await origin.run.ended).exitCode).toBe(0);
  });
});
