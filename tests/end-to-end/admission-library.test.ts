import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { packLibraries } from "../../tools/pack-library.ts";
import { type Scratch, scratch } from "./scratch.ts";

const root = join(import.meta.dir, "../..");
const name = "@breakwater/admission";

/** A user's folder with the library in its node_modules, and nothing else. */
let user: Scratch;

beforeAll(async () => {
  user = scratch();
  const [tarball] = await packLibraries(root, ["core/admission"], user.path);
  const home = user.at(`node_modules/${name}`);
  mkdirSync(home, { recursive: true });
  await run(["tar", "xzf", tarball!, "-C", home, "--strip-components", "1"]);
  user.write("package.json", '{ "type": "module" }\n');
  user.write("use.js", script);
  const readme = await Bun.file(join(home, "README.md")).text();
  user.write("quick-start.js", /```js\n(.*?)```/s.exec(readme)![1]!);
});

afterAll(() => user[Symbol.dispose]());

/** A limit that is full, a scenario, and a sentence about a mistake. */
const script = `
import { concurrencyLimiter, fixed } from "${name}";
import { runScenario, scenarios } from "${name}/simulator";

const clock = { nowMs: () => performance.now(), at: () => () => {} };
const limiter = concurrencyLimiter({ name: "api", algorithm: fixed(1), clock, mode: "enforce" });
const answers = [limiter.tryAcquire(), limiter.tryAcquire()];
answers[0].release("success");
const { whole } = await runScenario({
  scenario: { ...scenarios[0], durationMs: 1000 },
  limiter: ({ clock }) =>
    concurrencyLimiter({ name: "model", algorithm: fixed(50), clock, mode: "enforce" }),
  ...{ seed: 1, maxEvents: 1e5 },
});
let mistake;
try {
  fixed(0);
} catch (error) {
  mistake = error.code;
}
console.log(JSON.stringify([
  answers.map(({ admitted, reason }) => reason ?? admitted),
  limiter.snapshot().released.success,
  whole.shedShare,
  mistake,
]));
`;

const deno = Bun.which("deno");

test("node runs it from node_modules", () => runsBoth(["node"]));
test("bun runs it from node_modules", () => runsBoth([process.execPath, "run"]));
test.skipIf(deno === null)("deno, where it is installed, runs it from node_modules", () =>
  runsBoth([deno!, "run"]),
);

/** The script, and the quick start of the library's page. */
async function runsBoth(command: readonly string[]): Promise<void> {
  const output = await run([...command, "use.js"]);
  expect(JSON.parse(output)).toEqual([[true, "limit"], 1, 0, "bad_option"]);
  expect(await run([...command, "quick-start.js"])).toContain("admitted: 1");
}

test("it has no dependencies", async () => {
  const manifest = await Bun.file(user.at(`node_modules/${name}/package.json`)).json();
  const others = ["dependencies", "peerDependencies", "devDependencies", "private", "scripts"];
  expect(Object.keys(manifest).filter((key) => others.includes(key))).toEqual([]);
});

test("TypeScript knows its types, by whatever standard library the user has", async () => {
  const options = {
    ...{ module: "nodenext", target: "es2022", lib: ["es2022"], types: [], strict: true },
    ...{ noEmit: true, skipLibCheck: false },
  };
  user.write("tsconfig.json", JSON.stringify({ compilerOptions: options, files: ["use.ts"] }));
  user.write("use.ts", typed);
  const output = await run([join(root, "node_modules/.bin/tsc"), "-p", "."], 1);
  expect(output.split("\n").filter((line) => line !== "")).toEqual([
    expect.stringMatching(/^use\.ts\(10,14\): error TS2322: .*"sucess"/),
  ]);
});

/** With one mistake, which is to be found. */
const typed = `import { type Clock, concurrencyLimiter, defaultAlgorithm, type Rejection } from "${name}";
import { type Scenario, steady } from "${name}/simulator";

declare const clock: Clock;
const algorithm = defaultAlgorithm({ initial: 20 });
const limiter = concurrencyLimiter({ name: "api", algorithm, clock, mode: "enforce" });
const answer = limiter.tryAcquire({ priority: 1 });
export const rejection: Rejection | undefined = answer.admitted ? undefined : answer;
export const stages: Scenario["traffic"] = [{ arrivals: { kind: "poisson", stages: [steady(1, 1)] }, client: {} }];
export const x: "success" = "sucess";
if (answer.admitted) answer.release("success");
`;

async function run(command: readonly string[], exitCode = 0): Promise<string> {
  const child = Bun.spawn([...command], { cwd: user.path, stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([await child.exited, stderr]).toEqual([exitCode, ""]);
  return stdout;
}
