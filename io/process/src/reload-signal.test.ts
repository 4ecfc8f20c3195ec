import { expect, test } from "bun:test";
import { writeProgram } from "./testing/program.ts";

test("a process that listens for SIGHUP goes on after each, until it stops listening", async () => {
  await using program = await writeProgram(`
    let count = 0;
    const listening = io.onReloadSignal(() => {
      count += 1;
      if (count === 2) listening[Symbol.dispose]();
      console.log("reload " + count);
    });
    setInterval(() => {}, 1000);
    console.log("ready");
  `);
  const child = Bun.spawn([process.execPath, program.path], { stdout: "pipe" });
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    child.kill("SIGHUP");
  }
  await child.exited;
  expect([output, child.signalCode]).toEqual(["ready\nreload 1\nreload 2\n", "SIGHUP"]);
});
