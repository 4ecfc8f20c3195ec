import { expect, test } from "bun:test";
import { bw, start } from "./bw.ts";
import { runScript } from "./run-script.ts";

/** Starts the origin and gives its URL, which is the first thing that it says. */
async function startOrigin(...args: readonly string[]) {
  const run = start(["origin", "--port", "0", "--host", "127.0.0.1", ...args]);
  const said = await run.until("stdout", /\n/);
  const url = /^Listening on (http:\/\/127\.0\.0\.1:\d+\/)\n$/.exec(said)?.[1] ?? said;
  return { run, url };
}

test.concurrent.each([
  ["health", ["-n", "500", "-u", "20"], 500],
  ["bin/10K?chunked=true", ["-n", "100", "--workers", "2", "-u", "20"], 100],
  ["delay/20", ["--rate", "100/s", "-d", "300ms"], 30],
])("bw run loads bw origin: %s", async (path, args, count) => {
  const { run, url } = await startOrigin();
  const { exitCode, stdout } = await bw(["run", url + path, ...args]);
  run.kill("SIGTERM");
  const origin = await run.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`0 out of ${count}\n`);
  expect(origin).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("Finishing") });
});

test.concurrent("the script that is there to start from passes against it", async () => {
  const { run, url } = await startOrigin();
  const source = await Bun.file(`${import.meta.dir}/../../examples/scripts/checkout.ts`).text();
  const args = ["-e", `TARGET=${url.slice(0, -1)}`, "-d", "1s", "-u", "4"];
  const { run: ended } = await runScript(source, { args });
  run.kill("SIGINT");
  await run.ended;
  expect(ended.stderr).toBe("");
  expect(ended.stdout).toMatch(/checks_failed\.+: 0\.00% +0 out of \d+$/m);
});

test.concurrent("it says each answer where that is asked for, and drains", async () => {
  const { run, url } = await startOrigin("--access-log");
  const slow = fetch(`${url}delay/200`);
  await fetch(`${url}health`);
  await run.until("stderr", /GET \/health 200/);
  run.kill("SIGTERM");
  await run.until("stderr", /Finishing the requests under way; once more ends them at once/);
  expect((await slow).status).toBe(200);
  expect((await run.ended).exitCode).toBe(0);
});

test.concurrent("a port that is taken is an error in a line", async () => {
  const { run, url } = await startOrigin();
  const { port } = new URL(url);
  const second = await bw(["origin", "--port", port, "--host", "127.0.0.1"]);
  run.kill("SIGTERM");
  await run.ended;
  expect(second).toMatchObject({ exitCode: 104, stdout: "" });
  expect(second.stderr).toMatch(new RegExp(`^error: .*${port}.*\n$`));
});
