import { describe, expect, test } from "bun:test";
import { bw } from "./bw.ts";
import { statOf } from "./results.ts";
import { runScript } from "./run-script.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

describe("the parts of a script", () => {
  const script = `
    import { http } from "breakwater";
    export const options = { vus: 2, iterations: 4 };
    export async function setup() {
      const { body } = await http.get(__ENV.TARGET + "/setup");
      return { token: body, uses: 0 };
    }
    export default async function (data) {
      data.uses += 1;
      await http.get(__ENV.TARGET + "/iteration/" + data.token);
    }
    export async function teardown({ token, uses }) {
      await http.get(__ENV.TARGET + "/teardown/" + token + uses);
    }
  `;
  const answer = () => new Response("key");

  test.concurrent("run in k6's order, and hand on what setup returned", async () => {
    const { run, paths, metrics } = await runScript(script, { answer });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(paths).toEqual(["/setup", ...Array(4).fill("/iteration/key"), "/teardown/key0"]);
    expect(metrics).toMatchObject({ http_reqs: { count: 6 }, iterations: { count: 4 } });
  });

  test.concurrent("can be left out by the command line", async () => {
    const { run, paths } = await runScript(
      `${script.replace("data.uses += 1;", "data = { token: data };")}`,
      { answer, args: ["--no-setup", "--no-teardown", "-n", "2"] },
    );
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(paths).toEqual(["/iteration/undefined", "/iteration/undefined"]);
  });

  test.concurrent("handleSummary writes what it likes in the summary's place", async () => {
    using folder = scratch();
    const { run } = await runScript(
      `${script}
      export function handleSummary(data) {
        return {
          stdout: data.metrics.iterations.values.count + " iterations\\n",
          stderr: "done\\n",
          "result.json": JSON.stringify(data),
          "bytes.bin": new Uint8Array([1, 2, 3]).buffer,
        };
      }`,
      { answer, cwd: folder.path },
    );
    expect(run).toEqual({ exitCode: 0, stdout: "4 iterations\n", stderr: "done\n" });
    expect(await Bun.file(folder.at("bytes.bin")).bytes()).toEqual(new Uint8Array([1, 2, 3]));
    expect(await Bun.file(folder.at("result.json")).json()).toMatchObject({
      metrics: {
        http_reqs: { type: "counter", contains: "default", values: { count: 6 } },
        iteration_duration: { type: "trend", contains: "time" },
      },
      setup_data: { token: "key", uses: 0 },
      root_group: { name: "", path: "" },
    });
  });

  test.concurrent("what handleSummary prints arrives whole, whatever its size", async () => {
    const { run } = await runScript(
      `export default function () {}
      export const handleSummary = () => ({ stdout: "x".repeat(3_000_000) });`,
    );
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toHaveLength(3_000_000);
  });

  test.concurrent("a handleSummary that throws costs nobody the summary", async () => {
    const { run } = await runScript(
      `export default function () {}
      export function handleSummary(data) { throw new Error("no " + data.state.isStdOutTTY); }`,
    );
    expect(run.stderr).toMatch(
      /^error: Error: no false\n {4}at handleSummary \(.*script\.ts:2:\d+\)/,
    );
    expect(run.stdout).toContain("TOTAL RESULTS");
    expect(run.exitCode).toBe(1);
  });
});

test.concurrent("checks and groups are in the summary, and in the exported one", async () => {
  const { run, rootGroup } = await runScript(
    `import { check, group, http } from "breakwater";
    export const options = { iterations: 4 };
    let n = 0;
    export default async function () {
      n += 1;
      await group("shop", async () => {
        const page = await http.get(__ENV.TARGET);
        check(page, { "is there": (r) => r.status === 200, "is even": n % 2 === 0 });
        group("cart", () => check(n, { "is small": n < 4 }));
      });
    }`,
    { args: ["--summary-mode", "full"] },
  );
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  const lines = run.stdout.split("\n").map((line) => line.trim());
  expect(lines).toContainEqual(expect.stringMatching(/^checks_succeeded\.+: 75\.00% 9 out of 12$/));
  expect(lines).toContain("↳  50% — ✓ 2 / ✗ 2");
  expect(lines).toContain("█ GROUP: shop");
  expect(lines).toContain("↳ GROUP: cart");
  expect(rootGroup.groups.shop).toMatchObject({
    path: "::shop",
    checks: { "is there": { passes: 4, fails: 0 }, "is even": { passes: 2, fails: 2 } },
    groups: { cart: { path: "::shop::cart", checks: { "is small": { passes: 3, fails: 1 } } } },
  });
});

describe("a script's own metrics", () => {
  const script = `
    import { Counter, Gauge, Rate, Trend } from "breakwater";
    const orders = new Counter("orders");
    const stock = new Gauge("stock");
    const sold = new Rate("sold");
    const wait = new Trend("wait", true);
    export const options = {
      vus: 20,
      iterations: 100,
      thresholds: { "orders{size:big}": ["count==LIMIT"], wait: ["max<=7", "min==7"] },
    };
    export default function () {
      orders.add(2, { size: "big" });
      orders.add(1, { size: "small" });
      stock.add(5);
      sold.add(true);
      sold.add(false);
      wait.add(7);
    }
  `;

  test.concurrent.each([
    [200, "1", 0],
    [200, "2", 0],
    [201, "2", 99],
  ])("have thresholds on their parts: count==%i with %s workers", async (limit, workers, code) => {
    const source = script.replace("LIMIT", String(limit));
    const { run, metrics } = await runScript(source, { args: ["--workers", workers] });
    expect(run.exitCode).toBe(code);
    expect(metrics).toMatchObject({
      orders: { count: 300 },
      "orders{size:big}": { count: 200, thresholds: { [`count==${limit}`]: code !== 0 } },
      stock: { value: 5 },
      sold: { value: 0.5, passes: 100, fails: 100 },
      wait: { avg: 7, "p(95)": 7, thresholds: { "max<=7": false, "min==7": false } },
    });
    expect(run.stdout).toMatch(/^ {4}CUSTOM$/m);
    expect(run.stdout).toMatch(/^ {4}wait\.*: avg=7ms /m);
  });
});

describe("all six executors at once", () => {
  const script = `
    import { http } from "breakwater";
    const plain = { exec: "visit", gracefulStop: "5s" };
    const arriving = { ...plain, preAllocatedVUs: 20 };
    export const options = {
      scenarios: {
        shared: { ...plain, executor: "shared-iterations", vus: 3, iterations: 10 },
        each: { ...plain, executor: "per-vu-iterations", vus: 2, iterations: 3, startTime: "200ms" },
        constant: { ...plain, executor: "constant-vus", vus: 2, duration: "500ms" },
        ramping: { ...plain, executor: "ramping-vus", startVUs: 1, stages: [{ duration: "500ms", target: 4 }] },
        rate: { ...arriving, executor: "constant-arrival-rate", rate: 20, duration: "500ms" },
        rates: { ...arriving, executor: "ramping-arrival-rate", stages: [{ duration: "500ms", target: 40 }] },
      },
      thresholds: {},
    };
    for (const name in options.scenarios) {
      options.scenarios[name].env = { SCENARIO: name };
      options.scenarios[name].tags = { kind: name.slice(0, 4) };
      options.thresholds["iterations{scenario:" + name + "}"] = [];
    }
    options.thresholds["http_reqs{kind:rate}"] = [];
    export async function visit() {
      await http.get(__ENV.TARGET + "/" + __ENV.SCENARIO);
    }
  `;

  test.concurrent.each([["1"], ["2"]])(
    "each starts its own iterations with %s workers",
    async (workers) => {
      const all = await runScript(script, { args: ["--workers", workers] });
      const { run, paths, metrics } = all;
      expect(run).toMatchObject({ exitCode: 0 });
      const visits = (name: string) => paths.filter((path) => path === `/${name}`).length;
      const names = ["shared", "each", "constant", "ramping", "rate", "rates"];
      const counted = names.map((name) => statOf(all, `iterations{scenario:${name}}`, "count"));
      expect(counted).toEqual(names.map(visits));
      expect([visits("shared"), visits("each")]).toEqual([10, 6]);
      expect([visits("rate"), visits("rates")]).toEqual([10, 10]);
      expect(metrics).toMatchObject({ "http_reqs{kind:rate}": { count: 20 } });
      expect(visits("constant")).toBeGreaterThan(0);
      expect(visits("ramping")).toBeGreaterThan(0);
    },
  );
});

describe("where a script comes from", () => {
  const visit = `
    import { http } from "breakwater";
    export const options = { iterations: 2 };
    export default async () => { await http.get(__ENV.TARGET + "/visit"); };
  `;

  test.concurrent("may be the standard input", async () => {
    using server = target();
    const args = ["run", "-", "-e", `TARGET=${server.url}`];
    expect(await bw(args, { stdin: visit })).toMatchObject({ exitCode: 0, stderr: "" });
    expect(server.count).toBe(2);
  });

  test.concurrent("may be many files and packages, in TypeScript or JavaScript", async () => {
    const { run, paths } = await runScript(
      `import { http } from "breakwater";
      import { shout } from "shouting";
      import { pathOf, type Page } from "./lib/pages.ts";
      import { home } from "./lib/pages";
      import settings from "./settings.json";
      export const options = settings;
      const page: Page = home satisfies Page;
      export default async function (): Promise<void> {
        await http.get(__ENV.TARGET! + pathOf(page) + shout("now" as string));
      }`,
      {
        files: {
          "lib/pages.ts": `export interface Page { path: string }
            export const home: Page = { path: "/home" };
            export const pathOf = (page: Page): string => page.path + "/";`,
          "settings.json": '{ "iterations": 2 }',
          "node_modules/shouting/package.json": '{ "main": "index.js" }',
          "node_modules/shouting/index.js": "exports.shout = (text) => text.toUpperCase();",
        },
      },
    );
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(paths).toEqual(["/home/NOW", "/home/NOW"]);
  });
});

describe("__ENV", () => {
  const script = `
    import { http } from "breakwater";
    export const options = {
      scenarios: {
        plain: { executor: "shared-iterations" },
        own: { executor: "shared-iterations", env: { NAME: "scenario" } },
      },
    };
    export default async () => { await http.get(__ENV.TARGET + "/" + __ENV.NAME); };
  `;

  test.concurrent.each([
    ["the scenario's wins", "", [], ["/scenario", "/undefined"]],
    ["the shell's is there", "shell", [], ["/scenario", "/shell"]],
    ["-e wins over the shell's", "shell", ["-e", "NAME=a=b"], ["/a=b", "/scenario"]],
    [
      "the shell's can be left out",
      "shell",
      ["--no-include-system-env-vars"],
      ["/scenario", "/undefined"],
    ],
  ])("%s", async (_name, shell, args, want) => {
    const env = shell === "" ? {} : { NAME: shell };
    const { paths } = await runScript(script, { args, env });
    expect(paths.toSorted()).toEqual(want);
  });
});

test.concurrent.each([["1"], ["2"]])(
  "module state is each VU's own with %s workers",
  async (workers) => {
    const { paths } = await runScript(
      `import { http } from "breakwater";
    const each = { executor: "per-vu-iterations", vus: 4, iterations: 3 };
    export const options = { scenarios: { each } };
    let count = 0;
    export default async () => { await http.get(__ENV.TARGET + "/" + (count += 1)); };`,
      { args: ["--workers", workers] },
    );
    expect(paths.toSorted()).toEqual(["/1", "/2", "/3"].flatMap((path) => Array(4).fill(path)));
  },
);

test.concurrent("an iteration that throws is told once, with its place, and is complete", async () => {
  const { run, metrics } = await runScript(
    `import { buy } from "./buy.ts";
    export const options = { iterations: 5 };
    export default async function shop() {
      await null;
      buy("tea");
    }`,
    {
      files: {
        "buy.ts": "export function buy(what: string) {\n  throw new Error('no ' + what);\n}",
      },
    },
  );
  expect(run.exitCode).toBe(0);
  const lines = run.stderr.trimEnd().split("\n");
  const once = [
    expect.stringMatching(/^error: Error: no tea$/),
    expect.stringMatching(/^ {4}at buy \(.*buy\.ts:2:\d+\)$/),
    expect.stringMatching(/^ {4}at .*shop.*script\.ts:5:\d+\)?$/),
  ];
  expect(lines.slice(0, 3)).toEqual(once);
  expect(run.stderr).toContain("(4 more times)");
  expect(run.stderr.match(/no tea/g)).toHaveLength(2);
  expect(metrics).toMatchObject({ iterations: { count: 5 } });
});

test.concurrent("a threshold with abortOnFail ends the run early", async () => {
  const all = await runScript(
    `import { check, http } from "breakwater";
    const thresholds = { checks: [{ threshold: "rate>0.9", abortOnFail: true, delayAbortEval: "1s" }] };
    export const options = { vus: 2, duration: "10m", thresholds };
    export default async () => check(await http.get(__ENV.TARGET), { "never": false });
    export async function teardown() { await http.get(__ENV.TARGET + "/teardown"); }`,
  );
  const { run, paths } = all;
  expect(run.exitCode).toBe(99);
  expect(run.stderr).toContain('the threshold "rate>0.9" on checks failed: ending the run');
  expect(run.stdout).toContain("✗ 'rate>0.9' rate=0.00%");
  expect(statOf(all, "checks", "fails")).toBeGreaterThan(0);
  expect(paths.at(-1)).toBe("/teardown");
});

test.concurrent("flags win over the script's options, which are warned of when unknown", async () => {
  const { run, metrics } = await runScript(
    `export const options = { vus: 3, stages: [{ duration: "10m", target: 9 }], tresholds: {} };
    export default () => {};`,
    { args: ["-i", "6"] },
  );
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stderr).toBe('warn: "tresholds" in options is not an option: ignored\n');
  expect(metrics).toMatchObject({ iterations: { count: 6 } });
});

describe("requests that fail", () => {
  const script = `
    import { http } from "breakwater";
    export const options = { iterations: 3 };
    export default async function () {
      const { status, error, error_code } = await http.get("http://127.0.0.1:1/");
      await http.get(__ENV.TARGET + "/" + [status, error_code, error.includes("refused")]);
    }
  `;

  test.concurrent("are values in a script, told once, and no reason to fail", async () => {
    const { run, paths, metrics } = await runScript(script);
    expect(run.exitCode).toBe(0);
    expect(paths).toEqual(Array(3).fill("/0,1212,true"));
    expect(metrics).toMatchObject({ http_req_failed: { passes: 3, fails: 3 } });
    expect(run.stderr.match(/Request failed: Cannot connect to/g)).toHaveLength(2);
    expect(run.stderr).toContain("(2 more times)");
  });

  test.concurrent("throw with --throw", async () => {
    const { run, paths } = await runScript(script, { args: ["--throw"] });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stderr).toMatch(/^error: .*Cannot connect to .*\n {4}at .*script\.ts:5:\d+/m);
    expect(paths).toEqual([]);
  });
});
