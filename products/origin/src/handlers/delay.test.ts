import { expect, test } from "bun:test";
import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import { testDescriber } from "../testing/test-describer.ts";
import { delay } from "./delay.ts";

test.each(["0", "1", "250", "3600000"])("/delay/%s answers after that long", async (ms) => {
  const clock = new FakeClock();
  const { log, answer } = ask(ms, clock);
  await clock.advanceTo(Number(ms));
  const response = await answer;
  expect(log).toEqual(["0 held open", `${ms} resumed`]);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ uri: "/a", duration_ms: Number(ms) });
});

test("it does not answer before", async () => {
  const clock = new FakeClock();
  const { log } = ask("250", clock);
  await clock.advanceTo(249.999);
  expect(log).toEqual(["0 held open"]);
});

test("when the client goes away the wait is over and its timer is taken back", async () => {
  const client = new AbortController();
  const clock = new FakeClock();
  const log: string[] = [];
  const watched: Clock = {
    nowMs: () => clock.nowMs(),
    at: (dueMs) => {
      log.push(`set for ${dueMs}`);
      return () => log.push("taken back");
    },
  };
  const { answer } = ask("5000", watched, client.signal);
  client.abort();
  await answer;
  expect(log).toEqual(["set for 5000", "taken back"]);
});

test("a client that was gone from the start is not waited for", async () => {
  const clock = new FakeClock();
  await ask("5000", clock, AbortSignal.abort()).answer;
  expect(clock.nowMs()).toBe(0);
});

test.each(["", "-1", "1.5", "1e3", "0x10", "NaN", "soon", "3600001", "9".repeat(400)])(
  "/delay/%s is refused with what would do",
  async (ms) => {
    const response = await ask(ms, new FakeClock()).answer;
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining("from 0 to 3600000") });
  },
);

interface Asked {
  readonly answer: Promise<Response>;
  readonly log: readonly string[];
}

function ask(ms: string, clock: Clock, signal?: AbortSignal): Asked {
  const log: string[] = [];
  const note = (what: string) => void log.push(`${clock.nowMs()} ${what}`);
  const handler = delay({
    clock,
    describe: testDescriber(clock),
    holdOpen: () => {
      note("held open");
      return () => note("resumed");
    },
  });
  const request = new Request("http://origin/a", signal && { signal });
  return { answer: Promise.resolve(handler(request, { ms })), log };
}
