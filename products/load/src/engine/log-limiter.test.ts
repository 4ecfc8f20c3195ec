import { expect, test } from "bun:test";
import { LogLimiter } from "./log-limiter.ts";

function limited(act: (log: LogLimiter) => void): string[] {
  const written: string[] = [];
  act(new LogLimiter((level, line) => written.push(`${level} ${line}`)));
  return written;
}

test("a message is written once, and at the end how often it came again", () => {
  const written = limited((log) => {
    for (let index = 0; index < 3; index += 1) log.log("error", "down");
    log.log("warn", "slow");
    log.close();
    log.close();
  });
  expect(written).toEqual(["error down", "warn slow", "error down (2 more times)"]);
});

test("past a hundred different ones they are only counted", () => {
  const written = limited((log) => {
    for (let index = 0; index < 103; index += 1) log.log("warn", `id ${index}`);
    log.log("warn", "id 0");
    log.close();
  });
  expect(written.slice(99)).toEqual([
    "warn id 99",
    "warn id 0 (1 more time)",
    "warn 3 more messages were not shown",
  ]);
});

test("a long one is cut", () => {
  const written = limited((log) => {
    log.log("warn", `${"x".repeat(10_000)}1`);
    log.log("warn", `${"x".repeat(10_000)}2`);
  });
  expect(written.map((line) => line.length)).toEqual([4006]);
});

test("after close() it starts anew", () => {
  const written = limited((log) => {
    log.log("warn", "a");
    log.close();
    log.log("warn", "a");
  });
  expect(written).toEqual(["warn a", "warn a"]);
});
