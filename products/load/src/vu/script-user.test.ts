import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { systemClock } from "@breakwater/system-clock";
import { Interrupted } from "./activity.ts";
import { SetupData } from "./setup-data.ts";
import { anyIteration, anyScenario, caught, messageOf, testUser } from "./testing/test-user.ts";

describe("an iteration", () => {
  test("never ends before start() has returned", async () => {
    using vu = testUser({ clock: new FakeClock() });
    vu.user.exports = { default: () => {} };
    const log: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    vu.user.start(anyIteration, (outcome) => {
      log.push(outcome);
      resolve();
    });
    log.push("started");
    await promise;
    expect(log).toEqual(["started", "complete"]);
  });

  test("that throws counts as complete, and the error is told", async () => {
    using vu = testUser({ clock: new FakeClock() });
    const thrown = [new Error("sync"), new Error("async"), undefined];
    const throwing = [
      () => {
        throw thrown[0];
      },
      () => Promise.reject(thrown[1]),
      () => Promise.reject(thrown[2]),
    ];
    for (const run of throwing) expect(await vu.iterate(run)).toBe("complete");
    expect(vu.errors).toEqual(thrown);
    expect(vu.values("iterations")).toEqual([1, 1, 1]);
  });

  test("measures how long it took, and from when it was due", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    await clock.advanceTo(30);
    const done = vu.iterate(() => vu.api.sleep(0.2), { dueMs: 10 });
    await clock.advanceTo(1000);
    expect(await done).toBe("complete");
    expect(vu.values("iteration_duration")).toEqual([200]);
    expect(vu.values("iteration_start_lag")).toEqual([20]);
    expect(vu.values("iteration_due_duration")).toEqual([220]);
  });

  test("starts at the root of the groups and ends there, whatever it left open", async () => {
    using vu = testUser({ clock: new FakeClock() });
    await vu.iterate(() => {
      vu.user.tags.group = "::left";
    });
    expect(vu.samples.find(({ name }) => name === "iterations")?.tags).toEqual({
      group: "",
      scenario: "any",
    });
  });

  test("waits for the calls that the script does not await", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    const log: string[] = [];
    const done = vu.iterate(() => {
      void vu.api.sleep(0.1).then(() => {
        log.push("first");
        return vu.api.sleep(0.1).then(() => log.push("second"));
      });
    });
    void done.then((outcome) => log.push(outcome));
    await clock.advanceTo(1000);
    expect(log).toEqual(["first", "second", "complete"]);
    expect(vu.values("iteration_duration")).toEqual([200]);
  });

  test("that is over can do nothing more, and is told why", async () => {
    using vu = testUser({ clock: new FakeClock() });
    let late: Promise<unknown> | undefined;
    await vu.iterate(() => {
      late = Array.from({ length: 20 }).reduce<Promise<void>>(
        (before) => before.then(() => {}),
        Promise.resolve(),
      );
      late = caught(late.then(() => vu.api.check(1, { one: true })));
    });
    expect(messageOf(await late)).toBe("Cannot check: the iteration is over: await what it starts");
  });

  test("of another scenario has that one's tags and environment", async () => {
    const env = { BOTH: "base", BASE: "base" };
    using vu = testUser({
      clock: new FakeClock(),
      shared: { env, runTags: { run: "1", x: "run" } },
    });
    const { env: seen } = vu.user;
    const one = {
      ...anyScenario,
      name: "one",
      env: { BOTH: "one", OWN: "one" },
      tags: { x: "one" },
    };
    const two = { ...anyScenario, name: "two" };
    const log: unknown[] = [];
    for (const scenario of [one, two]) await vu.iterate(() => log.push({ ...seen }), { scenario });
    expect(log).toEqual([{ BOTH: "one", BASE: "base", OWN: "one" }, env]);
    const tags = vu.samples.filter(({ name }) => name === "iterations").map((one) => one.tags);
    expect(tags).toEqual([
      { run: "1", x: "one", scenario: "one", group: "" },
      { run: "1", x: "run", scenario: "two", group: "" },
    ]);
  });

  test("gets what setup() returned: the VU's own copy, the same in all its iterations", async () => {
    const setup = new SetupData();
    using one = testUser({ clock: new FakeClock(), shared: { setup } });
    using two = testUser({ clock: new FakeClock(), shared: { setup } });
    setup.set('{"ids":[1]}');
    const seen: unknown[] = [];
    const look = (data: unknown): void => {
      seen.push(data);
      (data as { ids: number[] }).ids.push(2);
    };
    await one.iterate(look);
    await one.iterate(look);
    await two.iterate(look);
    expect(seen[1]).toBe(seen[0]);
    expect(seen).toEqual([{ ids: [1, 2, 2] }, { ids: [1, 2, 2] }, { ids: [1, 2] }]);
  });
});

describe("minIterationDuration", () => {
  test("keeps the VU busy for the rest, which is not part of the iteration", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock, shared: { minIterationDurationMs: 500 } });
    const ends: number[] = [];
    const done = vu.iterate(() => vu.api.sleep(0.1)).then(() => ends.push(clock.nowMs()));
    await clock.advanceTo(2000);
    await done;
    expect(ends).toEqual([500]);
    expect(vu.values("iteration_duration")).toEqual([100]);
  });

  test("cut short leaves the iteration complete: it has been counted", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock, shared: { minIterationDurationMs: 500 } });
    const outcomes: string[] = [];
    void vu.iterate(() => {}).then((outcome) => outcomes.push(outcome));
    await clock.advanceTo(100);
    vu.user.interrupt();
    vu.user.interrupt();
    await clock.advanceTo(2000);
    expect(outcomes).toEqual(["complete"]);
    expect(vu.values("iterations")).toEqual([1]);
  });
});

describe("an interrupted iteration", () => {
  test("fails what it waits for, is told once, and leaves no measurements of its own", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    const seen: unknown[] = [];
    const outcomes: string[] = [];
    const done = vu.iterate(async () => {
      seen.push(await caught(vu.api.group("slow", () => vu.api.sleep(100))));
      seen.push(await caught(() => vu.api.check(1, { one: true })));
      seen.push(await caught(() => vu.api.http.get("http://127.0.0.1:1/")));
    });
    void done.then((outcome) => outcomes.push(outcome));
    await clock.advanceTo(50);
    vu.user.interrupt();
    expect(outcomes).toEqual([]); // not before interrupt() has returned
    vu.user.interrupt();
    await clock.advanceTo(1000);
    expect(outcomes).toEqual(["interrupted"]);
    expect(seen).toEqual([new Interrupted(), new Interrupted(), new Interrupted()]);
    expect([vu.samples, vu.errors]).toEqual([[], []]);
  });

  test("still reports the bytes that went over the wire", async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    await using server = Bun.serve({
      port: 0,
      fetch: () => {
        resolve();
        return new Promise<Response>(() => {});
      },
    });
    using vu = testUser({ clock: systemClock() });
    const done = vu.iterate(() => vu.api.http.get(server.url));
    await asked;
    vu.user.interrupt();
    expect(await done).toBe("interrupted");
    expect(vu.values("data_sent")).toEqual([expect.any(Number)]);
    expect(vu.values("data_sent")[0]).toBeGreaterThan(20);
    expect(vu.samples.map(({ name }) => name)).toEqual(["data_sent", "data_received"]);
    await server.stop(true);
  });

  test("that lives on delays the VU's next one until it has ended", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    const log: string[] = [];
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    void vu.iterate(async () => {
      await held;
      log.push(messageOf(await caught(() => vu.api.sleep(1))));
    });
    vu.user.interrupt();
    const outcomes: string[] = [];
    void vu.iterate(() => log.push("never")).then((outcome) => outcomes.push(outcome));
    await clock.advanceTo(100);
    vu.user.interrupt();
    void vu.iterate(() => log.push("next")).then((outcome) => outcomes.push(outcome));
    await clock.advanceTo(200);
    expect([log, outcomes]).toEqual([[], ["interrupted"]]);
    letGo();
    await clock.advanceTo(300);
    expect(log).toEqual([new Interrupted().message, "next"]);
    expect(outcomes).toEqual(["interrupted", "complete"]);
  });

  test("leaves nothing of its groups to the next one, however long its end takes", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    const { api } = vu;
    void vu.iterate(async () => {
      const left = api.group("left", async () => {
        await caught(api.sleep(100));
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      });
      await api.sleep(100);
      await left;
    });
    await clock.advanceTo(10);
    vu.user.interrupt();
    const done = vu.iterate(async () => {
      await api.sleep(0.1);
      api.check(1, { one: true });
    });
    await clock.advanceTo(200);
    expect(await done).toBe("complete");
    expect(vu.samples.find(({ name }) => name === "checks")?.tags.group).toBe("");
    expect(vu.values("group_duration")).toEqual([]);
  });

  test("that had not begun never begins", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    await clock.advanceTo(100); // so that it has to wait for its turn
    let ran = 0;
    const first = vu.iterate(() => (ran += 1));
    vu.user.interrupt();
    expect(await first).toBe("interrupted");
    const second = vu.iterate(() => (ran += 1));
    await clock.advanceTo(200);
    expect([await second, ran]).toEqual(["complete", 1]);
  });

  test("interrupting a VU that does nothing is harmless", async () => {
    using vu = testUser({ clock: new FakeClock() });
    vu.user.interrupt();
    expect(await vu.iterate(() => {})).toBe("complete");
    vu.user.interrupt();
    expect(await vu.iterate(() => {})).toBe("complete");
  });
});

describe("call()", () => {
  test("gives what the function returns, in a group of its own, with its bytes", async () => {
    using vu = testUser({ clock: new FakeClock() });
    vu.user.exports = {
      setup: (data: number) => {
        vu.api.check(1, { one: true });
        return { got: data };
      },
    };
    expect(await vu.user.call("setup", 7, 60_000)).toEqual({ got: 7 });
    expect(vu.samples.map(({ name, tags }) => [name, tags])).toEqual([
      ["checks", { group: "::setup", check: "one" }],
      ["data_sent", { group: "::setup" }],
      ["data_received", { group: "::setup" }],
    ]);
  });

  test("rejects with what the function throws", async () => {
    using vu = testUser({ clock: new FakeClock() });
    const error = new Error("no");
    vu.user.exports = { setup: () => Promise.reject(error) };
    expect(await caught(vu.user.call("setup", undefined, 60_000))).toBe(error);
    expect(vu.errors).toEqual([]);
  });

  test("interrupted fails what the function waits for", async () => {
    const clock = new FakeClock();
    using vu = testUser({ clock });
    vu.user.exports = { setup: () => vu.api.sleep(100) };
    const failed = caught(vu.user.call("setup", undefined, 60_000));
    vu.user.interrupt();
    await clock.advanceTo(10);
    expect(await failed).toEqual(new Interrupted());
  });
});

test("while the script is loaded it can neither send nor check, and says where to", async () => {
  using vu = testUser({ clock: new FakeClock() });
  const { api } = vu;
  const orders = new api.Counter("orders");
  const attempts = [
    () => api.http.get("http://127.0.0.1:1/"),
    () => api.check(1, { one: true }),
    () => api.group("g", () => {}),
    () => orders.add(1),
  ];
  const where = "the script is still being loaded: do it in default(), setup() or teardown()";
  const messages = await Promise.all(attempts.map(async (run) => messageOf(await caught(run))));
  expect(messages).toEqual(
    ["send a request", "check", "open a group", "add to a metric"].map(
      (what) => `Cannot ${what}: ${where}`,
    ),
  );
});
