import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { drain } from "./drain.ts";

interface Case {
  /** Until when clients do something, every 10 ms. */
  readonly busyUntilMs: number;
  /** When the last answer in flight is sent, if ever. */
  readonly emptyAtMs: number;
  /** When somebody loses patience. */
  readonly hurriedAtMs?: number;
}

test.each<[string, Case, string]>([
  ["an idle server", { busyUntilMs: 0, emptyAtMs: 0 }, "0 announce, 101 close, 101 cut"],
  ["a busy one", { busyUntilMs: 250, emptyAtMs: 0 }, "0 announce, 404 close, 404 cut"],
  ["one always busy", { busyUntilMs: 9999, emptyAtMs: 0 }, "0 announce, 501 close, 501 cut"],
  ["a late answer", { busyUntilMs: 0, emptyAtMs: 800 }, "0 announce, 101 close, 800 cut"],
  ["one too late", { busyUntilMs: 0, emptyAtMs: 9999 }, "0 announce, 101 close, 1000 cut"],
  [
    "one that is hurried while it announces",
    { busyUntilMs: 9999, emptyAtMs: 9999, hurriedAtMs: 250 },
    "0 announce, 250 close, 250 cut",
  ],
  [
    "one that is hurried while it waits",
    { busyUntilMs: 0, emptyAtMs: 9999, hurriedAtMs: 250 },
    "0 announce, 101 close, 250 cut",
  ],
])("%s with a grace of 1 s", async (_name, timing, want) => {
  expect((await drainLog(timing, 1000)).join(", ")).toBe(want);
});

test("without grace it announces, closes and cuts at once", async () => {
  const log = await drainLog({ busyUntilMs: 9999, emptyAtMs: 9999 }, 0);
  expect(log.join(", ")).toBe("0 announce, 0 close, 0 cut");
});

async function drainLog(timing: Case, graceMs: number): Promise<string[]> {
  const { busyUntilMs, emptyAtMs, hurriedAtMs = Number.POSITIVE_INFINITY } = timing;
  const clock = new FakeClock();
  const log: string[] = [];
  const note = (what: string) => log.push(`${clock.nowMs()} ${what}`);
  const hurried = new Promise<void>((resolve) => clock.at(hurriedAtMs, resolve));
  const drained = drain(
    {
      announce: () => note("announce"),
      activity: () => Math.floor(Math.min(busyUntilMs, clock.nowMs()) / 10),
      close: () => {
        note("close");
        return new Promise((resolve) => clock.at(emptyAtMs, resolve));
      },
      cut: () => void note("cut"),
    },
    { graceMs, clock, hurried },
  );
  await clock.advanceTo(20_000);
  await drained;
  return log;
}
