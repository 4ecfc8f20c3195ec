import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { bw, type Running, start } from "../end-to-end/bw.ts";

const scripts = join(import.meta.dir, "../../examples/scripts/bridge");

let bridge: Running;
let url: string;

beforeAll(async () => {
  const flags = ["--host", "127.0.0.1", "--port", "0", "--metrics-port", "off", "--data", "off"];
  bridge = start(["bridge", ...flags]);
  const said = await bridge.until("stderr", /Listening on \S+\/;/);
  url = /http(\S+)\/;/.exec(said)![1]!;
});

afterAll(async () => {
  bridge.kill("SIGTERM");
  await bridge.ended;
});

// A few of the agents and little of the time; this machine also runs the other tests.
test.each(["smoke", "direct", "broadcast", "idle", "reconnect"])(
  "a bridge passes %s.js",
  async (name) => {
    const env = { BRIDGE_URL: `ws${url}`, TIME: "0.03", AGENTS: "0.05", SLOW: "10" };
    const args = Object.entries(env).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    const ended = await bw(["run", "-q", join(scripts, `${name}.js`), ...args]);
    // A busy machine starts an open model's iterations a few milliseconds late, and says so.
    const stderr = expect.stringMatching(/^(warn: 1 % of the iterations started .*\n)?$/);
    expect(ended).toMatchObject({ exitCode: 0, stderr });
    expect(ended.stdout).toMatch(/checks_succeeded\.*: 100\.00%/);
  },
);
