import { describe, expect, test } from "bun:test";
import type { LimitAlgorithm, Sample } from "../algorithm.ts";
import { aimd } from "./aimd.ts";
import { fixed } from "./fixed.ts";
import { gradient2 } from "./gradient2.ts";
import { vegas } from "./vegas.ts";

type Step = readonly [rttMs: number, inFlight: number, outcome: "ok" | "dropped", limit: number];

/** By hand, from the formulas. */
const tables: readonly (readonly [name: string, make: () => LimitAlgorithm, steps: Step[]])[] = [
  [
    "fixed: nothing moves it",
    () => fixed(7),
    [
      [1, 7, "ok", 7],
      [9999, 7, "dropped", 7],
    ],
  ],
  [
    "aimd: one more when half is used, a tenth less at a drop or after the timeout",
    () => aimd(),
    [
      [10, 10, "ok", 21],
      [10, 10, "ok", 21],
      [10, 11, "ok", 22],
      [10, 1, "dropped", 19],
      [5000, 10, "ok", 20],
      [5001, 20, "ok", 18],
    ],
  ],
  [
    "vegas: steps by what stands in the queue",
    () => vegas(),
    [
      [10, 20, "ok", 20], // the baseline
      [10, 20, "ok", 26], // 26 × (1 - 10/10) = 0, at most 1: 6 more
      [10, 12, "ok", 26], // less than half is used
      [11, 26, "ok", 26], // 2.4, rounded up 3: neither below 3 nor above 6
      [10.6, 26, "ok", 27], // 1.5, rounded up 2: 1 more
      [20, 27, "ok", 26], // 13.5: 1 less
      [1, 1, "dropped", 25], // no baseline
      [20, 25, "ok", 24],
    ],
  ],
  [
    "vegas: steps of lg(limit) from 100 on, a share of them when smooth",
    () => vegas({ initial: 100, smoothing: 0.5 }),
    [
      [10, 100, "ok", 100],
      [10, 100, "ok", 106], // half of 6 × 2
      [40, 100, "ok", 105], // half of 2
    ],
  ],
  [
    "gradient2: follows the long mean over the present time",
    () => gradient2(),
    [
      [10, 20, "ok", 20.8], // 0.8 × 20 + 0.2 × (20 + 4)
      [30, 20, "ok", 21.6], // long 20, 1.5 × 20 / 30 = 1
      [60, 20, "ok", 21.68], // long 33.3, gradient 5/6: 0.8 × 21.6 + 0.2 × (18 + 4)
      [10, 10, "ok", 21.68], // less than half is used
      [1, 20, "dropped", 19.512],
    ],
  ],
];

describe.each(tables)("%s", (_name, make, steps) => {
  test("step by step", () => {
    const algorithm = make();
    const limits = steps.map(([rttMs, inFlight, outcome], index) => {
      algorithm.onSample(
        sample({ rttMs, inFlight, dropped: outcome !== "ok", nowMs: 1e5 * index }),
      );
      return Number(algorithm.limit.toFixed(6));
    });
    expect(limits).toEqual(steps.map(([, , , limit]) => limit));
  });
});

test("aimd cuts once for all that was under way at the cut", () => {
  const algorithm = aimd();
  const limits = [100, 120, 149, 151].map((nowMs) => {
    algorithm.onSample(sample({ rttMs: 50, inFlight: 20, dropped: true, nowMs }));
    return algorithm.limit;
  });
  expect(limits).toEqual([18, 18, 18, 16]);
});

test("aimd cuts again after a clock jumped back", () => {
  const algorithm = aimd();
  algorithm.onSample(sample({ rttMs: 50, inFlight: 20, dropped: true, nowMs: 1e6 }));
  algorithm.onSample(sample({ rttMs: 50, inFlight: 20, dropped: true, nowMs: 10 }));
  expect(algorithm.limit).toBe(16);
});

test("vegas takes its baseline anew after a multiple of the limit", () => {
  const algorithm = vegas({ probeMultiplier: 1, random: () => 0 }); // after 20 / 2 samples
  for (let index = 0; index < 9; index += 1) {
    algorithm.onSample(sample({ rttMs: 10, inFlight: 0 }));
  }
  algorithm.onSample(sample({ rttMs: 30, inFlight: 20 }));
  algorithm.onSample(sample({ rttMs: 30, inFlight: 20 }));
  expect(algorithm.limit).toBe(26);
});

test("gradient2 lets a baseline down that is more than twice too high", () => {
  const algorithm = gradient2();
  for (let index = 0; index < 10; index += 1) {
    algorithm.onSample(sample({ rttMs: 100, inFlight: 0 }));
  }
  // Without the 5 % a sample the mean of 600 would be far above 20 still.
  for (let index = 0; index < 30; index += 1) {
    algorithm.onSample(sample({ rttMs: 10, inFlight: 0 }));
  }
  const before = algorithm.limit;
  algorithm.onSample(sample({ rttMs: 60, inFlight: 20 }));
  expect(algorithm.limit).toBeLessThan(before);
});

const timeouts: readonly (readonly [name: string, make: () => LimitAlgorithm, dropped: boolean])[] =
  [
    ["aimd, told as drops", () => aimd(), true],
    ["aimd, by its timeout", () => aimd({ timeoutMs: 4999 }), false],
    ["vegas, told as drops", () => vegas(), true],
    ["gradient2, told as drops", () => gradient2(), true],
    ["gradient2, by maxHealthyRttMs", () => gradient2({ maxHealthyRttMs: 1000 }), false],
  ];

test.each(timeouts)(
  "calls that all run into one timeout do not grow %s",
  (_name, make, dropped) => {
    const algorithm = make();
    for (let index = 0; index < 1000; index += 1) {
      const inFlight = Math.floor(algorithm.limit);
      algorithm.onSample(sample({ rttMs: 5000, inFlight, dropped, nowMs: index * 6000 }));
    }
    expect(algorithm.limit).toBeLessThan(9);
  },
);

function sample(of: {
  readonly rttMs: number;
  readonly inFlight: number;
  readonly dropped?: boolean;
  readonly nowMs?: number;
}): Sample {
  const { rttMs, inFlight, dropped = false, nowMs = 0 } = of;
  return { rttMs, inFlight, outcome: dropped ? "dropped" : "success", nowMs, count: 1 };
}
