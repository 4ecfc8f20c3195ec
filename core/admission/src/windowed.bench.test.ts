import { test } from "bun:test";
import { type Candidate, compare } from "../../../tools/compare.ts";
import type { LimitAlgorithm } from "./algorithm.ts";
import { fixed } from "./algorithms/fixed.ts";
import { defaultAlgorithm } from "./default-algorithm.ts";
import { windowed } from "./windowed.ts";

/** One object, as a limiter would fill it: what is measured is the algorithm. */
const sample = { rttMs: 10, inFlight: 5, outcome: "success" as const, nowMs: 0, count: 1 };

test("bench: a sample into a window (at most 60 ns)", () => {
  compare("take a sample", [
    candidate("no algorithm", fixed(10)),
    candidate("mean", windowed(fixed(10))),
    candidate("percentile", windowed(fixed(10), { percentile: 50 })),
    candidate("the default", defaultAlgorithm()),
  ]);
});

function candidate(name: string, algorithm: LimitAlgorithm): Candidate {
  const run = (times: number) => {
    for (let index = 0; index < times; index += 1) {
      sample.nowMs += 0.01;
      sample.rttMs = 5 + (index & 1023) / 100;
      algorithm.onSample(sample);
    }
    return times;
  };
  return { name, run };
}
