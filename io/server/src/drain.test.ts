import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { drain } from "./drain.ts";

interface Case {
  /** Until when answers are given, one every 10 ms. */
  readonly busyUntilMs: number;
  /** When the last answer in flight is sent, if ever. */
  readonly emptyAtMs: number;
}

test.each([
  ["an idle server", { busyUntilMs: 0, emptyAtMs: 0 }, "0 announce, 100 close, 100 cut"],
  ["a busy one", { busyUntilMs: 250, emptyAtMs: 0 }, "0 announce, 400 close, 400 cut"],
  ["one always busy", { busyUntilMs: 9999, emptyAtMs: 0 }, "0 announce, 500 close, 500 cut"],
  ["a late answer", { busyUntilMs: 0, emptyAtMs: 800 }, "0 announce, 100 close, 800 cut"],
  ["one too late", { busyUntilMs: 0, emptyAtMs: 9999 }, "0 announce, 100 close, 1000 cut"],
])("%s with a grace of 1 s", async (_name, timing, want) => {
  expect((await drainLog(timing, 1000)).join(", ")).toBe(want);
});

async function drainLog({ busyUntilMs, emptyAtMs }: Case, graceMs: number): Promise<string[]> {
  const clock = new FakeClock();
  const log: string[] = [];
  const note = (what: string) => log.push(`${clock.nowMs()} ${what}`);
  const drained = drain(
    {
      announce: () => note("announce"),
      answered: () => Math.floor(Math.min(busyUntilMs, clock.nowMs()) / 10),
      close: () => {
        note("close");
        return new Promise((resolve) => clock.at(emptyAtMs, resolve));
      },
      cut: async () => void note("cut"),
    },
    { graceMs, clock },
  );
  await clock.advanceTo(20_000);
  await drained;
  return log;
}
