import { expect, test } from "bun:test";
import type { Clock } from "@breakwater/clock";
import { FakeClock } from "@breakwater/clock/testing";
import type { BodyReader } from "@breakwater/http-server";
import { type FakeExchange, fakeExchange } from "@breakwater/http-server/testing";
import { ask, jsonOf } from "../testing/ask.ts";
import { testDescriber } from "../testing/test-describer.ts";
import { delay, slowRead } from "./delay.ts";

test.each(["0", "1", "250", "3600000"])("/delay/%s answers after that long", async (ms) => {
  const clock = new FakeClock();
  const exchange = ask(delay(tools(clock)), { target: "/a", body: "b" }, { ms });
  await clock.advanceTo(Number(ms) - 0.001);
  const before = exchange.answer.state;
  await clock.advanceTo(Number(ms));
  expect(before).toBe("open");
  expect(exchange.answer.head?.status).toBe(200);
  const description = jsonOf(exchange);
  expect(description).toMatchObject({ uri: "/a", body: "b", duration_ms: Number(ms) });
  expect(description).not.toHaveProperty("read_delay_ms");
});

test("the wait begins when the request has come to its end", async () => {
  const clock = new FakeClock();
  const { exchange, reader } = uploading();
  void delay(tools(clock))(exchange, { ms: "100" });
  await clock.advanceTo(50);
  reader().onEnd([]);
  await clock.advanceTo(149);
  const before = exchange.answer.state;
  await clock.advanceTo(150);
  expect([before, exchange.answer.state]).toEqual(["open", "complete"]);
});

test("when the client goes away the timer is taken back", async () => {
  const log: string[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    at: (dueMs) => {
      log.push(`set for ${dueMs}`);
      return () => log.push("taken back");
    },
  };
  const exchange = ask(delay(tools(clock)), {}, { ms: "5000" });
  exchange.goAway();
  expect(log).toEqual(["set for 5000", "taken back"]);
});

test("a slow reader holds its client up after each part of up to 64 KiB", async () => {
  const clock = new FakeClock();
  const { exchange, reader, log } = uploading(clock);
  void slowRead(tools(clock))(exchange, { ms: "10", readMs: "20" });
  reader().onData(new Uint8Array(65_536));
  await clock.advanceTo(30);
  reader().onData(new Uint8Array(65_537));
  reader().onData(new Uint8Array(1));
  reader().onEnd([]);
  await clock.advanceTo(99.9);
  const before = exchange.answer.state;
  await clock.advanceTo(100);
  expect(log).toEqual(["0 pause", "20 resume", "30 pause", "90 resume"]);
  expect(before).toBe("open");
  expect(Object.entries(jsonOf(exchange) as object).slice(-3)).toEqual([
    ["read_delay_ms", 20],
    ["read_chunks", 4],
    ["total_read_time_ms", 90],
  ]);
  expect(jsonOf(exchange)).toMatchObject({ body_size: 131_074, duration_ms: 100 });
});

test("where the body cannot be held up, the answer is as late", async () => {
  const clock = new FakeClock();
  const exchange = ask(slowRead(tools(clock)), { body: "ab" }, { ms: "5", readMs: "30" });
  await clock.advanceTo(34);
  const before = exchange.answer.state;
  await clock.advanceTo(35);
  expect([before, exchange.answer.state]).toEqual(["open", "complete"]);
});

test("a slow reader whose client has gone does not go on", async () => {
  const clock = new FakeClock();
  const { exchange, reader, log } = uploading(clock);
  void slowRead(tools(clock))(exchange, { ms: "0", readMs: "20" });
  reader().onData(new Uint8Array(1));
  exchange.goAway();
  await clock.advanceTo(100);
  expect(log).toEqual(["0 pause"]);
});

const bad = ["", "-1", "1.5", "1e3", "0x10", "NaN", "soon", "3600001", "9".repeat(400)];

test.each(bad)("/delay/%s is refused with what would do", (ms) => {
  for (const exchange of [
    ask(delay(tools()), {}, { ms }),
    ask(slowRead(tools()), {}, { ms: "0", readMs: ms }),
  ]) {
    expect(exchange.answer.head?.status).toBe(400);
    expect(jsonOf(exchange)).toEqual({
      error: expect.stringContaining("a whole number of milliseconds from 0 to 3600000"),
    });
  }
});

interface Uploading {
  readonly exchange: FakeExchange;
  /** Who reads the body. */
  readonly reader: () => BodyReader;
  readonly log: readonly string[];
}

/** A request whose body is still to come. */
function uploading(clock: FakeClock = new FakeClock()): Uploading {
  const exchange = fakeExchange({ body: [] });
  const log: string[] = [];
  let reader: BodyReader | undefined;
  exchange.readBody = (given) => {
    reader = given;
  };
  exchange.pauseBody = () => void log.push(`${clock.nowMs()} pause`);
  exchange.resumeBody = () => void log.push(`${clock.nowMs()} resume`);
  return { exchange, reader: () => reader!, log };
}

function tools(clock: Clock = new FakeClock()): Parameters<typeof delay>[0] {
  return { clock, describe: testDescriber(clock) };
}
