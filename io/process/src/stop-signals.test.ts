import { expect, test } from "bun:test";
import { stopListener } from "./stop-signals.ts";
import { writeProgram } from "./testing/program.ts";

test.each<[string, number[], string]>([
  ["one request", [10], "10 first"],
  ["the same request, delivered three times", [10, 12, 109], "10 first"],
  ["a request and an urgent one", [10, 110], "10 first, 110 second"],
  ["every one after the first is urgent", [0, 500, 501], "0 first, 500 second, 501 second"],
])("%s", (_name, times, want) => {
  let nowMs = 0;
  const log: string[] = [];
  const listener = stopListener(
    { first: () => log.push(`${nowMs} first`), second: () => log.push(`${nowMs} second`) },
    () => nowMs,
  );
  for (const timeMs of times) {
    nowMs = timeMs;
    listener("SIGINT");
  }
  expect(log.join(", ")).toBe(want);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "a process that %s asked to stop goes on until it is asked again",
  async (signal) => {
    await using program = await writeProgram(`
    io.onStopSignals({
      first: (signal) => console.log("first " + signal),
      second: () => process.exit(7),
    });
    setInterval(() => console.log("runs"), 20);
  `);
    const child = Bun.spawn([process.execPath, program.path], { stdout: "pipe" });
    let output = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      child.kill(signal);
    }
    expect(await child.exited).toBe(7);
    expect(output.match(/first \w+/g)).toEqual([`first ${signal}`]);
  },
);

test("once disposed of, the signal is deadly again", async () => {
  await using program = await writeProgram(`
    { using handled = io.onStopSignals({ first() {}, second() {} }); }
    setInterval(() => {}, 1000);
    console.log("ready");
  `);
  const child = Bun.spawn([process.execPath, program.path], { stdout: "pipe" });
  for await (const _ of child.stdout) child.kill("SIGINT");
  await child.exited;
  expect(child.signalCode).toBe("SIGINT");
});
