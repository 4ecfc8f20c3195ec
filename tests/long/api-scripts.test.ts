import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type ApiProcess, startApi } from "../end-to-end/api-process.ts";
import { bw, type Ended } from "../end-to-end/bw.ts";

const scripts = join(import.meta.dir, "../../examples/scripts/api");

let api: ApiProcess;

beforeAll(async () => {
  api = await startApi("--rate-limit", "off");
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

/** A hundredth of the users and of the time; this machine also runs the other tests. */
function run(name: string): Promise<Ended> {
  const env = { BASE_URL: api.url, TIME: "0.01", USERS: "0.01", SLOW: "10" };
  const args = Object.entries(env).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
  return bw(["run", "-q", join(scripts, `${name}.js`), ...args]);
}

test.concurrent.each(["smoke", "quick-load", "load-by-endpoint", "load", "spike", "stress"])(
  "the sample service passes %s.js",
  async (name) => {
    const { exitCode, stdout, stderr } = await run(name);
    expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/checks_succeeded\.*: 100\.00%/);
  },
);

// By itself, since it takes all of the processor.
test("the sample service passes overload.js", async () => {
  const { exitCode, stdout, stderr } = await run("overload");
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/checks_succeeded\.*: 100\.00%/);
});

test("and has answered all of it without a mistake", async () => {
  const figures = await (await fetch(`${api.url}/api/metrics`)).json();
  expect(figures).toMatchObject({ error_requests: 0 });
});
