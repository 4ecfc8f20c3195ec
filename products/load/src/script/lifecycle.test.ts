import { describe, expect, test } from "bun:test";
import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import { systemClock } from "@breakwater/system-clock";
import { noSecrets, openSecrets } from "../engine/open-secrets.ts";
import type { ScriptVerdict } from "../engine/test-state.ts";
import { exitCode, RunError } from "../exit-code.ts";
import { emptyTotals, type Totals } from "../measure/measure.ts";
import type { Options } from "../plan/options.ts";
import type { Plan } from "../plan/plan.ts";
import { toPlan } from "../plan/to-plan.ts";
import { caught } from "../vu/testing/test-user.ts";
import { openScript, type ScriptLifecycle } from "./lifecycle.ts";

interface Opened {
  readonly script: ScriptLifecycle;
  readonly totals: Totals;
  readonly log: readonly string[];
}

const planOf = (options: Options): Plan => toPlan(options, { userAgent: "test" });
const plan = planOf({});

interface OpenOptions {
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** Without a source the path is read. */
async function open(source: string | undefined, options: OpenOptions = {}): Promise<Opened> {
  const { clock = new FakeClock(), env = {}, path = `${import.meta.dir}/script.ts` } = options;
  const totals = emptyTotals();
  const log: string[] = [];
  const onLog = (level: string, line: string): void => void log.push(`${level} ${line}`);
  const onVerdict = ({ kind, message }: ScriptVerdict): void => void log.push(`${kind} ${message}`);
  const remote = (): never => {
    throw new Error("there is no network");
  };
  const told = { onLog, onVerdict, remote, secrets: openSecrets(noSecrets, clock) };
  const common = { clock, env, totals, provisional: plan, caPem: undefined, proxies: {}, ...told };
  return { script: await openScript({ path, source, ...common }), totals, log };
}

async function refusal(result: Promise<unknown>): Promise<[code: number, message: string]> {
  const error = (await caught(result)) as RunError;
  expect(error).toBeInstanceOf(RunError);
  return [error.exitCode, error.message];
}

const at = (line: number): string => `script.ts:${line}:`;

describe("opening", () => {
  test("tells what the script exports, and makes its metrics known", async () => {
    const { script, totals } = await open(
      `import { Counter } from "breakwater";
       new Counter("orders");
       export const options = { vus: Number(__ENV.VUS) };
       export default () => {};
       export function buy() {}
       export const handleSummary = () => ({});
       export const notAFunction = 1;`,
      { env: { VUS: "3" } },
    );
    expect(script.options).toEqual({ vus: 3 });
    expect(new Set(script.functionNames)).toEqual(new Set(["default", "buy", "handleSummary"]));
    expect(script.hasSummaryHandler).toBe(true);
    expect(totals.registry.metricNames()).toContain("orders");
  });

  test.each([
    ["is not there", undefined, exitCode.invalidConfig, "Cannot find the script"],
    ["does not parse", "export default () => {\n  let = ;\n}", exitCode.scriptException, at(2)],
    [
      "imports what is not there",
      `import { htp } from "breakwater"; htp();`,
      exitCode.scriptException,
      'Cannot import "htp" from "breakwater"',
    ],
    [
      "throws at its top level",
      `\n\nthrow new Error("no config");`,
      exitCode.scriptException,
      "Error: no config\n    at ",
    ],
    [
      "checks at its top level",
      `import { check } from "breakwater"; check(1, {});`,
      exitCode.scriptException,
      "Cannot check: the script is still being loaded",
    ],
  ])("a script that %s is refused", async (_name, source, code, message) => {
    const path = `${import.meta.dir}/no-such/script.ts`;
    const opening = open(source, source === undefined ? { path } : {});
    expect(await refusal(opening)).toEqual([code, expect.stringContaining(message)]);
  });
});

describe("setup", () => {
  test.each([
    ["an object", "({ a: [1] })", '{"a":[1]}'],
    ["a promise", "Promise.resolve(7)", "7"],
    ["null", "null", "null"],
    ["nothing", "undefined", undefined],
  ])("gives %s as JSON", async (_name, value, wanted) => {
    const { script } = await open(`export const setup = () => ${value};`);
    expect(await script.setup(plan)).toBe(wanted);
  });

  test("is not there, or not wanted", async () => {
    const { script } = await open("export default () => {};");
    expect(await script.setup(plan)).toBeUndefined();
    const { script: other } = await open(`export const setup = () => { throw new Error(); };`);
    expect(await other.setup(planOf({ noSetup: true }))).toBeUndefined();
  });

  test("may send requests, which are counted in its group", async () => {
    await using server = Bun.serve({ port: 0, fetch: () => new Response("ok") });
    const { script, totals } = await open(
      `import { http } from "breakwater";
       export const setup = async () => (await http.get(__ENV.URL)).body;`,
      { clock: systemClock(), env: { URL: String(server.url) } },
    );
    const series = totals.registry.submetric("http_reqs{group:::setup}");
    expect(await script.setup(plan)).toBe('"ok"');
    expect(series.sink.snapshot()).toEqual({ type: "counter", total: 1 });
    expect(totals.registry.tryGet("data_sent")?.sink.isEmpty).toBe(false);
  });

  test("that throws is the script's error, with its place", async () => {
    const { script } = await open(`\nexport function setup() {\n  null.x;\n}`);
    const [code, message] = await refusal(script.setup(plan));
    expect(code).toBe(exitCode.scriptException);
    expect(message).toStartWith("TypeError: null is not an object");
    expect(message).toContain(`at setup (`);
    expect(message).toContain(at(3));
  });

  test.each([
    ["a ring", "const a = {}; a.a = a; return a;"],
    ["a bigint", "return 1n;"],
  ])("that returns %s says that JSON cannot hold it", async (_name, body) => {
    const { script } = await open(`export function setup() { ${body} }`);
    expect(await refusal(script.setup(plan))).toEqual([
      exitCode.scriptException,
      expect.stringMatching(/^Cannot hand what setup\(\) returned to the VUs: .+ JSON can hold$/),
    ]);
  });

  test("that takes too long is cut, and can do nothing more", async () => {
    const clock = new FakeClock();
    const { script, totals } = await open(
      `import { sleep, check } from "breakwater";
       export async function setup() {
         try { await sleep(100); } finally { check(1, { cut: true }); }
       }`,
      { clock },
    );
    const ended = refusal(script.setup(planOf({ setupTimeout: 1500 })));
    await clock.advanceTo(1500);
    expect(await ended).toEqual([
      exitCode.setupTimeout,
      "setup() did not end within 1.5 s: raise setupTimeout",
    ]);
    await clock.advanceTo(200_000);
    expect(totals.registry.tryGet("checks")?.sink.isEmpty).toBe(true);
  });

  test("that fails over and over tells it once", async () => {
    const { script, log } = await open(
      `import { http } from "breakwater";
       export async function setup() {
         for (let i = 0; i < 3; i += 1) await http.get("/relative");
       }`,
    );
    await script.setup(plan);
    expect(log.map((line) => line.replace(/: Cannot.*whole URL.*path/, ""))).toEqual([
      "warn Request failed",
      "warn Request failed (2 more times)",
    ]);
  });
});

describe("teardown", () => {
  test("gets what setup returned", async () => {
    const { script, totals } = await open(
      `import { Trend } from "breakwater";
       const got = new Trend("got");
       export const teardown = (data) => { got.add(data.n); };`,
    );
    await script.teardown(plan, '{"n":5}');
    expect(totals.registry.tryGet("got")?.sink.snapshot()).toMatchObject({ min: 5, max: 5 });
  });

  test("gets undefined when that was nothing; not run when it is not wanted", async () => {
    const { script } = await open(`export const teardown = (data) => { throw data; };`);
    expect(await refusal(script.teardown(plan, undefined))).toEqual([
      exitCode.scriptException,
      "undefined",
    ]);
    await script.teardown(planOf({ noTeardown: true }), undefined);
  });

  test("that takes too long is cut", async () => {
    const clock = new FakeClock();
    const { script } = await open(`export const teardown = () => new Promise(() => {});`, {
      clock,
    });
    const ended = refusal(script.teardown(planOf({ teardownTimeout: 2000 }), undefined));
    await clock.advanceTo(2000);
    expect(await ended).toEqual([
      exitCode.teardownTimeout,
      "teardown() did not end within 2 s: raise teardownTimeout",
    ]);
  });
});

describe("handleSummary", () => {
  test("gets the data and gives what is to be written", async () => {
    const { script } = await open(
      `export const handleSummary = async (data) => ({ stdout: "n=" + data.n });`,
    );
    expect(await script.handleSummary(plan, { n: 1 })).toEqual({ stdout: "n=1" });
  });

  test("that throws is the script's error", async () => {
    const { script } = await open(`export const handleSummary = () => { throw "no"; };`);
    expect(await refusal(script.handleSummary(plan, {}))).toEqual([exitCode.scriptException, "no"]);
  });

  test("that takes too long is cut", async () => {
    const clock = new FakeClock();
    const { script } = await open(`export const handleSummary = () => new Promise(() => {});`, {
      clock,
    });
    const ended = refusal(script.handleSummary(plan, {}));
    await clock.advanceTo(120_000);
    expect(await ended).toEqual([
      exitCode.scriptException,
      "handleSummary() did not end within 120 s: raise handleSummaryTimeout",
    ]);
  });
});
