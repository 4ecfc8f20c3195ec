import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@breakwater/clock/testing";
import { systemClock } from "@breakwater/system-clock";
import { exitCode, RunError } from "../exit-code.ts";
import { caught } from "../vu/testing/test-user.ts";
import type { EngineJob } from "./engine.ts";
import { LocalEngine } from "./local-engine.ts";
import {
  countingClock,
  jobFor,
  runThrough,
  seenEvents,
  total,
  urlWorkload,
} from "./testing/engine-run.ts";

test("it reports each second, and once more at the end, then it is done", async () => {
  const clock = new FakeClock();
  const seen = seenEvents();
  const script = `import { sleep } from "breakwater"; export default () => sleep(0.1)`;
  const engine = new LocalEngine(await jobFor({ vus: 2, duration: 2500 }, script), seen, clock);
  await engine.ready;
  engine.go(undefined);
  const log: string[] = [];
  void engine.done.then(() => log.push(`done after ${seen.reports.length}`));
  await clock.advanceTo(10_000);
  expect(log).toEqual(["done after 3"]);
  expect(
    seen.reports.map(({ vusActive, vusInitialized, scenarios }) => [
      vusActive,
      vusInitialized,
      Object.values(scenarios)[0]?.complete,
    ]),
  ).toEqual([
    [2, 2, 18],
    [2, 2, 38],
    [0, 2, 50],
  ]);
  expect(total(seen.reports, "iterations")).toBe(50);
});

test("requests, checks and the script's own metrics are in the reports", async () => {
  await using server = Bun.serve({ port: 0, fetch: () => new Response("ok") });
  const script = `
    import { http, check, Counter } from "breakwater";
    const orders = new Counter("orders");
    export default async (data) => {
      const response = await http.get(data.url);
      if (check(response, { "is ok": (r) => r.body === "ok" })) orders.add(2);
    };`;
  const seen = seenEvents();
  const engine = new LocalEngine(
    await jobFor({ vus: 2, iterations: 5 }, script),
    seen,
    systemClock(),
  );
  await runThrough(engine, JSON.stringify({ url: String(server.url) }));
  const { reports } = seen;
  expect(["http_reqs", "orders", "iterations"].map((name) => total(reports, name))).toEqual([
    5, 10, 5,
  ]);
  expect(reports.flatMap(({ checks }) => checks)).toEqual([
    { path: "", checks: [["is ok", 5, 0]] },
  ]);
  expect([reports.at(-1)?.answered, seen.log]).toEqual([5, []]);
});

test("in URL mode an iteration is one request", async () => {
  await using server = Bun.serve({ port: 0, fetch: () => new Response("ok") });
  const seen = seenEvents();
  const job = await jobFor({ vus: 3, iterations: 30 }, urlWorkload(server.url));
  const clock = countingClock(systemClock());
  await runThrough(new LocalEngine(job, seen, clock));
  expect(total(seen.reports, "http_reqs")).toBe(30);
  expect(clock.pending()).toBe(0);
});

test.each([
  ["noConnectionReuse", { noConnectionReuse: true }],
  ["noVUConnectionReuse", { noVUConnectionReuse: true }],
])("in URL mode %s makes a connection for each request", async (_name, options) => {
  const ports = new Set<number>();
  await using server = Bun.serve({
    port: 0,
    fetch: (request, self) => {
      ports.add(self.requestIP(request)!.port);
      return new Response(request.headers.get("connection"));
    },
  });
  const job = await jobFor({ iterations: 4, ...options }, urlWorkload(server.url));
  await runThrough(new LocalEngine(job, seenEvents(), systemClock()));
  expect(ports.size).toBe(4);
});

test("what fails again and again is told once, with how often at the end", async () => {
  const script = `export default () => { throw new Error("no"); }`;
  const seen = seenEvents();
  const engine = new LocalEngine(await jobFor({ iterations: 4 }, script), seen, systemClock());
  await runThrough(engine);
  const where = expect.stringMatching(/^error Error: no\n {4}at .*script\.ts:1:\d+\)$/);
  const again = expect.stringMatching(
    /^error Error: no\n {4}at .*script\.ts:1:\d+\) \(3 more times\)$/,
  );
  expect(seen.log).toEqual([where, again]);
});

test("a script that throws while a VU is made cannot be run", async () => {
  const job = await jobFor({ iterations: 1 }, `nowhere.at(1); export default () => {}`);
  const engine = new LocalEngine(job, seenEvents(), new FakeClock());
  const error = (await caught(engine.ready)) as RunError;
  expect(error).toBeInstanceOf(RunError);
  expect([error.exitCode, error.message]).toEqual([
    exitCode.scriptException,
    expect.stringMatching(/^ReferenceError: nowhere is not defined\n {4}at .*script\.ts:1:1$/),
  ]);
});

test.each(["drain", "now"] as const)("stopped (%s) before it began it is done", async (how) => {
  const seen = seenEvents();
  const clock = countingClock(new FakeClock());
  const engine = new LocalEngine(await jobFor({ iterations: 1 }), seen, clock);
  await engine.ready;
  engine.stop(how);
  engine.stop(how);
  await engine.done;
  engine.go(undefined);
  expect([seen.reports.length, total(seen.reports, "iterations")]).toEqual([1, 0]);
  expect(clock.pending()).toBe(0);
});

test.each([
  ["drain", 1, 0, 1000],
  ["now", 0, 1, 500],
] as const)("stopped (%s) while it runs", async (how, complete, interrupted, endMs) => {
  const clock = new FakeClock();
  const seen = seenEvents();
  const script = `import { sleep } from "breakwater"; export default () => sleep(1)`;
  const engine = new LocalEngine(await jobFor({ duration: 60_000 }, script), seen, clock);
  await engine.ready;
  engine.go(undefined);
  const ends: number[] = [];
  void engine.done.then(() => ends.push(clock.nowMs()));
  await clock.advanceTo(500);
  engine.stop(how);
  await clock.advanceTo(20_000);
  expect(seen.reports.at(-1)?.scenarios.default).toMatchObject({ complete, interrupted });
  expect(ends).toEqual([endMs]);
});

test("it is one worker of several: its share of VUs and iterations", async () => {
  const clock = new FakeClock();
  const seen = seenEvents();
  const job = { ...(await jobFor({ vus: 5, iterations: 11 })), worker: 1, workers: 2 };
  const engine = new LocalEngine(job, seen, clock);
  await engine.ready;
  const done = runThrough(engine);
  await clock.advanceTo(2000);
  await done;
  expect([seen.reports.at(-1)?.vusInitialized, total(seen.reports, "iterations")]).toEqual([2, 5]);
});

/** What `--out json=PATH` asks of a worker. */
function jsonTo(path: string): EngineJob["sampling"] {
  return { outputs: [{ kind: "json", path }], isFolding: false, isGrouping: false };
}

test("samples are written one by one", async () => {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-engine-"));
  const samplesPath = join(dir, "out.json");
  const job = { ...(await jobFor({ iterations: 3 })), sampling: jsonTo(samplesPath) };
  await runThrough(new LocalEngine(job, seenEvents(), systemClock()));
  const lines = readFileSync(samplesPath, "utf8").trimEnd().split("\n");
  const points = lines
    .map((line) => JSON.parse(line))
    .filter(({ metric }) => metric === "iterations");
  expect(points.map(({ type, data }) => [type, data.value, data.tags])).toEqual(
    Array.from({ length: 3 }, () => ["Point", 1, { scenario: "default", group: "" }]),
  );
  rmSync(dir, { recursive: true });
});

test("samples that cannot be written are told once; the run goes on", async () => {
  const seen = seenEvents();
  const job = { ...(await jobFor({ iterations: 3 })), sampling: jsonTo("/dev/full") };
  await runThrough(new LocalEngine(job, seen, systemClock()));
  expect(seen.log).toEqual([expect.stringContaining('lost Cannot write samples to "/dev/full"')]);
  expect(total(seen.reports, "iterations")).toBe(3);
});
