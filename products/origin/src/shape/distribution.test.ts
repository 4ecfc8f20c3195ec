import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { ParameterError } from "../parameter.ts";
import { MAX_DELAY_MS, parseDistribution } from "./distribution.ts";
import { seededRandom } from "./random.ts";

test.each([
  ["50", 50],
  ["50ms", 50],
  ["1.5s", 1500],
  ["0", 0],
  ["1h", MAX_DELAY_MS],
])("%s is always %d ms", (text, ms) => {
  expect(draws(text, 3)).toEqual([ms, ms, ms]);
});

test.each<[text: string, at: readonly [percent: number, ms: number][]]>([
  [
    "uniform(10, 100)",
    [
      [1, 10.9],
      [50, 55],
      [99, 99.1],
    ],
  ],
  [
    "normal(500,10)",
    [
      [2.28, 480],
      [50, 500],
      [97.72, 520],
    ],
  ],
  [
    "lognormal(50,400)",
    [
      [50, 50],
      [99, 400],
    ],
  ],
  [
    "exponential(1s)",
    [
      [50, 693.1],
      [90, 2302.6],
    ],
  ],
  [
    "pareto(50,1.5)",
    [
      [0, 50],
      [50, 79.4],
      [90, 232.1],
    ],
  ],
  [
    "bimodal(50,500,0.1)",
    [
      [89, 50],
      [91, 500],
    ],
  ],
  [
    "percentiles(50:10,90:50,99:200)",
    [
      [25, 5],
      [50, 10],
      [70, 30],
      [90, 50],
      [99.5, 200],
    ],
  ],
  [
    "percentiles(0:8,50:10)",
    [
      [25, 9],
      [75, 10],
    ],
  ],
])("%s has the percentiles that it says", (text, wanted) => {
  const drawn = draws(text, 40_000).sort((a, b) => a - b);
  for (const [percent, ms] of wanted) {
    const found = drawn[Math.floor((percent / 100) * drawn.length)]!;
    expect(Math.abs(found - ms) / ms).toBeLessThan(0.05);
  }
});

test("the same seed draws the same delays, another one others", () => {
  const first = draws("normal(50,10)", 20);
  expect(draws("normal(50,10)", 20)).toEqual(first);
  expect(draws("normal(50,10)", 20, 8)).not.toEqual(first);
});

test("what is drawn below 0 is 0, and what is drawn beyond an hour is an hour", () => {
  expect(Math.min(...draws("normal(1,100)", 1000))).toBe(0);
  expect(Math.max(...draws("pareto(1s,0.1)", 1000))).toBe(MAX_DELAY_MS);
  expect(Math.max(...draws("exponential(1h)", 1000))).toBe(MAX_DELAY_MS);
});

const refused = [
  ...["", "-1", "NaN", "soon", "3600001", "2h", "1e3", "50,10", "9".repeat(400)],
  ...["uniform(10)", "uniform(100,10)", "uniform(1,2,3)", "normal(50)", "normal(50,x)", "normal()"],
  ...["lognormal(0,10)", "lognormal(50,10)", "exponential(-1)", "pareto(50,0)", "pareto(50,1ms)"],
  ...["bimodal(50,500,1.1)", "bimodal(50,500)", "percentiles()", "percentiles(50)"],
  ...["percentiles(50:10,40:20)", "percentiles(50:10,90:5)", "percentiles(101:5)"],
  ...["toString(1)", "gauss(50,10)", "normal(50,10", "normal (50,10)"],
];

test.each(refused)("%s is refused with the forms that would do", (text) => {
  const error = thrown(() => parseDistribution(text));
  expect(error).toBeInstanceOf(ParameterError);
  expect(error).toMatchObject({ message: expect.stringContaining("normal(50,10)") });
});

test("no text does anything but draw from 0 to an hour, or be refused", () => {
  const form = fc.constantFrom(
    "uniform",
    "normal",
    "lognormal",
    "pareto",
    "bimodal",
    "percentiles",
  );
  const part = fc.oneof(
    fc.nat().map(String),
    fc.constantFrom("0.5", "1s", "50:10", "-1", "", "1e9"),
  );
  const texts = fc
    .tuple(form, fc.array(part, { maxLength: 4 }))
    .map(([name, parts]) => `${name}(${parts.join(",")})`);
  void fc.assert(
    fc.property(fc.oneof(texts, fc.string()), (text) => {
      const drawn = tryDraws(text);
      return drawn.every((ms) => ms >= 0 && ms <= MAX_DELAY_MS);
    }),
  );
});

function draws(text: string, count: number, seed = 7): number[] {
  const random = seededRandom(seed);
  const draw = parseDistribution(text);
  return Array.from({ length: count }, () => draw(random));
}

function tryDraws(text: string): number[] {
  try {
    return draws(text, 20);
  } catch (error) {
    if (error instanceof ParameterError) return [];
    throw error;
  }
}

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
