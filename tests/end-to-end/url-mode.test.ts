import { describe, expect, test } from "bun:test";
import { faultServer, okResponse } from "../../io/http-client/src/testing/fault-server.ts";
import { bw } from "./bw.ts";
import { readExported, readPoints, sum, valuesOf } from "./results.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

describe("what is counted is what arrived", () => {
  test.concurrent.each([
    ["-n 100", 100],
    ["-i 100 -u 20 --workers 2", 100],
    ["-n 1", 1],
  ])("%s makes %i requests", async (args, want) => {
    expect((await counted(args)).arrived).toBe(want);
  });

  // One after another, as they are about time.
  test.each([
    ["--rate 500/s -d 1s", 500],
    ["--rate 30000/1m -d 1s --workers 2", 500],
    // The area under the rate: from 100/s to 300/s, and down to 0.
    ["--rate 100/s --stage 500ms:300 --stage 250ms:0", 137],
  ])("%s makes %i requests, one more or less", async (args, want) => {
    const { arrived, metrics } = await counted(args);
    expect(Math.abs(arrived - want)).toBeLessThanOrEqual(1);
    expect(metrics).not.toHaveProperty("dropped_iterations");
  });

  test.concurrent.each([
    ["-d 500ms -u 4"],
    ["-d 500ms -u 16 --workers 2"],
    ["--stage 300ms:10 --stage 300ms:0"],
    ["--stage 200ms:8,200ms:0 -u 4 --workers 2"],
  ])("%s loses no request at the end", async (args) => {
    const { arrived } = await counted(args);
    expect(arrived).toBeGreaterThan(0);
  });

  /** Runs and compares the three counts. */
  async function counted(args: string) {
    using server = target();
    using folder = scratch();
    const path = folder.at("summary.json");
    const run = await bw(["run", server.url, ...args.split(" "), "--summary-export", path]);
    expect(run.exitCode).toBe(0);
    const { metrics } = await readExported(path);
    expect(metrics).toMatchObject({
      http_reqs: { count: server.count },
      iterations: { count: server.count },
      http_req_failed: { value: 0, fails: server.count },
    });
    return { arrived: server.count, metrics };
  }
});

test.concurrent.each([
  [["-u", "3"], 3],
  [["-u", "3", "--workers", "2"], 3],
  [["-u", "3", "--no-connection-reuse"], 30],
  [["-u", "3", "--no-vu-connection-reuse"], 30],
])("%j makes %i connections for 30 requests", async (args, connections) => {
  await using server = await faultServer({
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  const run = await bw(["run", server.url, "-n", "30", ...args]);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(server.requests).toHaveLength(30);
  // One more, before the run, tells whether there is a server at all.
  expect(server.accepted).toBe(connections + 1);
});

describe("a request arrives as it was asked for:", () => {
  const text = "x=1&y=ü";
  test.concurrent.each([
    ["nothing said", [], "GET", {}, ""],
    ["-m", ["-m", "DELETE"], "DELETE", {}, ""],
    ["-m POST without a body", ["-m", "POST"], "POST", { "content-length": "0" }, ""],
    ["--body", ["--body", text], "POST", { "content-length": "8" }, text],
    ["--body @file", ["--body", "@BODY", "-m", "PUT"], "PUT", { "content-length": "8" }, text],
    ["-H", ["-H", "X-A: b: c", "-H", "Host:h.test"], "GET", { "x-a": "b: c", host: "h.test" }, ""],
    ["the same header twice", ["-H", "X-A: b", "-H", "x-a: c"], "GET", { "x-a": "b, c" }, ""],
    ["--user-agent", ["--user-agent", "me"], "GET", { "user-agent": "me" }, ""],
  ])("%s", async (_name, args, method, headers, body) => {
    using server = target();
    using folder = scratch();
    const file = folder.write("body.txt", text);
    const given = args.map((arg) => arg.replace("BODY", file));
    const run = await bw(["run", `${server.url}/a/b?c=d`, "-n", "1", ...given]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(server.last).toMatchObject({ method, path: "/a/b", headers, body });
  });

  test.concurrent("over IPv6", async () => {
    using server = target(undefined, "::1");
    expect(await bw(["run", server.url, "-n", "3"])).toMatchObject({ exitCode: 0 });
    expect(server.count).toBe(3);
  });
});

describe("the summary", () => {
  const titles = (stdout: string) => [...stdout.matchAll(/^ {2}█ (.+)$/gm)].map(([, name]) => name);
  const sections = (stdout: string) => [...stdout.matchAll(/^ {4}([A-Z ]+)$/gm)].map(([, n]) => n);
  const run = async (...args: readonly string[]) => {
    using server = target();
    return await bw(["run", server.url, ...args]);
  };

  test.concurrent("has k6's sections", async () => {
    const { stdout } = await run("-n", "9");
    expect(titles(stdout)).toEqual(["TOTAL RESULTS"]);
    expect(sections(stdout)).toEqual(["HTTP", "EXECUTION", "NETWORK"]);
    expect(stdout).toMatch(/^ {4}http_reqs\.*: 9 +[\d.]+\/s$/m);
    expect(stdout).toMatch(
      /^ {4}http_req_duration\.*: avg=\S+ +min=\S+ +med=\S+ +max=\S+ +p\(90\)/m,
    );
    expect(stdout).toMatch(/^ {6}\{ expected_response:true \}\.*: avg=/m);
    expect(stdout).not.toContain("http_req_waiting");
    expect(stdout).not.toContain("\x1b");
  });

  test.concurrent("shows the parts of a request in full mode", async () => {
    const { stdout } = await run("-n", "9", "--summary-mode", "full");
    expect(stdout).toMatch(/^ {4}http_req_waiting\.*: avg=/m);
    expect(stdout).toMatch(/^ {4}http_req_connecting\.*: avg=/m);
  });

  test.concurrent("is not there when it is not wanted", async () => {
    const disabled = await run("-n", "9", "--summary-mode", "disabled");
    expect(disabled).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test.concurrent("has the statistics and the unit that were asked for", async () => {
    const { stdout } = await run(
      ...["-n", "9", "--summary-trend-stats", "med,p(99.9),count", "--summary-time-unit", "us"],
    );
    expect(stdout).toMatch(/http_req_duration\.*: med=[\d.]+µs +p\(99\.9\)=[\d.]+µs +count=9$/m);
  });

  test.concurrent("of an open model has both latencies", async () => {
    const { stdout } = await run("--rate", "100/s", "-d", "200ms");
    expect(sections(stdout)).toEqual(["HTTP", "OPEN MODEL", "EXECUTION", "NETWORK"]);
    expect(stdout).toMatch(/^ {4}http_req_due_duration\.*: avg=/m);
    expect(stdout).toMatch(/^ {4}iteration_start_lag\.*: avg=/m);
  });

  test.concurrent("says which thresholds held, and the exit code says whether all did", async () => {
    const good = "http_req_duration:p(95)<10000";
    const bad = "http_reqs{status:200}:count>9";
    const passed = await run("-n", "9", "--threshold", good);
    const failed = await run("-n", "9", "--threshold", good, "--threshold", bad);
    const ignored = await run("-n", "9", "--threshold", bad, "--no-thresholds");
    expect([passed.exitCode, failed.exitCode, ignored.exitCode]).toEqual([0, 99, 0]);
    expect(titles(failed.stdout)).toEqual(["THRESHOLDS", "TOTAL RESULTS"]);
    expect(failed.stdout).toMatch(/^ {4}http_req_duration\n {4}✓ 'p\(95\)<10000' p\(95\)=/m);
    expect(failed.stdout).toMatch(/http_reqs\{status:200\}\n {4}✗ 'count>9' count=9$/m);
    expect(failed.stderr).toBe("warn: thresholds failed: http_reqs{status:200}\n");
  });
});

describe("every sample is written", () => {
  test.concurrent.each([
    ["as lines of JSON", "samples.json", "1"],
    ["compressed", "samples.json.gz", "1"],
    ["by two processes", "samples.json", "2"],
    ["by two processes, compressed", "samples.json.gz", "2"],
  ])("%s", async (_name, file, workers) => {
    using server = target();
    using folder = scratch();
    const path = folder.at(`made/on/the/way/${file}`);
    const args = ["-n", "2000", "-u", "20", "--workers", workers, "--tag", "build=7"];
    const run = await bw(["run", server.url, ...args, "--out", `json=${path}`]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    const points = readPoints(await Bun.file(path).bytes(), path.endsWith(".gz"));
    expect(sum(valuesOf(points, "http_reqs"))).toBe(2000);
    expect(valuesOf(points, "http_req_waiting")).toHaveLength(2000);
    expect(points.find(({ metric }) => metric === "http_reqs")).toMatchObject({
      value: 1,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,}Z$/),
      tags: { status: "200", method: "GET", url: server.url, build: "7", scenario: "default" },
    });
  });

  test.concurrent("to standard output", async () => {
    using server = target();
    const args = ["-n", "5", "--out", "json=-", "--summary-mode", "disabled"];
    const { stdout } = await bw(["run", server.url, ...args]);
    expect(valuesOf(readPoints(Buffer.from(stdout)), "http_reqs")).toEqual([1, 1, 1, 1, 1]);
  });
});

describe("on a terminal", () => {
  test.concurrent("it has colours, and a line that tells how it goes", async () => {
    const output = await onTerminal();
    expect(output).toMatch(/\rrunning 1\.\ds\/\S+ {2}2\/2 VUs {2}[\d,]+ iterations/);
    expect(output).toContain("\x1b[1mTOTAL RESULTS");
  });

  test.concurrent("--quiet and --no-color leave them out", async () => {
    const output = await onTerminal("--quiet", "--no-color");
    expect(output).not.toContain("running");
    expect(output).not.toContain("\x1b[");
    expect(output).toContain("TOTAL RESULTS");
  });

  async function onTerminal(...args: readonly string[]): Promise<string> {
    using server = target();
    let output = "";
    const end = Promise.withResolvers<void>();
    const main = `${import.meta.dir}/../../products/cli/src/main.ts`;
    const child = Bun.spawn(
      [process.execPath, main, "run", server.url, "-d", "1200ms", "-u", "2", ...args],
      {
        terminal: {
          cols: 120,
          data: (_terminal, data) => {
            output += new TextDecoder().decode(data);
          },
          exit: () => end.resolve(),
        },
      },
    );
    await end.promise;
    await child.exited;
    child.terminal?.close();
    return output;
  }
});
