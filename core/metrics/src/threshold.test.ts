import { expect, test } from "bun:test";
import fc from "fast-check";
import { aggregationsOf, parseTrendStat, unfitAggregation } from "./aggregation.ts";
import type { MetricType } from "./metric.ts";
import { MetricError } from "./metric-error.ts";
import { makeSink } from "./sink.ts";
import { evaluateThreshold, parseThreshold, printThreshold } from "./threshold.ts";

test.each([
  ["p(95)<200", "p(95)<200"],
  ["  avg  >=  1.5e3 ", "avg>=1500"],
  ["p( 99.99 ) <= .5", "p(99.99)<=0.5"],
  ["p(.5)>0", "p(0.5)>0"],
  ["rate==-1", "rate==-1"],
  ["count===+3", "count===3"],
  ["value!=1_000", "value!=1000"],
  ["med<0", "med<0"],
  ["p(0)<1", "p(0)<1"],
  ["p(100)>1", "p(100)>1"],
])("%s is read as %s", (text, printed) => {
  expect(printThreshold(parseThreshold(text))).toBe(printed);
});

test.each([
  ["", "expected count, rate, value, avg, min, med, max or p(N) at character 1"],
  ["sum<1", "expected count, rate, value, avg, min, med, max or p(N) at character 1"],
  ["average<1", "expected count, rate, value, avg, min, med, max or p(N) at character 1"],
  ["p95<1", "expected count, rate, value, avg, min, med, max or p(N) at character 1"],
  ["p<1", 'expected "(" at character 2'],
  ["p(95<500", 'expected ")" at character 5'],
  ["p(x)<1", "expected a number from 0 to 100 at character 3"],
  ["p(101)<1", "expected a number from 0 to 100 at character 3"],
  ["p(-1)<1", "expected a number from 0 to 100 at character 3"],
  ["avg=>1", "expected one of > >= < <= == === != at character 4"],
  ["avg!==1", "expected a number at character 6"],
  ["avg", "expected one of > >= < <= == === != at character 4"],
  ["avg<", "expected a number at character 5"],
  ["avg < 200ms", "expected a number at character 7"],
  ["avg < 1 ms", "expected nothing more at character 9"],
  ["avg<0x10", "expected a number at character 5"],
  ["avg < 1e999 ", "expected a number below 1.8e308 at character 7"],
])("%j is refused, saying where", (text, where) => {
  expect(() => parseThreshold(text)).toThrow(
    `Cannot read the threshold ${JSON.stringify(text)}: ${where}; write it like "p(95)<200"`,
  );
  expect(() => parseThreshold(text)).toThrow(expect.objectContaining({ code: "bad_threshold" }));
});

test("what is printed reads back as the same", () => {
  const kind = fc.constantFrom("count", "rate", "value", "avg", "min", "med", "max");
  const percent = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000);
  const threshold = fc.record({
    aggregation: fc.oneof(
      fc.record({ kind }),
      fc.record({ kind: fc.constant("percentile" as const), percent }),
    ),
    operator: fc.constantFrom(">", ">=", "<", "<=", "==", "===", "!="),
    bound: fc.double({ noNaN: true, noDefaultInfinity: true }).map((bound) => bound + 0),
  });
  fc.assert(
    fc.property(threshold, (want) => {
      expect(parseThreshold(printThreshold(want))).toEqual(want);
    }),
  );
});

test("garbage is read or refused, never anything else", () => {
  const token = fc.constantFrom("p", "(", ")", "95", "avg", "<", "=", "!", ".", " ", "e", "-", "_");
  const garbage = fc.oneof(
    fc.string(),
    fc.array(token).map((tokens) => tokens.join("")),
  );
  fc.assert(
    fc.property(garbage, (text) => {
      expect(outcome(text)).toMatch(/^(read|refused)$/);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["counter", [2, 3], "count==5", true, 5],
  ["counter", [2, 3], "rate>2.4", true, 2.5],
  ["gauge", [9, 4], "value<5", true, 4],
  ["rate", [1, 0, 5, -1], "rate>=0.75", true, 0.75],
  ["trend", [1, 2, 6], "avg===3", true, 3],
  ["trend", [1, 2, 6], "min!=1", false, 1],
  ["trend", [1, 2, 6], "max<=6", true, 6],
  ["trend", [1, 6], "med>3", true, 3.5],
  ["trend", [1, 6], "p(100)<6", false, 6],
] as const)("a %s of %j: %s", (type, values, text, ok, actual) => {
  expect(evaluate(type, values, text)).toEqual({ ok, actual });
});

// Each row as k6 1.8.1 had it for a run without samples.
test.each([
  ["counter", "count>1", false],
  ["counter", "rate>=0", true],
  ["gauge", "value<1", true],
  ["trend", "p(95)<1", true],
  ["trend", "avg>1", false],
  ["rate", "rate>0.5", true],
  ["rate", "rate<0", true],
] as const)("an empty %s: %s is %p", (type, text, ok) => {
  expect(evaluate(type, [], text)).toEqual({ ok, actual: 0 });
});

test("at the very start a counter's rate is 0, not infinite", () => {
  const sink = makeSink("counter");
  sink.add(5, 0);
  expect(evaluateThreshold(parseThreshold("rate<1"), sink, 0)).toEqual({ ok: true, actual: 0 });
});

test.each(["counter", "gauge", "rate", "trend"] as const)(
  "a %s has the aggregations of its type and no others",
  (type) => {
    const texts = ["count>0", "rate>0", "value>0", "avg>0", "min>0", "med>0", "max>0", "p(9)>0"];
    const fitting = texts.filter((text) => {
      return aggregationsOf[type].includes(parseThreshold(text).aggregation.kind);
    });
    for (const text of fitting) expect(evaluate(type, [1], text)).toBeDefined();
    expect(fitting).toHaveLength({ counter: 2, gauge: 1, rate: 1, trend: 5 }[type]);
  },
);

test("an aggregation that does not fit says which do", () => {
  expect(unfitAggregation({ kind: "percentile", percent: 95 }, "counter").message).toBe(
    'Cannot take "p(95)" of a counter: it has count, rate',
  );
  expect(() => evaluate("gauge", [1], "max>1")).toThrow(
    'Cannot take "max" of a gauge: it has value',
  );
});

test.each(["avg", "min", "med", "max", "count", "p(90)", "p(99.99)"])("%s of a trend", (text) => {
  expect(parseTrendStat(text)).toBeDefined();
});

test.each(["", "p(101)", "p(-1)", "p95", "sum", "rate", "p(1e1)"])("no %j of a trend", (text) => {
  expect(() => parseTrendStat(text)).toThrow(expect.objectContaining({ code: "bad_trend_stat" }));
});

function evaluate(type: MetricType, values: readonly number[], text: string) {
  const sink = makeSink(type);
  for (const value of values) sink.add(value, 0);
  return evaluateThreshold(parseThreshold(text), sink, 2000);
}

function outcome(text: string): string {
  try {
    parseThreshold(text);
    return "read";
  } catch (error) {
    return error instanceof MetricError ? "refused" : String(error);
  }
}
