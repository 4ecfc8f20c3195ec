import { expect, test } from "bun:test";
import { bw } from "./bw.ts";

test.concurrent("the help names the commands, but not the one for itself", async () => {
  const { exitCode, stdout, stderr } = await bw(["--help"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^ {2}run \[options\] <target>/m);
  expect(stdout).toMatch(/^ {2}origin \[options\]/m);
  expect(stdout).not.toContain("worker");
});

test.concurrent("a command's help has its options, examples and exit codes", async () => {
  const { exitCode, stdout } = await bw(["run", "--help"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/-u, --vus <number> /);
  expect(stdout).toContain("bw run http://localhost:8080/ --rate 5000/s");
  expect(stdout).toContain("Exit codes: 0 passed");
});

test.concurrent("it says its version", async () => {
  expect(await bw(["--version"])).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: "",
  });
});

test.concurrent.each([
  [[], "Usage: bw [options] [command]"],
  [["runn"], "error: unknown command 'runn'\n(Did you mean run?)"],
  [["run"], "error: missing required argument 'target'"],
  [["origin", "--port", "http"], `"http" is no whole number`],
  [["origin", "--port", "99999"], "99999"],
  [["worker"], 'only "bw run --workers" can start this'],
])("%j is refused", async (args, wanted) => {
  const { exitCode, stdout, stderr } = await bw(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 104, stdout: "" });
  expect(stderr).toContain(wanted);
  expect(stderr).not.toMatch(/^ {4}at /m);
});
