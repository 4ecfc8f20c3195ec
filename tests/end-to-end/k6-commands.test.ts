import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { bw } from "./bw.ts";
import { scratch } from "./scratch.ts";

const twice = "export const options = { vus: 2, iterations: 4 };\nexport default function () {}\n";
const iterations = (stdout: string): number => Number(/iterations\.+: (\d+)/.exec(stdout)?.[1]);

describe("what is said twice", () => {
  /** How many iterations there are with each of these, the script's being 4. */
  test.concurrent.each<[string, string[], Record<string, string>, number]>([
    ["the script alone", [], {}, 4],
    ["a config file", ["-c", "config.json"], {}, 4],
    ["a variable", [], { K6_ITERATIONS: "5" }, 5],
    ["a flag", ["-i=6"], { K6_ITERATIONS: "5" }, 6],
    ["a half of it", ["--execution-segment", "0:1/2"], {}, 2],
  ])("%s: %j %j", async (_name, args, env, want) => {
    using folder = scratch();
    folder.write("config.json", `{"iterations":3,"vus":1}`);
    folder.write("script.js", twice);
    const run = await bw(["-q", "run", "script.js", ...args], { cwd: folder.path, env });
    expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(iterations(run.stdout)).toBe(want);
  });

  test.concurrent("scenarios that a flag replaces are warned of", async () => {
    using folder = scratch();
    const scenarios = `{ a: { executor: "per-vu-iterations" } }`;
    const text = `export const options = { scenarios: ${scenarios} };\nexport default () => {};`;
    const run = await bw(["-q", "run", folder.write("script.js", text), "-u", "2"]);
    expect(run.stderr).toMatch(/vus \(2\) replaces the scenarios/);
    expect(iterations(run.stdout)).toBe(2);
  });
});

describe("a mistake of the surroundings is a sentence:", () => {
  test.concurrent.each<[string, string[], Record<string, string>, string]>([
    ["a variable", [], { K6_VUS: "many" }, 'K6_VUS: must be a whole number, not "many"'],
    ["a mode", [], { K6_SUMMARY_MODE: "x" }, "K6_SUMMARY_MODE: must be compact, full or disabled"],
    ["a switch", [], { K6_NO_THRESHOLDS: "x" }, "K6_NO_THRESHOLDS: must be true or false"],
    ["a config file", ["-c", "no.json"], {}, 'Cannot read the config file "no.json": ENOENT'],
    ["an option of one", ["-c", "bad.json"], {}, "the config file's vus: must be a whole number"],
    ["a type", ["-t", "tar"], {}, 'Cannot read a test of the type "tar": give js or archive'],
    ["an archive", ["-t", "archive"], {}, "Cannot read the archive script.js: it is no tar"],
    ["traces", ["--traces-output", "otel"], {}, 'Cannot write traces to "otel"'],
    ["a log", ["--log-format", "x"], {}, 'Cannot write a log as "x": give raw or json'],
    ["an old flag", ["--no-summary"], {}, "--no-summary is gone since k6 2.0: give --summary-mode"],
    ["a flag of k6 Cloud", ["--upload-only"], {}, "--upload-only is gone since k6 2.0"],
    ["addresses", ["--local-ips", "x"], {}, "--local-ips: must be addresses such as"],
    ["blocks", ["--blacklist-ip", "10.0.0.0/8,x"], {}, "--blacklist-ip: must be a block"],
    ["DNS", ["--dns", "fast"], {}, "--dns: must be settings such as"],
  ])("%s", async (_name, args, env, want) => {
    using folder = scratch();
    folder.write("bad.json", `{"vus":"many"}`);
    folder.write("script.js", twice);
    const run = await bw(["run", "script.js", ...args], { cwd: folder.path, env });
    expect(run).toMatchObject({ exitCode: 104, stdout: "" });
    expect(run.stderr).toStartWith("error: ");
    expect(run.stderr).toContain(want);
  });
});

test.concurrent("inspect prints the options as k6 does", async () => {
  using folder = scratch();
  const run = await bw(["inspect", folder.write("script.js", twice)]);
  const shown = JSON.parse(run.stdout);
  expect(shown).toMatchObject({ vus: 2, iterations: 4, scenarios: null, systemTags: null });
  expect(shown).not.toHaveProperty("maxVUs");
});

test.concurrent("inspect says how much a test needs", async () => {
  using folder = scratch();
  const args = ["inspect", "--execution-requirements", folder.write("script.js", twice)];
  const { stdout } = await bw(args, { env: { K6_VUS: "3" } });
  expect(JSON.parse(stdout)).toMatchObject({
    scenarios: { default: { executor: "shared-iterations", vus: 3, iterations: 4 } },
    totalDuration: "10m30s",
    maxVUs: 3,
  });
});

test.concurrent("an archive has all that its script needs, and its variables", async () => {
  using folder = scratch();
  folder.write("lib/part.js", "export const part = 1;");
  folder.write("between.js", 'export * from "./lib/part.js";');
  const text = `import { part } from "./between.js";
    export const options = { iterations: part };
    export default function () { if (__ENV.KEY !== "value") throw new Error("no variable"); }`;
  const script = folder.write("script.js", text);
  const out = folder.at("out.tar");
  const packed = await bw(["archive", "-i", "3", "-e", "KEY=value", "-O", out, script]);
  expect(packed).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  folder.write("lib/part.js", "throw new Error('not from the archive');");
  const run = await bw(["-q", "run", out]);
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(iterations(run.stdout)).toBe(3);
  const shown = JSON.parse((await bw(["inspect", out])).stdout);
  expect(shown.iterations).toBe(3);
});

test.concurrent("deps lists what is imported, by whomever", async () => {
  using folder = scratch();
  folder.write("part.js", 'import http from "k6/http";\nexport const part = http;');
  const script = folder.write(
    "script.js",
    'import { part } from "./part.js";\nexport default part;',
  );
  const run = await bw(["deps", "--json", script]);
  expect(JSON.parse(run.stdout)).toEqual({
    buildDependencies: { k6: "*" },
    imports: [`file://${folder.at("part.js")}`, `file://${script}`, "k6/http"],
    customBuildRequired: false,
  });
});

test.concurrent.each(["minimal", "protocol", "browser"])(
  "new writes a script from the template %s, and over none",
  async (template) => {
    using folder = scratch();
    const args = ["new", "a.js", "--template", template];
    const run = await bw(args, { cwd: folder.path });
    const again = await bw(args, { cwd: folder.path });
    const text = readFileSync(folder.at("a.js"), "utf8");
    expect(run).toMatchObject({ exitCode: 0, stdout: "Wrote a.js; run it with: bw run a.js\n" });
    expect(text).toContain("export default");
    expect(again).toMatchObject({ exitCode: 104, stdout: "" });
    expect(again.stderr).toContain("Cannot write a.js: it is there; give --force");
    expect((await bw([...args, "-f"], { cwd: folder.path })).exitCode).toBe(0);
  },
);

test.concurrent("new says which templates there are", async () => {
  using folder = scratch();
  const run = await bw(["new", "--template", "x"], { cwd: folder.path });
  expect(run.stderr).toContain(
    'Cannot find the template "x": there are minimal, protocol, browser',
  );
  expect(existsSync(folder.at("script.js"))).toBe(false);
});

test.concurrent("version and features can be read by programs", async () => {
  const version = JSON.parse((await bw(["version", "--json"])).stdout);
  const features = JSON.parse((await bw(["features", "--json"])).stdout);
  expect(version).toMatchObject({ version: expect.stringMatching(/^v\d/), k6: "v2.2.0" });
  expect(features.map(({ feature }: { feature: string }) => feature)).toEqual([
    ..."freeze-env merge-run-tags native-histograms".split(" "),
  ]);
});

test.concurrent.each(["login", "pause", "resume", "scale", "status", "stats", "cloud", "x"])(
  "k6's command %s is answered with what there is instead",
  async (command) => {
    const run = await bw([command, "-u", "3", "word"]);
    expect(run).toMatchObject({ exitCode: 104, stdout: "" });
    expect(run.stderr).toMatch(new RegExp(`^error: Cannot ${command}: .+\\n$`));
  },
);

test.concurrent("the commands teach by their help", async () => {
  const commands = ["run", "new", "inspect", "archive", "deps", "compile", "completion"];
  const helps = await Promise.all(commands.map((command) => bw([command, "--help"])));
  for (const { stdout } of helps) expect(stdout).toMatch(/\n(Examples?:|Templates:)\n/);
});
