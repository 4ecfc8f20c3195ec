import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { gcra } from "./gcra.ts";
import { gcraStep } from "./gcra-step.ts";

/** 10 in 1000 ms, 3 at once: one each 100 ms. */
const rule = { limit: 10, periodMs: 1000, burst: 3 };

type Step = readonly [
  nowMs: number,
  admitted: boolean,
  remaining: number,
  resetMs: number,
  retryAfterMs: number,
];

const tables: readonly (readonly [what: string, steps: readonly Step[]])[] = [
  [
    "a burst, then one for each interval",
    [
      [0, true, 2, 100, 0],
      [0, true, 1, 200, 0],
      [0, true, 0, 300, 0],
      [0, false, 0, 300, 100],
      [99, false, 0, 201, 1],
      [100, true, 0, 300, 0],
      [150, false, 0, 250, 50],
      [310, true, 1, 190, 0],
    ],
  ],
  [
    "the burst is there again after a rest, and no more",
    [
      [0, true, 2, 100, 0],
      [9000, true, 2, 100, 0],
      [9000, true, 1, 200, 0],
      [9000, true, 0, 300, 0],
      [9000, false, 0, 300, 100],
    ],
  ],
  [
    "a clock that jumps back costs the burst, not the time of the jump",
    [
      [1_000_000, true, 2, 100, 0],
      [0, false, 0, 300, 100],
      [100, true, 0, 300, 0],
    ],
  ],
];

describe("one step", () => {
  test.each(tables)("%s", (_what, steps) => {
    let tatMs = -Infinity;
    const results = steps.map(([nowMs]): Step => {
      const result = gcraStep(tatMs, nowMs, rule);
      tatMs = result.tatMs;
      return [nowMs, result.admitted, result.remaining, result.resetMs, result.retryAfterMs];
    });
    expect(results).toEqual([...steps]);
  });

  test("a clock that says nothing admits nothing, and is forgotten", () => {
    const { admitted, tatMs } = gcraStep(0, Number.NaN, rule);
    expect(admitted).toBe(false);
    expect(gcraStep(tatMs, 5, rule)).toMatchObject({ admitted: true, remaining: 2 });
  });

  test("asking again after exactly retryAfterMs is admitted, and before is not", () => {
    const rules = fc.record({
      limit: fc.integer({ min: 1, max: 5000 }),
      periodMs: fc.integer({ min: 1000, max: 100_000 }),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(rules, fc.nat(1e6), (any, nowMs) => {
        let last = gcraStep(-Infinity, nowMs, any);
        while (last.admitted) last = gcraStep(last.tatMs, nowMs, any);
        const { tatMs, retryAfterMs } = last;
        expect(gcraStep(tatMs, nowMs + retryAfterMs, any).admitted).toBe(true);
        expect(gcraStep(tatMs, nowMs + retryAfterMs * 0.99, any).admitted).toBe(false);
      }),
    );
  });

  test("never admits more than the limit and the burst less one in any period", () => {
    const gaps = fc.array(fc.nat(300), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 5 }), (times, burst) => {
        const admittedMs: number[] = [];
        let tatMs = -Infinity;
        let nowMs = 0;
        for (const gapMs of times) {
          nowMs += gapMs;
          const result = gcraStep(tatMs, nowMs, { ...rule, burst });
          tatMs = result.tatMs;
          if (result.admitted) admittedMs.push(nowMs);
        }
        for (const fromMs of admittedMs) {
          const within = admittedMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1000);
          expect(within.length).toBeLessThanOrEqual(10 + burst - 1);
        }
      }),
    );
  });
});

const perMinute = { limit: 1000, periodMs: 60_000, maxKeys: 10, whenFull: "reject" } as const;

/** Gaps in ms. Pulses further apart than the burst lasts would get less than the limit. */
test.each([
  ["each ms", () => 1],
  ["each 7 ms", () => 7],
  ["100 a second, by chance", (random: () => number) => -Math.log(1 - random()) * 10],
  ["bursts of 500, by chance", (random: () => number) => (random() < 0.002 ? 30 : 0.01)],
])("1000 a minute admits 1000 ± 1 in each of 10 minutes of attack: %s", (_how, gapOf) => {
  const rate = gcra(perMinute);
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const admitted = new Array<number>(10).fill(0);
  for (let nowMs = 0; nowMs < 600_000; nowMs += gapOf(random)) {
    if (rate.take("attacker", nowMs).admitted) admitted[Math.floor(nowMs / 60_000)]! += 1;
  }
  for (const each of admitted) expect(each).toBeWithin(999, 1002);
});

describe("keys", () => {
  const one = { limit: 1, periodMs: 1000, burst: 1, maxKeys: 3 };

  test("have their own allowance each", () => {
    const rate = gcra({ ...one, whenFull: "reject" });
    const admitted = ["a", "b", "a", "b"].map((key) => rate.take(key, 0).admitted);
    expect(admitted).toEqual([true, true, false, false]);
  });

  test("a new one is rejected while all are busy, until the first is at rest", () => {
    const rate = gcra({ ...one, whenFull: "reject" });
    for (const [nowMs, key] of ["a", "b", "c"].entries()) rate.take(key, nowMs * 100);
    expect(rate.take("d", 400)).toMatchObject({ admitted: false, retryAfterMs: 600 });
    expect(rate.take("a", 400).admitted).toBe(false);
    expect(rate.take("d", 1000).admitted).toBe(true);
    expect(rate.size).toBe(3);
  });

  test("or takes the place of the one admitted the longest ago", () => {
    const rate = gcra({ ...one, whenFull: "evict" });
    for (const [nowMs, key] of ["a", "b", "c"].entries()) rate.take(key, nowMs * 100);
    const admitted = ["d", "b", "c", "a"].map((key) => rate.take(key, 400).admitted);
    expect(admitted).toEqual([true, false, false, true]);
    expect(rate.size).toBe(3);
  });

  test("admitted again lately are not the ones whose place is taken", () => {
    const rate = gcra({ ...one, burst: 2, whenFull: "evict" });
    for (const [index, key] of ["a", "b", "c", "a", "d"].entries()) rate.take(key, index * 100);
    expect(rate.take("a", 500).admitted).toBe(false);
  });

  test("left ahead by a clock that jumped back do not bar the way", () => {
    const rate = gcra({ ...one, whenFull: "reject" });
    for (const key of ["a", "b", "c"]) rate.take(key, 1e9);
    expect(rate.take("d", 0).admitted).toBe(true);
  });

  test("at rest are forgotten as others come", () => {
    const rate = gcra({ ...one, maxKeys: 1000, whenFull: "reject" });
    for (let index = 0; index < 500; index += 1) rate.take(`first ${index}`, 0);
    rate.take("second 0", 5000);
    expect(rate.size).toBe(499); // two at a time, so that nobody waits for all
    for (let index = 1; index < 500; index += 1) rate.take(`second ${index}`, 5000);
    expect(rate.size).toBe(500);
  });

  test("never are more than a million, however many there are", () => {
    const rate = gcra({ limit: 1, periodMs: 1e9, maxKeys: 1_000_000, whenFull: "evict" });
    for (let index = 0; index < 1_100_000; index += 1) rate.take(String(index), index);
    expect(rate.size).toBe(1_000_000);
  });

  test.each([
    ["limit 0", { limit: 0 }],
    ["limit NaN", { limit: Number.NaN }],
    ["periodMs 0", { periodMs: 0 }],
    ["burst 0", { burst: 0 }],
    ["maxKeys 0", { maxKeys: 0 }],
    ["maxKeys 1000001", { maxKeys: 1_000_001 }],
  ])("refuse %s", (option, wrong) => {
    const message = expect.stringContaining(`Cannot use ${option}: it takes `);
    expect(() => gcra({ ...one, whenFull: "reject", ...wrong })).toThrow(
      expect.objectContaining({ code: "bad_option", message }),
    );
  });
});
