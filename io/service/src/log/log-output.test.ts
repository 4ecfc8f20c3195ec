import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@breakwater/clock/testing";
import { fileSink, LogOutput, type LogSink } from "./log-output.ts";

/** A sink that takes a chunk when it is told to. */
function slowSink(): { sink: LogSink; chunks: string[]; take: (error?: Error) => void } {
  const chunks: string[] = [];
  let taken: (error?: unknown) => void = () => {};
  const sink: LogSink = (chunk, done) => {
    chunks.push(chunk);
    taken = done;
  };
  return { sink, chunks, take: (error) => taken(error) };
}

const output = (maxWaiting = 1000) => {
  const clock = new FakeClock();
  const slow = slowSink();
  return { ...slow, clock, log: new LogOutput({ clock, sink: slow.sink, maxWaiting }) };
};

test("lines are held for a moment and go out together, in order", async () => {
  const { log, clock, chunks } = output();
  log.write("a\n");
  log.write("b\n");
  await clock.advanceTo(99);
  expect(chunks).toEqual([]);
  await clock.advanceTo(100);
  expect(chunks).toEqual(["a\nb\n"]);
});

test("many lines do not wait", () => {
  const { log, chunks } = output(100_000);
  log.write(`${"x".repeat(16_384)}\n`);
  expect(chunks).toHaveLength(1);
});

test("while the sink is slow lines wait up to the limit; more are dropped and counted", () => {
  const { log, chunks, take } = output(10);
  log.write("1\n");
  void log.flush();
  for (const line of ["2345\n", "6789\n", "lost\n"]) log.write(line);
  expect([log.dropped, chunks.length]).toEqual([1, 1]);
  take();
  expect(chunks).toEqual(["1\n", "2345\n6789\n"]);
});

test("a broken sink gets nothing more, and whoever logs goes on", async () => {
  const { log, chunks, take } = output();
  log.write("a\n");
  const flushed = log.flush();
  log.write("b\n");
  take(new Error("EPIPE"));
  await flushed;
  log.write("c\n");
  expect([chunks, log.dropped]).toEqual([["a\n"], 2]);
});

describe("flush", () => {
  test("resolves when all is out", async () => {
    const { log, take } = output();
    let isOut = false;
    log.write("a\n");
    const flushed = log.flush().then(() => {
      isOut = true;
    });
    log.write("b\n");
    take();
    expect(isOut).toBe(false);
    take();
    await flushed;
  });

  test("of nothing resolves at once", async () => {
    expect(await output().log.flush()).toBeUndefined();
  });
});

describe("a file", () => {
  test("gets every line", async () => {
    const path = join(tmpdir(), `breakwater-log-${crypto.randomUUID()}`);
    const fd = openSync(path, "w");
    const clock = new FakeClock();
    const log = new LogOutput({ clock, sink: fileSink(fd, clock), maxWaiting: 1e7 });
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ä\n`);
    for (const line of lines) log.write(line);
    await log.flush();
    closeSync(fd);
    expect(readFileSync(path, "utf8")).toBe(lines.join(""));
  });

  test("that cannot be written to is a broken sink", async () => {
    const clock = new FakeClock();
    const fd = openSync("/dev/null", "r");
    const log = new LogOutput({ clock, sink: fileSink(fd, clock), maxWaiting: 1e7 });
    log.write("a\n");
    await log.flush();
    closeSync(fd);
    log.write("b\n");
    expect(log.dropped).toBe(1);
  });
});
