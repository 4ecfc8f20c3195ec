import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { serviceLog } from "../log/service-log.ts";
import { ask } from "../testing/index.ts";
import { type Health, type HealthCheck, type HealthOptions, health } from "./health.ts";

const up: HealthCheck = { name: "cache", check: () => {} };
const down: HealthCheck = { name: "database", check: () => Promise.reject(new Error("s3cret")) };

function start(
  checks: readonly HealthCheck[],
  more: Partial<HealthOptions> = {},
): { state: Health; clock: FakeClock; text: () => string } {
  const clock = new FakeClock();
  let lines = "";
  const sink = (chunk: string, taken: () => void): void => {
    lines += chunk;
    taken();
  };
  const log = serviceLog({ clock, level: "info", format: "json", sink });
  const state = health({ clock, service: "api", checks, logger: log.logger, ...more });
  const text = (): string => {
    void log.flush();
    return lines;
  };
  return { state, clock, text };
}

async function ready(state: Health): Promise<[number, unknown]> {
  const { status, text } = await ask({}, { stages: [], handler: state.ready });
  return [status, JSON.parse(text)];
}

const server = { status: "up", ms: 0 };

test("without checks a service is ready, healthy and alive", async () => {
  const { state } = start([]);
  expect(await ready(state)).toEqual([200, { ready: true, checks: { server } }]);
  const healthy = await ask({}, { stages: [], handler: state.health });
  expect([healthy.status, JSON.parse(healthy.text)]).toEqual([
    200,
    { status: "healthy", service: "api", timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
  ]);
  const live = await ask({}, { stages: [], handler: state.live });
  expect([live.status, JSON.parse(live.text)]).toMatchObject([200, { status: "up" }]);
});

test("one that is down makes it not ready, and does not tell secrets", async () => {
  const { state, text } = start([up, down]);
  expect(await ready(state)).toEqual([
    503,
    {
      ready: false,
      checks: {
        server,
        cache: { status: "up", ms: 0 },
        database: { status: "down", ms: 0, error: "failed" },
      },
    },
  ]);
  expect(text()).toContain("s3cret");
});

test("one that is not required is only shown", async () => {
  const { state } = start([{ ...down, isRequired: false }]);
  expect(await ready(state)).toMatchObject([200, { checks: { database: { status: "down" } } }]);
});

test("checks run at once, each with a time limit, and hear when it is over", async () => {
  const aborted: string[] = [];
  const hangs = (name: string, timeoutMs?: number): HealthCheck => ({
    name,
    ...(timeoutMs !== undefined && { timeoutMs }),
    check: (signal) => {
      signal.addEventListener("abort", () => aborted.push(name));
      return new Promise(() => {});
    },
  });
  const { state, clock } = start([hangs("database", 2000), hangs("slow")]);
  const asked = ready(state);
  await clock.advanceTo(4999);
  expect(aborted).toEqual(["database"]);
  await clock.advanceTo(5000);
  expect(await asked).toMatchObject([
    503,
    {
      checks: {
        database: { ms: 2000, error: "no answer within 2000 ms" },
        slow: { ms: 5000, error: "no answer within 5000 ms" },
      },
    },
  ]);
});

test("one that hangs is not asked again", async () => {
  let asked = 0;
  const check = (): Promise<void> => {
    asked += 1;
    return new Promise(() => {});
  };
  const { state, clock } = start([{ name: "database", check, timeoutMs: 10 }]);
  const first = ready(state);
  await clock.advanceTo(10);
  await first;
  await clock.advanceTo(5000);
  expect(await ready(state)).toMatchObject([
    503,
    { checks: { database: { error: "it still hangs" } } },
  ]);
  expect(asked).toBe(1);
});

test("many probes are one check a second", async () => {
  let asked = 0;
  const check = (): void => {
    asked += 1;
  };
  const { state, clock } = start([{ name: "database", check }]);
  await Promise.all(Array.from({ length: 50 }, () => ready(state)));
  await clock.advanceTo(999);
  await ready(state);
  expect(asked).toBe(1);
  await clock.advanceTo(1000);
  await ready(state);
  expect(asked).toBe(2);
});

test("only changes are logged", async () => {
  let isUp = false;
  const check = (): void => {
    if (!isUp) throw new Error("refused");
  };
  const { state, clock, text } = start([{ name: "database", check }]);
  for (const second of [1, 2, 3, 4]) {
    await clock.advanceTo(second * 1000);
    isUp = second > 2;
    await ready(state);
  }
  const lines = text().trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    "Health check failed",
    "Health check is up again",
  ]);
});

describe("a service that drains", () => {
  test("says so though a check hangs", async () => {
    const { state } = start([{ name: "database", check: () => new Promise(() => {}) }]);
    state.drain();
    expect((await ready(state))[0]).toBe(503);
  });

  test("is not ready at once, but alive and healthy", async () => {
    const { state } = start([up]);
    await ready(state);
    state.drain();
    expect(await ready(state)).toMatchObject([
      503,
      { ready: false, checks: { server: { status: "down", error: "draining" } } },
    ]);
    const { live, health: healthy } = state;
    for (const handler of [live, healthy]) {
      expect((await ask({}, { stages: [], handler })).status).toBe(200);
    }
  });
});

describe("readiness by load, if it is wanted", () => {
  test("goes and comes back at different loads", async () => {
    let load = 0;
    const { state } = start([], {
      load: { read: () => load, unreadyFrom: 0.9, readyBelow: 0.7 },
    });
    const statuses: number[] = [];
    for (load of [0.89, 0.9, 0.8, 0.7, 0.69, 0.89]) statuses.push((await ready(state))[0]);
    expect(statuses).toEqual([200, 503, 503, 503, 200, 200]);
  });
});
