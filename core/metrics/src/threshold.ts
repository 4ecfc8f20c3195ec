import { type Aggregation, aggregate, printAggregation } from "./aggregation.ts";
import { MetricError } from "./metric-error.ts";
import type { Sink } from "./sink.ts";

export type ThresholdOperator = ">" | ">=" | "<" | "<=" | "==" | "===" | "!=";

/** `aggregation operator bound`: a claim about a metric. */
export interface Threshold {
  readonly aggregation: Aggregation;
  readonly operator: ThresholdOperator;
  readonly bound: number;
}

/** Reads "p(99.9) < 500": k6's grammar, spaces where one likes. */
export function parseThreshold(text: string): Threshold {
  const scanner = new Scanner(text);
  const aggregation = takeAggregation(scanner);
  const operator = scanner.take(/>=|>|<=|<|===|==|!=/y, "one of > >= < <= == === !=");
  // Go's ParseFloat, which k6 uses, lets "_" stand between digits.
  const bound = scanner.take(/[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w.])/iy, "a number");
  scanner.end();
  const value = Number(bound.replaceAll("_", ""));
  if (!Number.isFinite(value)) throw scanner.error("expected a number below 1.8e308", bound.length);
  return { aggregation, operator: operator as ThresholdOperator, bound: value };
}

/** Writes it so that parseThreshold() reads the same. */
export function printThreshold({ aggregation, operator, bound }: Threshold): string {
  return `${printAggregation(aggregation)}${operator}${bound}`;
}

export interface ThresholdResult {
  readonly ok: boolean;
  /** What the metric came to. */
  readonly actual: number;
}

/**
 * Compares the metric with the bound. An empty one is as k6 has it at the end of a run: counters,
 * gauges and trends are 0, and a rate of nothing (no check ran, no request was made) passes
 * whatever the bound.
 */
export function evaluateThreshold(
  { aggregation, operator, bound }: Threshold,
  sink: Sink,
  elapsedMs: number,
): ThresholdResult {
  const actual = aggregate(sink, aggregation, elapsedMs);
  if (sink.type === "rate" && sink.isEmpty) return { ok: true, actual };
  return { ok: compare[operator](actual, bound), actual };
}

const compare: Readonly<Record<ThresholdOperator, (a: number, b: number) => boolean>> = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "==": (a, b) => a === b,
  "===": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

function takeAggregation(scanner: Scanner): Aggregation {
  const kind = scanner.take(
    /(?:count|rate|value|avg|min|med|max|p)(?!\w)/y,
    "count, rate, value, avg, min, med, max or p(N)",
  );
  if (kind !== "p") return { kind: kind as "avg" };
  scanner.take(/\(/y, '"("');
  const percent = scanner.take(/\d+(?:\.\d*)?|\.\d+/y, "a number from 0 to 100");
  if (Number(percent) > 100) throw scanner.error("expected a number from 0 to 100", percent.length);
  scanner.take(/\)/y, '")"');
  return { kind: "percentile", percent: Number(percent) };
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipSpace();
  }

  take(token: RegExp, expected: string): string {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0];
    if (found === undefined) throw this.error(`expected ${expected}`);
    this.#at += found.length;
    this.#skipSpace();
    return found;
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.error("expected nothing more");
  }

  /** At where the scanner stands, or at the token of that length before it. */
  error(what: string, tokenLength = 0): MetricError {
    const read = this.#text.slice(0, this.#at);
    const at = tokenLength === 0 ? this.#at : read.trimEnd().length - tokenLength;
    return new MetricError(
      "bad_threshold",
      `Cannot read the threshold ${JSON.stringify(this.#text)}: ${what} at character ${at + 1}; write it like "p(95)<200"`,
    );
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }
}
