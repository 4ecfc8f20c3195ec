import { expect, test } from "bun:test";
import { AdmissionError } from "./admission-error.ts";
import { type ConcurrencyLimiterOptions, concurrencyLimiter } from "./concurrency-limiter.ts";
import type { LimiterEvent } from "./limiter-event.ts";
import type { Permit } from "./permit.ts";
import type { QueueOptions } from "./queue/queue-options.ts";
import type { Rejection } from "./rejection.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { SettableLimit } from "./testing/settable-limit.ts";
import { Signal } from "./testing/signal.ts";

const fifo: QueueOptions = { maxSize: 3, maxWaitMs: 100, order: "fifo" };

function rig(limit: number, options: Partial<ConcurrencyLimiterOptions> = {}) {
  const clock = new FakeClock();
  const algorithm = new SettableLimit(limit);
  const events: LimiterEvent[] = [];
  const limiter = concurrencyLimiter({
    name: "api",
    algorithm,
    clock,
    mode: "enforce",
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { clock, algorithm, events, limiter };
}

function permitOf(answer: Permit | Rejection | Promise<Permit | Rejection>): Permit {
  if (answer instanceof Promise || !answer.admitted) throw new Error("It was not admitted at once");
  return answer;
}

const reasonOf = (answer: Permit | Rejection) => (answer.admitted ? "admitted" : answer.reason);

test("as many are admitted as the limit says, and one more for each that is released", () => {
  const { limiter } = rig(2.9);
  const first = permitOf(limiter.tryAcquire());
  permitOf(limiter.acquire());
  expect(limiter.tryAcquire()).toEqual({
    admitted: false,
    reason: "limit",
    retryAfterMs: 0,
    limiter: "api",
    partition: undefined,
  });
  first.release("success");
  expect(reasonOf(limiter.tryAcquire())).toBe("admitted");
  expect(limiter.snapshot()).toMatchObject({ limit: 2, inFlight: 2, admitted: 3 });
});

test("a second release changes nothing and is counted; the end of a using block is not", () => {
  const { limiter, algorithm } = rig(5);
  const permit = permitOf(limiter.tryAcquire());
  permit.release("success");
  permit.release("dropped");
  {
    using held = permitOf(limiter.tryAcquire());
    held.release("dropped");
  }
  {
    using _held = permitOf(limiter.tryAcquire());
  }
  expect(limiter.snapshot()).toMatchObject({
    inFlight: 0,
    doubleReleases: 1,
    released: { success: 1, dropped: 1, ignored: 1 },
  });
  expect(algorithm.samples.map(({ outcome }) => outcome)).toEqual(["success", "dropped"]);
});

test("the algorithm is told the time without the queue, and who was in flight at the start", async () => {
  const { limiter, algorithm, clock } = rig(2, { queue: fifo });
  const [first] = [permitOf(limiter.acquire()), permitOf(limiter.acquire())];
  const waiting = limiter.acquire();
  clock.advance(50);
  first.release("ignored");
  const second = permitOf(await waiting);
  clock.advance(7);
  second.release("dropped");
  expect(second.waitedMs).toBe(50);
  expect(algorithm.samples).toEqual([
    { rttMs: 7, inFlight: 2, outcome: "dropped", nowMs: 57, count: 1 },
  ]);
});

test("critical requests get in whatever is the matter, and count as in flight", () => {
  const { limiter } = rig(1, { partitions: { shares: {}, unknown: "reject" } });
  expect(reasonOf(limiter.tryAcquire())).toBe("share");
  permitOf(limiter.tryAcquire({ critical: true }));
  permitOf(limiter.acquire({ critical: true }, { deadlineMs: -1 }));
  limiter.close();
  permitOf(limiter.tryAcquire({ critical: true }));
  expect(limiter.snapshot().inFlight).toBe(3);
});

test("one that only observes admits all and counts what it would have rejected", () => {
  const { limiter, events } = rig(1, { mode: "observe", queue: { ...fifo, maxSize: 1 } });
  const answers = [limiter.acquire(), limiter.acquire(), limiter.acquire(), limiter.tryAcquire()];
  expect(answers.map((answer) => permitOf(answer).waitedMs)).toEqual([0, 0, 0, 0]);
  expect(limiter.snapshot()).toMatchObject({
    mode: "observe",
    inFlight: 4,
    queued: 0,
    rejected: { queue_full: 1, limit: 1 },
  });
  expect(events.filter(({ type }) => type === "rejected")).toMatchObject([
    { enforced: false },
    { enforced: false },
  ]);
  limiter.close();
  expect(reasonOf(limiter.tryAcquire())).toBe("draining");
});

test("closing answers who waits and whoever comes; permits that are out stay good", async () => {
  const { limiter, clock } = rig(1, { queue: fifo });
  const held = permitOf(limiter.acquire());
  const waiting = [limiter.acquire(), limiter.acquire()];
  limiter.close();
  limiter.close();
  const answers = await Promise.all([...waiting, limiter.acquire()]);
  expect(answers.map(reasonOf)).toEqual(["draining", "draining", "draining"]);
  held.release("success");
  expect(limiter.snapshot()).toMatchObject({ inFlight: 0, queued: 0, rejected: { draining: 3 } });
  expect(clock.timers).toBe(0);
});

test("who waits gets its slot in the release, before anyone who comes after", async () => {
  const { limiter } = rig(1, { queue: fifo });
  const held = permitOf(limiter.acquire());
  const waiting = limiter.acquire();
  held.release("success");
  expect(limiter.snapshot()).toMatchObject({ inFlight: 1, queued: 0 });
  expect(reasonOf(limiter.tryAcquire())).toBe("limit");
  expect(reasonOf(await waiting)).toBe("admitted");
});

test("a limit that was raised from outside serves who waits before who comes", async () => {
  const { limiter, algorithm } = rig(1, { queue: fifo });
  permitOf(limiter.acquire());
  const waiting = limiter.acquire();
  algorithm.limit = 2;
  expect(reasonOf(limiter.tryAcquire())).toBe("limit");
  expect(reasonOf(await waiting)).toBe("admitted");
});

test("while the limit shrinks nobody gets in until fewer are in flight", () => {
  const { limiter, algorithm } = rig(3);
  const held = [1, 2, 3].map(() => permitOf(limiter.tryAcquire()));
  algorithm.limit = 1;
  const seen = held.map((permit) => {
    permit.release("success");
    return reasonOf(limiter.tryAcquire());
  });
  expect(seen).toEqual(["limit", "limit", "admitted"]);
});

test("an algorithm that breaks its word is not followed", () => {
  const { limiter, algorithm } = rig(1);
  permitOf(limiter.tryAcquire());
  const seen = [Number.NaN, 0, -1, Number.NEGATIVE_INFINITY].map((limit) => {
    algorithm.limit = limit;
    return reasonOf(limiter.tryAcquire());
  });
  expect(seen).toEqual(["limit", "limit", "limit", "limit"]);
  expect(limiter.snapshot().limit).toBe(1);
});

test("who waits is turned away after the longest wait, or at its own deadline, by one timer", async () => {
  const { limiter, clock } = rig(1, { queue: fifo });
  permitOf(limiter.acquire());
  const log: string[] = [];
  const note = (name: string, answer: ReturnType<typeof limiter.acquire>) =>
    Promise.resolve(answer).then((given) => log.push(`${name} ${reasonOf(given)}`));
  const all = [
    note("longest", limiter.acquire()),
    note("deadline", limiter.acquire({}, { deadlineMs: 20 })),
    note("far", limiter.acquire({}, { deadlineMs: 1e9 })),
  ];
  expect(clock.timers).toBe(1);
  clock.advance(19.9);
  expect(limiter.snapshot().queued).toBe(3);
  clock.advance(0.1);
  expect(limiter.snapshot().queued).toBe(2);
  clock.advance(80);
  await Promise.all(all);
  expect(log).toEqual(["deadline queue_timeout", "longest queue_timeout", "far queue_timeout"]);
  expect(clock.timers).toBe(0);
});

test("a deadline that is past, or a signal that was raised, is turned away even from a free slot", () => {
  const { limiter, clock } = rig(1);
  clock.advance(5);
  const signal = AbortSignal.abort();
  const answers = [{ deadlineMs: 5 }, { signal }].map((how) => limiter.acquire({}, how));
  expect(answers).toMatchObject([{ reason: "queue_timeout" }, { reason: "aborted" }]);
  expect(reasonOf(limiter.tryAcquire())).toBe("admitted");
});

test("one who goes leaves the queue at once; nobody listens to a signal after the answer", async () => {
  const { limiter } = rig(1, { queue: fifo });
  const held = permitOf(limiter.acquire());
  const [gone, served] = [new Signal(), new Signal()];
  const waiting = [gone, served].map((signal) => limiter.acquire({}, { signal }));
  gone.abort();
  expect(limiter.snapshot().queued).toBe(1);
  held.release("success");
  served.abort();
  const answers = await Promise.all(waiting);
  expect(answers.map(reasonOf)).toEqual(["aborted", "admitted"]);
  expect([gone.listeners, served.listeners]).toEqual([0, 0]);
  expect(limiter.snapshot()).toMatchObject({ inFlight: 1, rejected: { aborted: 1 } });
});

test("a clock that jumps back makes no time negative and keeps nobody waiting for longer", async () => {
  const { limiter, clock, algorithm } = rig(1, { queue: fifo });
  clock.advance(1_000_000);
  const held = permitOf(limiter.acquire());
  const waiting = limiter.acquire();
  clock.jump(-500_000);
  clock.advance(10);
  held.release("success");
  const late = limiter.acquire();
  permitOf(await waiting);
  clock.advance(100);
  expect(reasonOf(await late)).toBe("queue_timeout");
  expect(algorithm.samples.map(({ rttMs }) => rttMs >= 0 && rttMs <= 10)).toEqual([true]);
});

test("when it is worth asking again is how long the queue takes by the last second", async () => {
  const { limiter, clock } = rig(2, { queue: { ...fifo, maxSize: 4, maxWaitMs: 10_000 } });
  const retryAfterMs = () => (limiter.tryAcquire() as Rejection).retryAfterMs;
  let held = [permitOf(limiter.acquire()), permitOf(limiter.acquire())];
  expect(retryAfterMs()).toBe(0);
  for (let round = 0; round < 6; round += 1) {
    clock.advance(200);
    for (const permit of held) permit.release("success");
    held = [permitOf(limiter.acquire()), permitOf(limiter.acquire())];
  }
  expect(retryAfterMs()).toBe(100);
  const waiting = [1, 2, 3].map(() => limiter.acquire());
  expect(retryAfterMs()).toBe(400);
  limiter.close();
  expect((await Promise.all(waiting)).map(reasonOf)).toEqual(["draining", "draining", "draining"]);
  expect(retryAfterMs()).toBe(0);
});

test("rejections are one frozen object for as long as they say the same", () => {
  const { limiter } = rig(1);
  permitOf(limiter.tryAcquire());
  const first = limiter.tryAcquire();
  expect(limiter.tryAcquire()).toBe(first);
  expect(Object.isFrozen(first)).toBe(true);
});

test("a listener is told of each thing as it happens", async () => {
  const { limiter, events, clock, algorithm } = rig(1, {
    queue: fifo,
    priorities: { levels: 4, default: 1 },
  });
  const held = permitOf(limiter.acquire({ priority: 9 }));
  const waiting = limiter.acquire({ priority: Number.NaN });
  limiter.tryAcquire({ priority: 0 });
  clock.advance(4);
  algorithm.limit = 2;
  held.release("dropped");
  await waiting;
  const common = { limiter: "api", partition: undefined };
  expect(events).toEqual([
    { type: "admitted", ...common, priority: 3, waitedMs: 0 },
    {
      type: "rejected",
      priority: 0,
      enforced: true,
      rejection: { admitted: false, reason: "limit", retryAfterMs: 0, ...common },
    },
    { type: "released", ...common, outcome: "dropped", rttMs: 4 },
    { type: "limit", limiter: "api", limit: 2, previous: 1 },
    { type: "admitted", ...common, priority: 1, waitedMs: 4 },
  ]);
});

test("a listener may use the limiter and still gets no more than the limit", async () => {
  const taken: string[] = [];
  const { limiter, clock } = rig(2, {
    queue: { ...fifo, codel: { targetMs: 1, intervalMs: 10 } },
    onEvent: (event) => {
      const isLate = event.type === "rejected" && event.rejection.reason === "queue_timeout";
      if (isLate || event.type === "released") taken.push(reasonOf(limiter.tryAcquire()));
    },
  });
  const held = [permitOf(limiter.acquire()), permitOf(limiter.acquire())];
  const waiting = [1, 2, 3].map(() => limiter.acquire({}, { deadlineMs: 5 }));
  clock.jump(5);
  held[0]?.release("success");
  expect(limiter.snapshot().inFlight).toBe(2);
  expect((await Promise.all(waiting)).map(reasonOf)).toEqual(Array(3).fill("queue_timeout"));
  expect(taken.filter((reason) => reason === "admitted")).toHaveLength(1);
});

test.each<[QueueOptions["order"], number, string]>([
  ["fifo", 4, "5 queue_full, 6 queue_full, 1, 2, 3, 4"],
  ["lifo", 4, "1 queue_full, 2 queue_full, 6, 5, 4, 3"],
  ["adaptive-lifo", 4, "1 queue_full, 2 queue_full, 6, 5, 3, 4"],
])("a full queue in order of %s with %d places: %s", async (order, maxSize, expected) => {
  const { limiter, clock } = rig(1, { queue: { ...fifo, order, maxSize } });
  const log: string[] = [];
  let [held] = [permitOf(limiter.acquire())];
  const all = Array.from({ length: maxSize + 2 }, (_, turn) =>
    Promise.resolve(limiter.acquire()).then((answer) => {
      if (answer.admitted) held = answer;
      log.push(answer.admitted ? `${turn + 1}` : `${turn + 1} ${answer.reason}`);
    }),
  );
  clock.advance(1);
  for (let turn = 0; turn < maxSize; turn += 1) {
    await Promise.resolve();
    await Promise.resolve();
    held.release("success");
  }
  await Promise.all(all);
  expect(log.join(", ")).toBe(expected);
});

test.each<[string, boolean, string]>([
  ["a queue that stands sheds who waited for long", false, "queue_delay"],
  ["one that is empty at times does not", true, "admitted"],
])("%s", async (_name, isEmptyAtTimes, third) => {
  const codel = { targetMs: 5, intervalMs: 100 };
  const { limiter, clock } = rig(1, { queue: { ...fifo, codel } });
  let held = permitOf(limiter.acquire());
  const turn = async () => {
    const waiting = [limiter.acquire(), limiter.acquire()];
    clock.advance(60);
    held.release("success");
    permitOf(await waiting[0]!).release("success");
    const second = await waiting[1]!;
    if (second.admitted && isEmptyAtTimes) second.release("success");
    const goesOn = second.admitted && !isEmptyAtTimes;
    held = goesOn ? second : permitOf(limiter.acquire());
    return reasonOf(second);
  };
  expect([await turn(), await turn(), await turn()]).toEqual(["admitted", "admitted", third]);
});

test("one who is answered while others go is not answered again", async () => {
  const { limiter } = rig(1, {
    queue: fifo,
    onEvent: (event) => {
      if (event.type === "rejected" && event.rejection.reason === "aborted") limiter.close();
    },
  });
  permitOf(limiter.acquire());
  const signal = new Signal();
  const waiting = [limiter.acquire({}, { signal }), limiter.acquire({}, { signal })];
  signal.abort();
  expect((await Promise.all(waiting)).map(reasonOf)).toEqual(["aborted", "draining"]);
  expect(limiter.snapshot().rejected).toMatchObject({ aborted: 1, draining: 1 });
});

test("jumps by fractions of a ms, which round, do not keep the timer waking", () => {
  for (let turn = 0; turn < 500; turn += 1) {
    const clock = new FakeClock();
    let wakes = 0;
    const counting = (dueMs: number, wake: () => void) =>
      clock.at(dueMs, () => {
        wakes += 1;
        if (wakes < 3) wake();
      });
    const { limiter } = rig(1, {
      queue: fifo,
      clock: { nowMs: () => clock.nowMs(), at: counting },
    });
    clock.advance(turn / 7);
    permitOf(limiter.acquire());
    clock.jump(-(turn % 97) / 3);
    void limiter.acquire();
    clock.advance(101);
    expect([wakes, limiter.snapshot().queued]).toEqual([1, 0]);
  }
});

const shares = (of: Record<string, { share: number; max?: number }>) => ({
  partitions: { shares: of, unknown: "borrow" as const },
});
const codel = (targetMs: number, intervalMs: number) => ({
  queue: { ...fifo, codel: { targetMs, intervalMs } },
});

test.each<[string, Partial<ConcurrencyLimiterOptions>]>([
  ["a limit of 0", { algorithm: new SettableLimit(0) }],
  ["a limit that is no number", { algorithm: new SettableLimit(Number.NaN) }],
  ["a limit without end", { algorithm: new SettableLimit(Number.POSITIVE_INFINITY) }],
  ["another mode", { mode: "off" as "observe" }],
  ["a queue of 0", { queue: { ...fifo, maxSize: 0 } }],
  ["a queue without end", { queue: { ...fifo, maxSize: Number.POSITIVE_INFINITY } }],
  ["half a place in the queue", { queue: { ...fifo, maxSize: 1.5 } }],
  ["a wait of 0", { queue: { ...fifo, maxWaitMs: 0 } }],
  ["a wait without end", { queue: { ...fifo, maxWaitMs: Number.POSITIVE_INFINITY } }],
  ["another order", { queue: { ...fifo, order: "random" as "fifo" } }],
  ["a target below 0", codel(-1, 100)],
  ["an interval that is no number", codel(5, Number.NaN)],
  ["a negative share", shares({ a: { share: -0.1 } })],
  ["a share above 1", shares({ a: { share: 1.1 } })],
  ["a share that is no number", shares({ a: { share: Number.NaN } })],
  ["shares above 1 in sum", shares({ a: { share: 0.6 }, b: { share: 0.5 } })],
  ["a max below the share", shares({ a: { share: 0.5, max: 0.4 } })],
  ["a max of 0", shares({ a: { share: 0, max: 0 } })],
  ["no priorities", { priorities: { levels: 0, default: 0 } }],
  ["too many priorities", { priorities: { levels: 33, default: 0 } }],
  ["a default that is no priority", { priorities: { levels: 3, default: 3 } }],
])("%s is refused when it is made", (_name, options) => {
  const make = () => rig(1, options);
  expect(make).toThrow(AdmissionError);
  expect(make).toThrow(/^Cannot use .+: (it takes|at most) /);
});
