import { expect, test } from "bun:test";
import { bw, start } from "./bw.ts";
import { startOrigin } from "./front-proxies.ts";
import { scratch } from "./scratch.ts";

/** `bw proxy` in front of an origin, on free ports. */
async function startProxy(upstream: string, ...args: readonly string[]) {
  const places = ["--listen", "127.0.0.1:0", "--upstream", upstream, "--control", "127.0.0.1:0"];
  const run = start(["proxy", ...places, ...args]);
  const said = await run.until("stdout", /Control API at \S+\n/);
  const control = /Control API at (\S+)\n/.exec(said)?.[1] ?? said;
  return { run, url: `http://${/Listening on (\S+) for/.exec(said)?.[1]}`, control };
}

test.concurrent("a load test sees the latency that was asked for, and the origin does not", async () => {
  await using origin = await startOrigin("--access-log", "json");
  const { run, url } = await startProxy(origin.host, "--latency", "40ms");
  using folder = scratch();
  const summary = folder.at("summary.json");
  const min = ["--summary-trend-stats", "min", "--summary-export", summary];
  await bw(["run", `${url}/health`, "-n", "5", ...min]);
  run.kill("SIGTERM");
  const { exitCode } = await run.ended;
  const logged = await origin.run.until("stderr", /\/health.*\n/);
  expect((await Bun.file(summary).json()).metrics.http_req_duration.min).toBeGreaterThanOrEqual(80);
  expect(JSON.parse(logged.split("\n")[0] ?? "").duration_ms).toBeLessThan(40);
  expect(exitCode).toBe(0);
});

test.concurrent("the network can be taken away and given back while it runs", async () => {
  await using origin = await startOrigin();
  const { run, url, control } = await startProxy(origin.host);
  const ask = () => fetch(`${url}/health`, { keepalive: false }).then(({ status }) => status);
  const tell = (what: string) => fetch(`${control}proxies/default/${what}`, { method: "POST" });
  const before = await ask();
  await tell("pause");
  const meanwhile = await ask().catch((error: unknown) => error);
  await tell("resume");
  const after = await ask();
  run.kill("SIGINT");
  await run.ended;
  expect([before, after]).toEqual([200, 200]);
  expect(meanwhile).toBeInstanceOf(Error);
});

test.concurrent.each([
  [["--control", "off"], "--listen"],
  [["--listen", ":0"], "Cannot use upstream nothing"],
  [["--listen", ":0", "--upstream", "nowhere"], "nowhere"],
  [["--listen", ":0", "--upstream", ":1", "--latency", "-1ms"], "-1ms"],
  [["--listen", ":0", "--upstream", ":1", "--drop", "2"], "2"],
])("%p is refused in a line", async (args, message) => {
  const ended = await bw(["proxy", ...args]);
  expect(ended).toMatchObject({ exitCode: 104, stdout: "" });
  expect(ended.stderr).toContain(message);
});
