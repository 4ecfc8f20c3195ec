import { expect, test } from "bun:test";
import { readMemory, readStatus } from "./memory.ts";

test("the figures of a status file are kibibytes, told in MB of a million bytes", () => {
  const status =
    "Name:\tk6\nVmPeak:\t 9000 kB\nVmHWM:\t  250000 kB\nVmRSS:\t  125000 kB\nThreads:\t9\n";
  expect(readStatus(status)).toEqual({ rssMb: 128, peakRssMb: 256 });
});

test("a process that has ended has no memory", () => {
  expect(readStatus("")).toEqual({ rssMb: 0, peakRssMb: 0 });
});

test.skipIf(process.platform !== "linux")("children count with their parent", async () => {
  const before = readMemory(process.pid);
  const child = Bun.spawn(["cat"], { stdin: "pipe", stdout: "pipe" });
  child.stdin.write("up");
  await child.stdin.flush();
  await child.stdout.getReader().read();
  expect(readMemory(child.pid).rssMb).toBeGreaterThan(0);
  expect(readMemory(process.pid).peakRssMb).toBeGreaterThan(before.peakRssMb);
  child.kill();
  await child.exited;
});
