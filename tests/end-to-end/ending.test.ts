import { describe, expect, test } from "bun:test";
import { bw, start } from "./bw.ts";
import { childrenOf, isAlive } from "./processes.ts";
import { readExported, statOf } from "./results.ts";
import { runScript } from "./run-script.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

/** Two VUs, each in the middle of an iteration once the server has two requests. */
const patient = `
  import { http } from "breakwater";
  export const options = { vus: 2, duration: "10m" };
  export default async () => {
    await http.get(__ENV.TARGET + "/held");
    await http.get(__ENV.TARGET + "/second");
  };
  export async function teardown() { await http.get(__ENV.TARGET + "/teardown"); }
`;

describe("a signal", () => {
  test.concurrent.each([
    ["SIGINT", "1", 2],
    ["SIGTERM", "1", 2],
    // Here it is a while until the workers hear of it: they may begin a few more.
    ["SIGINT", "2", 1000],
  ] as const)("%s lets running iterations end, with %s workers", async (signal, workers, most) => {
    using scene = await iterating(patient, workers);
    const { run, server, release } = scene;
    run.kill(signal);
    await run.until("stderr", /SIG\w+: waiting for running iterations to end; once more/);
    release();
    const { exitCode, stdout } = await run.ended;
    expect(exitCode).toBe(105);
    const visits = (path: string) => server.paths.filter((one) => one === path).length;
    expect(visits("/held")).toBeWithin(2, most + 1);
    expect(visits("/second")).toBe(visits("/held"));
    expect(server.paths.at(-1)).toBe("/teardown");
    expect(stdout).toMatch(new RegExp(`^ {4}iterations\\.*: ${visits("/held")} `, "m"));
    expect(stdout).toMatch(new RegExp(`^ {4}http_reqs\\.*: ${server.count} `, "m"));
  });

  test.concurrent.each([
    ["SIGINT", "1"],
    ["SIGTERM", "1"],
    ["SIGINT", "2"],
  ] as const)("a second %s cuts them, with %s workers", async (signal, workers) => {
    // Its requests show that time goes by: a second signal is one that comes 100 ms later.
    const ticking = `${patient}
      import { sleep } from "breakwater";
      export async function tick() {
        for (;;) {
          await http.get(__ENV.TARGET + "/tick");
          await sleep(0.02);
        }
      }
      const forever = { executor: "per-vu-iterations", maxDuration: "10m" };
      options.scenarios = { held: { ...forever, vus: 2 }, ticking: { ...forever, exec: "tick" } };
      delete options.vus;
      delete options.duration;
    `;
    using scene = await iterating(ticking, workers);
    const { run, server } = scene;
    run.kill(signal);
    await run.until("stderr", /once more/);
    await server.arrived(server.count + 12);
    run.kill(signal);
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode).toBe(105);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).not.toMatch(/^ {4}iterations\.*:/m);
    expect(stdout).toMatch(/^ {4}http_reqs\.*: \d+ /m);
    expect(server.paths).not.toContain("/second");
    expect(server.paths.at(-1)).toBe("/teardown");
  });

  test.concurrent("in setup() ends the run without a summary", async () => {
    using server = target(() => new Promise<never>(() => {}));
    const run = startScript(
      server.url,
      `import { http } from "breakwater";
      export const setup = () => http.get(__ENV.TARGET);
      export default function () {}`,
    );
    await server.arrived(1);
    run.kill("SIGINT");
    expect(await run.ended).toEqual({
      exitCode: 105,
      stdout: "",
      stderr: "error: SIGINT: setup() was not waited for\n",
    });
  });

  test.concurrent("in teardown() costs nobody the summary", async () => {
    using server = target(() => new Promise<never>(() => {}));
    const run = startScript(
      server.url,
      `import { http } from "breakwater";
      export default function () {}
      export const teardown = () => http.get(__ENV.TARGET);`,
    );
    await server.arrived(1);
    run.kill("SIGINT");
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode).toBe(105);
    expect(stderr).toBe("error: SIGINT: teardown() was not waited for\n");
    expect(stdout).toMatch(/^ {4}iterations\.*: 1 /m);
  });

  test.concurrent("in handleSummary() brings the usual summary", async () => {
    const run = start(["run", "-"], {
      stdin: `export default function () {}
        export function handleSummary() { console.error("here"); return new Promise(() => {}); }`,
    });
    await run.until("stderr", /here/);
    run.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toEndWith("error: SIGTERM: handleSummary() was not waited for\n");
    expect(stdout).toMatch(/^ {4}iterations\.*: 1 /m);
  });

  /** Starts the script and waits until two of its iterations hang in their first request. */
  async function iterating(source: string, workers: string) {
    const gate = Promise.withResolvers<void>();
    let held = 0;
    const bothHeld = Promise.withResolvers<void>();
    const server = target(async (request) => {
      if (!request.url.endsWith("/held")) return new Response("ok");
      held += 1;
      if (held === 2) bothHeld.resolve();
      await gate.promise;
      return new Response("ok");
    });
    const run = startScript(server.url, source, "--workers", workers);
    await bothHeld.promise;
    return { run, server, release: gate.resolve, [Symbol.dispose]: () => server[Symbol.dispose]() };
  }

  const startScript = (url: string, source: string, ...args: readonly string[]) =>
    start(["run", "-", "-e", `TARGET=${url}`, ...args], { stdin: source });
});

describe.skipIf(process.platform !== "linux")("worker processes", () => {
  test.concurrent("one that is killed ends the run, which reports what was measured", async () => {
    using server = target();
    using folder = scratch();
    const summary = folder.at("summary.json");
    const args = ["-d", "10m", "-u", "4", "--workers", "2", "--summary-export", summary];
    // Terse samples on stdout tell when the workers have reported for the first time.
    const run = start(["run", server.url, ...args, "--out", "json=-"]);
    await run.until("stdout", /"metric":"vus_max","type":"Point"/);
    const workers = childrenOf(run.pid);
    expect(workers).toHaveLength(2);
    process.kill(workers[0]!, "SIGKILL");
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode).toBe(109);
    expect(stderr).toMatch(
      /^error: worker [12] ended before its work did: killed by SIGKILL; what was measured until then is kept\n$/,
    );
    expect(stdout).toMatch(/^ {4}http_reqs\.*: \d+ /m);
    expect(statOf(await readExported(summary), "http_reqs", "count")).toBeGreaterThan(0);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  test.concurrent("none outlives the run, whether it ends or is killed", async () => {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      using server = target();
      const run = start(["run", server.url, "-d", "10m", "-u", "4", "--workers", "2"]);
      await server.arrived(10);
      const workers = childrenOf(run.pid);
      expect(workers).toHaveLength(2);
      run.kill(signal);
      // The workers have the run's stderr, so that has ended only when they have.
      await run.ended;
      expect(workers.filter(isAlive)).toEqual([]);
    }
  });
});

describe("setup and teardown", () => {
  const forever = "new Promise(() => {})";

  test.concurrent("a setup that does not end in time ends the run before it began", async () => {
    const { run, paths } = await runScript(
      `import { http } from "breakwater";
      export const options = { setupTimeout: "200ms" };
      export const setup = () => ${forever};
      export default () => http.get(__ENV.TARGET);`,
    );
    expect(run).toMatchObject({ exitCode: 100, stdout: "" });
    expect(run.stderr).toMatch(
      /^error: setup\(\) did not end within 0\.2 s: raise setupTimeout\n$/,
    );
    expect(paths).toEqual([]);
  });

  test.concurrent("a teardown that does not end in time costs no result", async () => {
    const { run } = await runScript(
      `export const options = { teardownTimeout: "200ms" };
      export const teardown = () => ${forever};
      export default function () {}`,
    );
    expect(run.exitCode).toBe(101);
    expect(run.stderr).toMatch(/^error: teardown\(\) did not end within 0\.2 s: raise teardown/);
    expect(run.stdout).toMatch(/^ {4}iterations\.*: 1 /m);
  });

  test.concurrent("a setup that throws ends the run, with its place", async () => {
    const { run, paths } = await runScript(
      `import { http } from "breakwater";
      export const setup = async () => { await null; throw new Error("no stock"); };
      export default () => http.get(__ENV.TARGET);`,
    );
    expect(run).toMatchObject({ exitCode: 107, stdout: "" });
    expect(run.stderr).toMatch(/^error: Error: no stock\n {4}at .*script\.ts:2:\d+\)?\n$/);
    expect(paths).toEqual([]);
  });

  test.concurrent("a teardown that throws costs no result", async () => {
    const { run } = await runScript(
      `export const teardown = () => { throw new Error("no stock"); };
      export default function () {}`,
    );
    expect(run.exitCode).toBe(107);
    expect(run.stderr).toStartWith("error: Error: no stock\n");
    expect(run.stdout).toMatch(/^ {4}iterations\.*: 1 /m);
  });
});

test.concurrent.each([["1"], ["2"]])(
  "what a script leaves behind keeps nothing alive, with %s workers",
  async (workers) => {
    const source = `
      void new Promise(() => {});
      export const options = { vus: 2, iterations: 4 };
      export default function () {
        void new Promise(() => {});
      }`;
    const run = await bw(["run", "-", "--workers", workers], { stdin: source });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(/^ {4}iterations\.*: 4 /m);
  },
);
