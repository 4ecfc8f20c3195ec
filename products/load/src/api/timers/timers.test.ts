import { describe, expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { type Timers, timersOf } from "./timers.ts";

function setUp() {
  const clock = new FakeClock();
  const vu = testUser({ clock });
  const log: string[] = [];
  const note = (text: string) => () => {
    log.push(`${clock.nowMs()} ${text}`);
  };
  return { clock, vu, log, note, timers: timersOf(vu.user) };
}

test("callbacks run in the order they are due, and the iteration waits for the last", async () => {
  const { clock, vu, log, note, timers } = setUp();
  const done = vu.iterate(() => {
    timers.setTimeout(note("late"), 30);
    timers.setTimeout(note("soon"), 5);
    timers.setTimeout(note("none"));
    timers.setTimeout(note("negative"), -5);
    timers.setTimeout(note("text"), "3" as unknown as number);
    timers.setTimeout(note("no number"), {} as unknown as number);
    note("returned")();
  });
  await clock.advanceTo(100);
  expect(await done).toBe("complete");
  expect(log).toEqual([
    "0 returned",
    "0 none",
    "0 negative",
    "0 no number",
    "3 text",
    "5 soon",
    "30 late",
  ]);
  expect(vu.values("iteration_duration")).toEqual([30]);
});

test("timers are numbered for each VU, and hand their arguments over", async () => {
  const { clock, vu, timers } = setUp();
  const seen: unknown[] = [];
  const done = vu.iterate(() => {
    seen.push(timers.setTimeout((...args) => seen.push(...args), 1, "a", 2));
    seen.push(timers.setInterval(() => {}, 1));
    for (const id of [2, undefined, null, "x", 99, {}]) timers.clearInterval(id);
  });
  await clock.advanceTo(10);
  await done;
  expect(seen).toEqual([1, 2, "a", 2]);
  expect(timersOf(vu.user)).toBe(timers);
});

test("an interval goes on until it is cleared, from its own callback too", async () => {
  const { clock, vu, log, note, timers } = setUp();
  const done = vu.iterate(() => {
    let left = 3;
    const id = timers.setInterval(() => {
      note("tick")();
      left -= 1;
      if (left === 0) timers.clearTimeout(id);
    }, 10);
  });
  await clock.advanceTo(100);
  expect(await done).toBe("complete");
  expect(log).toEqual(["10 tick", "20 tick", "30 tick"]);
  expect(vu.values("iteration_duration")).toEqual([30]);
});

test("a timer sets the next: the iteration is over after the last of the chain", async () => {
  const { clock, vu, timers } = setUp();
  const done = vu.iterate(() => {
    let left = 10;
    const next = () => {
      left -= 1;
      if (left > 0) timers.setTimeout(next, 1);
    };
    timers.setTimeout(next, 1);
  });
  await clock.advanceTo(100);
  await done;
  expect(vu.values("iteration_duration")).toEqual([10]);
});

test("one that was cleared does not run, due or not", async () => {
  const { clock, vu, log, note, timers } = setUp();
  const done = vu.iterate(async () => {
    const due = timers.setTimeout(note("due"), 1);
    const later = timers.setTimeout(note("later"), 1000);
    await vu.user.activity.block(() => vu.api.sleep(0.01));
    timers.clearTimeout(due);
    timers.clearTimeout(later);
  });
  await clock.advanceTo(100);
  expect(await done).toBe("complete");
  expect([log, vu.values("iteration_duration")]).toEqual([[], [10]]);
});

describe("while a call holds the script up", () => {
  test("no callback runs, and those that fell due run afterwards", async () => {
    const { clock, vu, log, note, timers } = setUp();
    const done = vu.iterate(async () => {
      timers.setTimeout(note("timer"), 1);
      await vu.user.activity.block(() => vu.api.sleep(0.02));
      note("slept")();
    });
    await clock.advanceTo(100);
    await done;
    expect(log).toEqual(["20 slept", "20 timer"]);
  });

  test("an interval's next wait begins when its callback is done", async () => {
    const { clock, vu, log, note, timers } = setUp();
    const done = vu.iterate(() => {
      const id = timers.setInterval(async () => {
        note("tick")();
        await vu.user.activity.block(() => vu.api.sleep(0.025));
        await vu.user.activity.block(() => vu.api.sleep(0.005));
        note("done")();
        if (clock.nowMs() > 50) timers.clearInterval(id);
      }, 10);
    });
    await clock.advanceTo(200);
    await done;
    expect(log).toEqual(["10 tick", "40 done", "50 tick", "80 done"]);
  });
});

describe("a callback that throws", () => {
  const failures: [string, () => unknown][] = [
    [
      "at once",
      () => {
        throw new Error("no");
      },
    ],
    ["later", () => Promise.reject(new Error("no"))],
  ];

  test.each(failures)("%s is reported, and stops the VU's other timers", async (_name, fail) => {
    const { clock, vu, log, note, timers } = setUp();
    const done = vu.iterate(() => {
      timers.setInterval(note("interval"), 3);
      timers.setTimeout(fail, 5);
      timers.setTimeout(note("never"), 8);
    });
    await clock.advanceTo(100);
    expect(await done).toBe("complete");
    expect(vu.errors).toEqual([new Error("no")]);
    expect(log).toEqual(["3 interval"]);
    expect(vu.warnings).toEqual([
      "setInterval 1 was stopped: the iteration was cut short",
      "setTimeout 3 was stopped: the iteration was cut short",
    ]);
    expect(vu.values("iteration_duration")).toEqual([5]);
  });

  test("does not keep the next iteration from setting timers", async () => {
    const { clock, vu, log, note, timers } = setUp();
    const first = vu.iterate(() => timers.setTimeout(() => Promise.reject(new Error("no")), 5));
    await clock.advanceTo(10);
    await first;
    const second = vu.iterate(() => timers.setTimeout(note("second"), 5));
    await clock.advanceTo(20);
    expect([await second, log]).toEqual(["complete", ["15 second"]]);
  });
});

test("an interrupted iteration's timers are stopped, and said to be", async () => {
  const { clock, vu, log, note, timers } = setUp();
  const done = vu.iterate(() => {
    timers.setInterval(note("interval"), 300);
    timers.setTimeout(note("timeout"), 5000);
  });
  await clock.advanceTo(400);
  vu.user.interrupt();
  await clock.advanceTo(9000);
  expect([await done, log]).toEqual(["interrupted", ["300 interval"]]);
  expect(vu.warnings).toEqual([
    "setInterval 1 was stopped: the iteration was cut short",
    "setTimeout 2 was stopped: the iteration was cut short",
  ]);
});

test("the script's top level can wait for a timer, and see it fail", async () => {
  const { clock, vu, log, note, timers } = setUp();
  const loaded = new Promise<void>((resolve) => timers.setTimeout(resolve, 5)).then(note("ran"));
  timers.setTimeout(() => {
    throw new Error("no");
  }, 6);
  await clock.advanceTo(10);
  await loaded;
  expect([log, vu.errors]).toEqual([["5 ran"], [new Error("no")]]);
});

test("after the iteration's end no timer can be set", async () => {
  const { vu, timers } = setUp();
  await vu.iterate(() => {});
  expect(messageOf(await caught(() => timers.setTimeout(() => {}, 1)))).toBe(
    "Cannot setTimeout: the iteration is over: await what it starts",
  );
});

test.each<[keyof Timers, unknown]>([
  ["setTimeout", "code"],
  ["setTimeout", undefined],
  ["setTimeout", null],
  ["setInterval", {}],
])("%s of %p is refused", async (name, callback) => {
  const { vu, timers } = setUp();
  const error = await caught(vu.inside(() => timers[name](callback as () => void, 1)));
  expect(messageOf(error)).toBe(`Cannot ${name} ${String(callback)}: give a function`);
});
