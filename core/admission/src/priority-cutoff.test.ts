import { describe, expect, test } from "bun:test";
import { concurrencyLimiter } from "./concurrency-limiter.ts";
import type { Limiter } from "./limiter.ts";
import type { Permit } from "./permit.ts";
import { PriorityCutoff } from "./priority-cutoff.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { SettableLimit } from "./testing/settable-limit.ts";

interface Load {
  readonly limit: number;
  /** By priority. */
  readonly perSecond: readonly number[];
  readonly seconds: number;
  readonly seed: number;
}

interface Tally {
  offered: number;
  admitted: number;
}

/** Poisson arrivals, exponential work of 20 ms in the mean, nobody waits. By priority. */
function run(limiter: Limiter, clock: FakeClock, { perSecond, seconds, seed }: Load): Tally[] {
  const random = generator(seed);
  const after = (meanMs: number) => -meanMs * Math.log(1 - random());
  const tallies = perSecond.map((): Tally => ({ offered: 0, admitted: 0 }));
  const arrive = (priority: number, meanMs: number) => {
    const tally = tallies[priority]!;
    const answer = limiter.tryAcquire({ priority });
    tally.offered += 1;
    tally.admitted += answer.admitted ? 1 : 0;
    if (answer.admitted) workFor(answer, after(20));
    clock.at(clock.nowMs() + after(meanMs), () => arrive(priority, meanMs));
  };
  const workFor = (permit: Permit, ms: number) =>
    clock.at(clock.nowMs() + ms, () => permit.release("success"));
  for (const [priority, rate] of perSecond.entries()) {
    const meanMs = 1000 / rate;
    clock.at(clock.nowMs() + after(meanMs), () => arrive(priority, meanMs));
  }
  clock.advance(seconds * 1000);
  return tallies;
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function served(load: Load) {
  const clock = new FakeClock();
  const limiter = concurrencyLimiter({
    name: "api",
    algorithm: new SettableLimit(load.limit),
    clock,
    priorities: { levels: 32, default: 1 },
    mode: "enforce",
  });
  const tallies = run(limiter, clock, load);
  const admitted = tallies.reduce((sum, tally) => sum + tally.admitted, 0);
  return {
    parts: tallies.map((tally) => tally.admitted / tally.offered),
    perSecond: admitted / load.seconds,
    rejected: limiter.snapshot().rejected,
  };
}

describe("where nobody waits, in twice the load that 20 slots can take (1,000/s)", () => {
  test.each([1, 2, 3])("the least important are cut off first (seed %d)", (seed) => {
    const perSecond = [300, 300, 1400];
    const { parts, ...all } = served({ limit: 20, perSecond, seconds: 60, seed });
    expect(parts[0]).toBeGreaterThan(0.93);
    expect(parts[1]).toBeGreaterThan(parts[2]! + 0.2);
    expect(all.perSecond).toBeGreaterThan(820);
  });

  test("half of the load is let in whole", () => {
    const perSecond = [100, 150, 250];
    const { parts, rejected } = served({ limit: 20, perSecond, seconds: 60, seed: 1 });
    expect(Math.min(...parts)).toBeGreaterThan(0.995);
    expect(rejected.priority).toBeLessThan(30);
  });

  test("the least important get all of it when they are alone", () => {
    const { perSecond } = served({
      limit: 20,
      perSecond: [0.001, 0.001, 2000],
      seconds: 30,
      seed: 1,
    });
    expect(perSecond).toBeGreaterThan(900);
  });
});

/** Of one window: for each priority how many got in, and how many found it full. */
type Window = readonly (readonly [admitted: number, refused: number])[];

describe("what is kept from the less important, of 100 slots, after each window", () => {
  const hurt: Window = [
    [90, 10],
    [5, 5],
    [5, 5],
  ];
  const well: Window = [
    [96, 4],
    [5, 5],
    [5, 5],
  ];

  test.each<[string, readonly Window[], readonly number[][]]>([
    ["most from the least important", [hurt], [[0, 1, 2]]],
    [
      "more while it does not help, less when it did",
      [hurt, hurt, hurt, well],
      [
        [0, 1, 2],
        [0, 1, 2],
        [0, 1, 3],
        [0, 1, 2],
      ],
    ],
    ["nothing for a few that were refused", [well], [[0, 0, 0]]],
    [
      "nothing when the others did not get in anyway",
      [
        [
          [50, 50],
          [0, 9],
          [0, 9],
        ],
      ],
      [[0, 0, 0]],
    ],
    ["nothing when there are no others", [[[50, 50]]], [[0, 0, 0]]],
    [
      "all are as important as the best that is there",
      [
        [
          [0, 0],
          [50, 50],
          [9, 9],
        ],
      ],
      [[0, 0, 1]],
    ],
    [
      "in the end nothing",
      [hurt, ...Array<Window>(8).fill(well)],
      [[0, 1, 2], ...Array(6).fill([0, 0, 1]), [0, 0, 0], [0, 0, 0]],
    ],
  ])("%s", (_name, windows, kept) => {
    const cutoff = new PriorityCutoff({ levels: 3, default: 0 }, 0);
    const seen = windows.map((window, index) => {
      tell(cutoff, window);
      cutoff.roll((index + 1) * 1000, 100);
      return [0, 1, 2].map((level) => 100 - cutoff.ceiling(level, 100));
    });
    expect(seen).toEqual(kept.map((of) => [...of]));
  });

  test("a window that nobody closed in time says nothing", () => {
    const cutoff = new PriorityCutoff({ levels: 3, default: 0 }, 0);
    tell(cutoff, hurt);
    cutoff.roll(1999, 100);
    expect(cutoff.ceiling(2, 100)).toBe(98);
    tell(cutoff, hurt);
    cutoff.roll(3999, 100);
    expect(cutoff.ceiling(2, 100)).toBe(100);
  });

  test("one slot is left for everybody, however long it goes on", () => {
    const cutoff = new PriorityCutoff({ levels: 3, default: 0 }, 0);
    for (let nowMs = 1000; nowMs < 60_000; nowMs += 1000) {
      tell(cutoff, hurt);
      cutoff.roll(nowMs, 8);
    }
    expect([0, 1, 2].map((level) => cutoff.ceiling(level, 8))).toEqual([8, 5, 1]);
  });

  function tell(cutoff: PriorityCutoff, window: Window): void {
    for (const [level, [admitted, refused]] of window.entries()) {
      for (let times = 0; times < admitted; times += 1) cutoff.onAdmitted(level);
      for (let times = 0; times < refused; times += 1) cutoff.onRefused(level, true);
    }
  }
});

test("whoever is cut off is let in when the important are gone, though all in flight hangs", () => {
  const clock = new FakeClock();
  const limiter = concurrencyLimiter({
    ...{ name: "api", algorithm: new SettableLimit(3), clock, mode: "enforce" },
    priorities: { levels: 2, default: 1 },
  });
  const ask = (priority: number) => limiter.tryAcquire({ priority });
  const held = [ask(1), ask(1), ask(1)];
  ask(0);
  clock.advance(1000);
  for (const answer of held) if (answer.admitted) answer.release("success");
  expect([ask(1), ask(1), ask(1)]).toMatchObject([{}, {}, { reason: "priority" }]);
  clock.advance(2000);
  expect(ask(1)).toMatchObject({ admitted: true });
});
