import { expect, test } from "bun:test";
import { concurrencyLimiter } from "./concurrency-limiter.ts";
import type { PartitionOptions } from "./partition.ts";
import type { Permit } from "./permit.ts";
import type { QueueOptions } from "./queue/queue-options.ts";
import type { Rejection } from "./rejection.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { SettableLimit } from "./testing/settable-limit.ts";

const fifo: QueueOptions = { maxSize: 10, maxWaitMs: 1000, order: "fifo" };

function rig(shares: PartitionOptions["shares"], queue?: QueueOptions) {
  const clock = new FakeClock();
  const algorithm = new SettableLimit(10);
  const partitions: PartitionOptions = { shares, unknown: "borrow" };
  const limiter = concurrencyLimiter({
    ...{ name: "api", algorithm, clock, queue, partitions, mode: "enforce" },
    priorities: queue && { levels: 2, default: 0 },
  });
  const held: Permit[] = [];
  const ask = (partition: string, times = 1) =>
    Array.from({ length: times }, () => keep(limiter.tryAcquire({ partition })));
  const keep = (answer: Permit | Rejection) => {
    if (answer.admitted) held.push(answer);
    return answer.admitted ? "in" : answer.reason;
  };
  const finish = (partition: string) => {
    const [permit] = held.splice(
      held.findIndex((permit) => permit.partition === partition),
      1,
    );
    permit?.release("success");
  };
  return { clock, algorithm, limiter, ask, keep, finish };
}

const count = (answers: readonly string[], what: string) =>
  answers.filter((answer) => answer === what).length;

test("one may borrow what the others do not use, up to its own max", () => {
  const { ask } = rig({ a: { share: 0.3 }, b: { share: 0.2, max: 0.55 }, c: { share: 0.5 } });
  expect(count(ask("b", 10), "in")).toBe(5);
  expect(ask("b")).toEqual(["share"]);
  expect(count(ask("a", 10), "in")).toBe(5);
  expect(ask("c")).toEqual(["limit"]);
});

test("a max below one slot is one slot", () => {
  const { ask, algorithm } = rig({ a: { share: 0, max: 0.01 } });
  algorithm.limit = 3;
  expect(ask("a", 2)).toEqual(["in", "share"]);
});

test("where nobody waits, the next slots are kept for one that was refused its own", () => {
  const { ask, finish } = rig({ a: { share: 0.5 }, b: { share: 0.5 } });
  ask("a", 10);
  expect(ask("b", 2)).toEqual(["limit", "limit"]);
  finish("a");
  expect(ask("a")).toEqual(["share"]);
  finish("a");
  expect(ask("unknown")).toEqual(["share"]);
  finish("a");
  expect(ask("a", 2)).toEqual(["in", "share"]);
  expect(ask("b", 3)).toEqual(["in", "in", "limit"]);
});

test("a slot is kept for a second, and no more than are its own", () => {
  const { ask, finish, clock } = rig({ a: { share: 0.5 }, b: { share: 0.2 } });
  ask("a", 10);
  ask("b", 50);
  for (let times = 0; times < 3; times += 1) finish("a");
  expect(ask("a", 2)).toEqual(["in", "share"]);
  clock.advance(999);
  expect(ask("unknown")).toEqual(["share"]);
  clock.advance(1);
  expect(ask("unknown", 3)).toEqual(["in", "in", "limit"]);
});

test("one that came back is kept no more for than it was refused", () => {
  const { ask, finish } = rig({ a: { share: 0.2 }, b: { share: 0.5 } });
  ask("a", 10);
  expect(ask("b")).toEqual(["limit"]);
  finish("a");
  expect([...ask("a"), ...ask("b")]).toEqual(["share", "in"]);
  finish("a");
  expect(ask("a")).toEqual(["in"]);
});

test("under a flood, a partition that comes later has its share within the time of its work", () => {
  const { ask, finish, clock, limiter } = rig({ a: { share: 0.5 }, b: { share: 0.5 } });
  const floods = (steps: number, names: readonly string[]) => {
    for (let step = 0; step < steps; step += 1) {
      for (const name of names) ask(name, 5);
      finish(step % 2 === 0 ? "a" : names[names.length - 1]!);
      clock.advance(1);
    }
    const inFlight = Object.values(limiter.snapshot().partitions).map((each) => each.inFlight);
    return inFlight.map((count) => Math.abs(count - 5) <= 1);
  };
  expect(floods(20, ["a"])).toEqual([false, false]);
  expect(floods(40, ["a", "b"])).toEqual([true, true]);
});

test("in the queue, those below their share are next, then the more important, then the first", async () => {
  const { ask, finish, limiter, keep } = rig({ a: { share: 0.9 }, b: { share: 0.1 } }, fifo);
  ask("a", 10);
  const log: string[] = [];
  const wait = (name: string, partition: string, priority: number) =>
    Promise.resolve(limiter.acquire({ partition, priority })).then((answer) => {
      keep(answer);
      log.push(name);
    });
  const all = [
    wait("a, less important", "a", 1),
    wait("a, first", "a", 0),
    wait("a, second", "a", 0),
    wait("b, less important", "b", 1),
    wait("b, above its share", "b", 1),
  ];
  for (let times = 0; times < 5; times += 1) finish("a");
  await Promise.all(all);
  expect(log).toEqual([
    "b, less important",
    "a, first",
    "a, second",
    "a, less important",
    "b, above its share",
  ]);
});

test("a full queue makes room for one that has places left, and for the more important", async () => {
  const shares = { a: { share: 0.6 }, b: { share: 0.4 } };
  const { ask, limiter } = rig(shares, { ...fifo, maxSize: 5 });
  ask("a", 10);
  const log: string[] = [];
  const wait = (name: string, partition: string, priority: number) =>
    Promise.resolve(limiter.acquire({ partition, priority })).then((answer) =>
      log.push(`${name} ${answer.admitted ? "in" : answer.reason}`),
    );
  const all = [1, 2, 3, 4, 5].map((turn) => wait(`a${turn}`, "a", 1));
  all.push(wait("b1", "b", 1), wait("b2", "b", 1), wait("b3", "b", 1));
  all.push(wait("a6", "a", 1), wait("a7", "a", 0));
  expect(limiter.snapshot().partitions).toMatchObject({ a: { queued: 3 }, b: { queued: 2 } });
  limiter.close();
  await Promise.all(all);
  expect(log.slice(0, 5)).toEqual([
    "a5 queue_full",
    "a4 queue_full",
    "b3 queue_full",
    "a6 queue_full",
    "a3 priority",
  ]);
});

test("requests of no partition are turned away where that is said", () => {
  const limiter = concurrencyLimiter({
    ...{ name: "api", algorithm: new SettableLimit(10), clock: new FakeClock(), mode: "enforce" },
    partitions: { shares: { a: { share: 0 } }, unknown: "reject" },
    queue: fifo,
  });
  const names = ["b", undefined, "__proto__", "toString"];
  const answers = names.map((partition) => limiter.acquire({ partition }));
  expect(answers).toMatchObject(Array(4).fill({ reason: "share", partition: undefined }));
  expect(limiter.tryAcquire({ partition: "a" })).toMatchObject({ partition: "a" });
});
