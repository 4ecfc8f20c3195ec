import { test } from "bun:test";
import { compare } from "../../../tools/compare.ts";
import type { LimitAlgorithm } from "./algorithm.ts";
import type { Clock } from "./clock.ts";
import { type ConcurrencyLimiterOptions, concurrencyLimiter } from "./concurrency-limiter.ts";
import { windowed } from "./windowed.ts";

/** As the process has it: to read it is a good part of what is measured. */
const clock: Clock = { nowMs: () => performance.now(), at: () => () => {} };

const fixed: LimitAlgorithm = { name: "fixed", limit: 100, onSample: () => {} };

const limiterWith = (options: Partial<ConcurrencyLimiterOptions> = {}) =>
  concurrencyLimiter({ name: "api", algorithm: fixed, clock, mode: "enforce", ...options });

const queue = { maxSize: 1000, maxWaitMs: 1e9, order: "fifo" } as const;
const partitions = { shares: { a: { share: 0.5 }, b: { share: 0.2 } }, unknown: "borrow" } as const;
const priorities = { levels: 4, default: 1 };

/** Ten are in flight; one goes, one comes. */
function takingTurns(options?: Partial<ConcurrencyLimiterOptions>, partition?: string) {
  const limiter = limiterWith(options);
  for (let held = 0; held < 10; held += 1) limiter.tryAcquire();
  const context = partition === undefined ? undefined : { partition, priority: 0 };
  return (times: number): number => {
    let admitted = 0;
    for (let turn = 0; turn < times; turn += 1) {
      const answer = limiter.acquire(context);
      if (answer instanceof Promise || !answer.admitted) continue;
      admitted += 1;
      answer.release("success");
    }
    return admitted;
  };
}

/** All are in flight, and so many wait. */
function refusing(options?: Partial<ConcurrencyLimiterOptions>) {
  const limiter = limiterWith(options);
  for (let held = 0; held < 100; held += 1) limiter.tryAcquire();
  for (let waiting = 0; waiting < 1000; waiting += 1) void limiter.acquire();
  return (times: number): number => {
    let refused = 0;
    for (let turn = 0; turn < times; turn += 1) {
      const answer = limiter.acquire();
      if (!(answer instanceof Promise) && !answer.admitted) refused += 1;
    }
    return refused;
  };
}

test("bench: acquire and release, and a rejection, against two readings of the clock", () => {
  compare("limiter", [
    { name: "two readings of the clock", run: readingTwice },
    { name: "fixed", run: takingTurns() },
    { name: "fixed, with a queue that is empty", run: takingTurns({ queue }) },
    { name: "adaptive: in windows", run: takingTurns({ algorithm: windowed(fixed) }) },
    { name: "partitions and priorities", run: takingTurns({ partitions, priorities }, "a") },
    { name: "rejected: limit", run: refusing() },
    { name: "rejected: queue full", run: refusing({ queue }) },
  ]);
});

function readingTwice(times: number): number {
  let readings = 0;
  for (let turn = 0; turn < times; turn += 1) {
    const startMs = clock.nowMs();
    if (clock.nowMs() >= startMs) readings += 1;
  }
  return readings;
}
