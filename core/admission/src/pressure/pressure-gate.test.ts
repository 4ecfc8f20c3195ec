import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type PressureGateOptions, pressureGate } from "./pressure-gate.ts";

const usual = {
  signals: [],
  start: 0.8,
  saturate: 0.9,
  hysteresis: 0.1,
  staleAfterMs: 1000,
  whenStale: "ignore",
  random: () => 0.5,
} as const satisfies PressureGateOptions;

/** In this order: the pressure, and the share that is rejected. */
const ramps: readonly (readonly [what: string, steps: readonly (readonly [number, number])[]])[] = [
  [
    "nothing up to the start",
    [
      [0, 0],
      [0.75, 0],
      [0.8, 0],
    ],
  ],
  [
    "a share from there, all when saturated",
    [
      [0.85, 0.75],
      [0.9, 1],
      [1, 1],
    ],
  ],
  [
    "goes on until the hysteresis below the start, falling to 0 without a step",
    [
      [0.85, 0.75],
      [0.8, 0.5],
      [0.75, 0.25],
      [0.7, 0],
      [0.75, 0],
      [0.81, 0.55],
    ],
  ],
  [
    "what could not be measured is saturated",
    [
      [Number.NaN, 1],
      [0, 0],
    ],
  ],
  [
    "values out of range are held to it",
    [
      [-4, 0],
      [Infinity, 1],
      [-Infinity, 0],
      [12, 1],
    ],
  ],
];

describe("pressure gate", () => {
  test.each(ramps)("%s", (_what, steps) => {
    const signal = { name: "heap", value: 0, sampledAtMs: 0 };
    const gate = pressureGate({ ...usual, signals: [signal] });
    const shares = steps.map(([value]) => {
      signal.value = value;
      return Number(gate.probability(0).toFixed(9));
    });
    expect(shares).toEqual(steps.map(([, share]) => share));
  });

  test("the worst signal decides, and is named", () => {
    const signals = [
      { name: "cpu", value: 0.2, sampledAtMs: 0 },
      { name: "loop delay", value: 1, sampledAtMs: 0 },
      { name: "heap", value: 0.5, sampledAtMs: 0 },
    ];
    const gate = pressureGate({ ...usual, signals });
    expect(gate.worst).toBeUndefined();
    expect(gate.probability(0)).toBe(1);
    expect(gate.worst).toBe("loop delay");
  });

  const ages: readonly (readonly [
    what: string,
    sampledAtMs: number,
    ignore: number,
    saturate: number,
  ])[] = [
    ["fresh", 4000, 0, 0],
    ["stale", 3999, 0, 1],
    ["of the future, after a jump of the clock", 90_000, 0, 0],
    ["without a time", Number.NaN, 0, 1],
  ];
  test.each(ages)("a sample that is %s", (_what, sampledAtMs, ignore, saturate) => {
    const signals = [{ name: "cpu", value: 0.5, sampledAtMs }];
    const share = (whenStale: "ignore" | "saturate") =>
      pressureGate({ ...usual, signals, whenStale }).probability(5000);
    expect([share("ignore"), share("saturate")]).toEqual([ignore, saturate]);
  });

  test("a stale sample that said saturated is ignored as well", () => {
    const signals = [{ name: "cpu", value: 1, sampledAtMs: 0 }];
    expect(pressureGate({ ...usual, signals }).probability(1001)).toBe(0);
  });

  test("rejects as often as its share says", () => {
    let draw = 0;
    const random = () => {
      draw = (draw + 0.01) % 1;
      return draw;
    };
    const signals = [{ name: "cpu", value: 0.85, sampledAtMs: 0 }];
    const gate = pressureGate({ ...usual, signals, random });
    const rejected = Array.from({ length: 1000 }, () => gate.rejects(0)).filter(Boolean).length;
    expect(Math.abs(rejected - 750)).toBeLessThan(15);
  });

  test("is a share from 0 to 1, and rises with the pressure, whatever the signals", () => {
    const value = fc.oneof(fc.double(), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (one, other) => {
        const shareOf = (values: readonly number[]) => {
          const signals = values.map((each) => ({ name: "any", value: each, sampledAtMs: 0 }));
          return pressureGate({ ...usual, signals }).probability(0);
        };
        expect(shareOf(one)).toBeWithin(0, 1.0000001);
        expect(shareOf([...one, ...other])).toBeGreaterThanOrEqual(shareOf(one));
      }),
    );
  });

  test.each([
    ["start -0.1", { start: -0.1 }],
    ["start NaN", { start: Number.NaN }],
    ["saturate 0.7", { saturate: 0.7 }],
    ["saturate 0.8", { saturate: 0.8 }],
    ["saturate 1.5", { saturate: 1.5 }],
    ["hysteresis 0.9", { hysteresis: 0.9 }],
    ["staleAfterMs -1", { staleAfterMs: -1 }],
  ])("refuses %s", (option, wrong) => {
    const message = expect.stringContaining(`Cannot use ${option}: it takes `);
    expect(() => pressureGate({ ...usual, ...wrong })).toThrow(
      expect.objectContaining({ code: "bad_option", message }),
    );
  });
});
