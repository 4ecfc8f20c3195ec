import type { Expectation, Measure } from "./expectation.ts";

/** Which measure of which phase is where instead of in its healthy range. */
type Failure = readonly [phase: string, measure: Measure, atLeast: number, atMost: number];

const never = Number.POSITIVE_INFINITY;

/**
 * What each contestant is known to fail at, by scenario. One that comes to do better fails the
 * suite until it is struck off here.
 */
export const failuresByContestant: Readonly<
  Record<string, Readonly<Record<string, readonly Failure[]>>>
> = {
  // No limit at all: whoever waits has gone when the answer comes.
  "fixed(1000)": {
    "2× overload": [
      ["overload", "goodPerSecond", 0, 10],
      ["overload", "p50Ms", 1800, 2300],
      ["overload", "p99Ms", 1900, 2500],
    ],
    "5× overload": [
      ["overload", "goodPerSecond", 0, 10],
      ["overload", "p99Ms", 1900, 2500],
      ["overload", "recoveryMs", 3000, 4000],
    ],
    "even work, 2×": [
      ["overload", "goodPerSecond", 0, 10],
      ["overload", "p99Ms", 1900, 2500],
      ["overload", "recoveryMs", 3000, 4000],
    ],
    "even work, 5×": [
      ["overload", "goodPerSecond", 0, 10],
      ["overload", "p99Ms", 1900, 2500],
      ["overload", "recoveryMs", 3000, 4000],
    ],
    "one thread, 2×": [
      ["overload", "goodPerSecond", 0, 10],
      ["overload", "p99Ms", 1900, 2500],
      ["overload", "recoveryMs", 3000, 4000],
    ],
    "one thread, 5×": [
      ["overload", "goodPerSecond", 0, 10],
      ["overload", "p99Ms", 1900, 2500],
      ["overload", "recoveryMs", 3000, 4000],
    ],
    "slow dependency": [
      ["slow", "goodPerSecond", 0, 10],
      ["slow", "p99Ms", 9000, 13_000],
    ],
    recovery: [
      ["spike", "goodPerSecond", 0, 200],
      ["after", "recoveryMs", 2000, 4000],
    ],
    "retry storm": [
      ["after", "goodPerSecond", 0, 10],
      ["after", "shedShare", 0.4, 0.8],
      ["after", "recoveryMs", never, never],
    ],
    "retries as told": [
      ["after", "goodPerSecond", 0, 10],
      ["after", "shedShare", 0.4, 0.8],
      ["after", "recoveryMs", never, never],
    ],
    "cold start": [
      ["cold", "goodPerSecond", 0, 10],
      ["cold", "p99Ms", 4000, 8000],
    ],
    surge: [
      ["first 5 s", "goodPerSecond", 100, 300],
      ["first 5 s", "p99Ms", 1500, 2500],
    ],
    "shared resource": [
      ["overload", "goodPerSecond", 0, 10],
      ["overload", "p99Ms", 10_000, 40_000],
      ["overload", "recoveryMs", never, never],
      ["after", "shedShare", 0.9, 1],
    ],
  },
  // Right for ten workers of 20 ms; a fixed limit is wrong as soon as the work is other work.
  "fixed(12)": {
    "quick work in bursts": [["whole run", "shedShare", 0.006, 0.012]],
    "mixed latencies": [
      ["steady", "shedShare", 0.3, 0.5],
      ["steady", "falseShedShare", 0.3, 0.5],
    ],
    "retry storm": [["after", "shedShare", 0.03, 0.1]],
    "retries as told": [["after", "shedShare", 0.021, 0.05]],
  },
  // It sees no sign before its timeout of 5 s, and rises to its most.
  "aimd()": {
    "2× overload": [
      ["overload", "p50Ms", 350, 430],
      ["overload", "p99Ms", 430, 600],
    ],
    "5× overload": [["overload", "p99Ms", 430, 600]],
    "even work, 2×": [["overload", "p99Ms", 350, 600]],
    "even work, 5×": [["overload", "p99Ms", 350, 600]],
    "one thread, 2×": [["overload", "p99Ms", 350, 600]],
    "one thread, 5×": [["overload", "p99Ms", 350, 600]],
    "slow dependency": [
      ["slow", "goodPerSecond", 0, 50],
      ["slow", "p99Ms", 1500, 3000],
    ],
    "cold start": [
      ["cold", "goodPerSecond", 0, 80],
      ["cold", "p99Ms", 1301, 2500],
    ],
    surge: [["first 5 s", "p99Ms", 400, 600]],
    "shared resource": [
      ["overload", "goodPerSecond", 0, 100],
      ["overload", "p99Ms", 1500, 4000],
      ["overload", "recoveryMs", never, never],
      ["after", "shedShare", 0.4, 0.9],
    ],
  },
  // One lucky request becomes the baseline, and all others look queued.
  "vegas()": {
    "quick work in bursts": [["whole run", "shedShare", 0.006, 0.012]],
    "light load": [
      ["whole run", "shedShare", 0.1, 0.3],
      ["whole run", "falseShedShare", 0.1, 0.3],
    ],
    "2× overload": [
      ["overload", "goodPerSecond", 230, 350],
      ["overload", "recoveryMs", never, never],
      ["after", "shedShare", 0.1, 0.3],
    ],
    "5× overload": [
      ["overload", "goodPerSecond", 230, 350],
      ["overload", "recoveryMs", never, never],
      ["after", "shedShare", 0.1, 0.3],
    ],
    "even work, 2×": [["overload", "p99Ms", 49, 150]],
    "even work, 5×": [["overload", "p99Ms", 49, 150]],
    "one thread, 2×": [["overload", "p99Ms", 30, 150]],
    "one thread, 5×": [["overload", "p99Ms", 30, 150]],
    "slow dependency": [
      ["slow", "goodPerSecond", 40, 80],
      ["slow", "recoveryMs", never, never],
      ["after", "shedShare", 0.15, 0.4],
    ],
    recovery: [
      ["spike", "goodPerSecond", 200, 400],
      ["after", "recoveryMs", never, never],
      ["after", "shedShare", 0.1, 0.3],
      ["after", "falseShedShare", 0.1, 0.3],
    ],
    "GC pause": [
      ["whole run", "goodPerSecond", 150, 230],
      ["whole run", "falseShedShare", 0.1, 0.3],
    ],
    "retry storm": [
      ["after", "goodPerSecond", 150, 280],
      ["after", "shedShare", 0.4, 0.7],
      ["after", "recoveryMs", never, never],
    ],
    "retries as told": [
      ["after", "goodPerSecond", 200, 280],
      ["after", "shedShare", 0.4, 0.7],
      ["after", "recoveryMs", never, never],
    ],
    "cold start": [
      ["cold", "goodPerSecond", 50, 99],
      ["cold", "recoveryMs", never, never],
      ["warm", "shedShare", 0.15, 0.4],
    ],
    surge: [["first 5 s", "goodPerSecond", 200, 350]],
    "shared resource": [
      ["overload", "goodPerSecond", 230, 350],
      ["overload", "recoveryMs", never, never],
      ["after", "shedShare", 0.1, 0.3],
    ],
  },
  // The fastest of two kinds of work, or of before the dependency was slow, is no baseline.
  "windowed(vegas())": {
    "quick work in bursts": [["whole run", "shedShare", 0.006, 0.012]],
    "slow dependency": [["slow", "goodPerSecond", 40, 80]],
    "mixed latencies": [
      ["steady", "shedShare", 0.3, 0.8],
      ["steady", "falseShedShare", 0.3, 0.8],
    ],
  },
  // Its baseline takes up the overload within seconds.
  "gradient2()": {
    "quick work in bursts": [["whole run", "shedShare", 0.006, 0.012]],
    "2× overload": [
      ["overload", "p50Ms", 101, 430],
      ["overload", "p99Ms", 187, 600],
    ],
    "5× overload": [["overload", "p99Ms", 187, 600]],
    "even work, 2×": [["overload", "p99Ms", 100, 300]],
    "even work, 5×": [["overload", "p99Ms", 100, 300]],
    "one thread, 2×": [["overload", "p99Ms", 100, 300]],
    "one thread, 5×": [["overload", "p99Ms", 100, 300]],
    "retry storm": [["after", "shedShare", 0.021, 0.1]],
  },
  // In windows its baseline takes minutes to believe that the work has become slower.
  "windowed(gradient2())": {
    "quick work in bursts": [["whole run", "shedShare", 0.006, 0.012]],
    "even work, 2×": [["overload", "p99Ms", 49, 80]],
    "even work, 5×": [["overload", "p99Ms", 49, 80]],
    "slow dependency": [["slow", "goodPerSecond", 60, 91]],
  },
};

/** As expectations of this scenario. */
export function knownFailures(contestant: string, scenario: string): Expectation[] {
  const failures = failuresByContestant[contestant]?.[scenario] ?? [];
  return failures.map(([phase, measure, atLeast, atMost]) => ({ phase, measure, atLeast, atMost }));
}
