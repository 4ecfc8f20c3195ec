import { expect, test } from "bun:test";
import { addProxyCommand } from "./proxy-command.ts";
import { runCommand } from "./testing/run-command.ts";

const run = (...args: readonly string[]) => runCommand(addProxyCommand, ["proxy", ...args]);

const one = ["--listen", "127.0.0.1:0", "--upstream", "127.0.0.1:9"];

test.each([
  [["--control", "off"], "error: Cannot run without a proxy"],
  [["--listen", ":0"], "error: Cannot use upstream nothing"],
  [[...one, "--latency", "-1"], 'error: Cannot use latency "-1"'],
  [[...one, "--slice-delay", "1ms"], "error: Cannot use sliceDelay without slice"],
  [[...one, "--limit-data", "none"], 'error: Cannot use limitData "none"'],
  [[...one, "--reset-peer", "2h"], 'error: Cannot use resetPeer "2h"'],
  [[...one, "--direction", "sideways"], 'error: Cannot use direction "sideways"'],
  [["--proxy", "a"], 'error: Cannot use proxy "a"'],
  [["--proxies", "nowhere.json"], 'error: Cannot read proxies from "nowhere.json"'],
  [["--listen", "192.0.2.1:0", "--upstream", "a.test:1"], "error: Cannot listen on port 0"],
])("bw proxy %j says why not, and ends with 104", async (args, message) => {
  const { codes, stderr, stdout } = await run(...args);
  expect([codes, stdout, stderr.split("\n")]).toEqual([
    [104],
    "",
    [expect.stringContaining(message), ""],
  ]);
});

test("--help names every impairment, says what does not pass and shows examples", async () => {
  const { stdout } = await run("--help");
  for (const flag of ["--latency", "--jitter", "--bandwidth", "--slice-delay", "--slow-close"]) {
    expect(stdout).toContain(flag);
  }
  expect(stdout).toContain("TCP only");
  expect(stdout).toContain("bw proxy --listen :8081 --upstream 127.0.0.1:8080 --latency 50ms");
});
