import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Bench, Goal, Run } from "./bench.ts";
import { drivers } from "./drivers.ts";
import type { Entry } from "./run-bench.ts";
import { judge, median, type Outcome } from "./verdict.ts";

const CONNECTIONS = 64;

/** A run of 5 s that went well, at this many requests a second. */
function run(perSecond: number, changes: Partial<Run> = {}): Run {
  const requests = perSecond * 5;
  const memory = { peakRssMb: 80, sampledRssMb: 80, serverRssMb: 50, serverGrowth: 1 };
  const seen = { ...memory, cpuSeconds: 5, served: requests };
  return { requests, seconds: 5, lost: 0, ...seen, ...changes };
}

function entry(label: string, runs: readonly Run[], problem?: string): Entry {
  return { label, connections: CONNECTIONS, command: label, runs, problem };
}

function bench(goal: Goal, changes: Partial<Bench> = {}): Bench {
  const candidate = { label: "bw", server: "nginx", path: "/", driver: drivers.bwUrl(64) } as const;
  const measure = "requestsPerSecond";
  return { name: "a", title: "a", candidates: [candidate], measure, goal, ...changes };
}

const half: Goal = { kind: "ratio", atLeast: 0.5 };
const wrk = entry("wrk", [run(1000), run(2000), run(4000)]);

test.each([
  [[3], 3],
  [[9, 1, 2], 2],
  [[9, 1, 2, 4], 3],
])("the median of %j is %d", (values, want) => {
  expect(median(values)).toBe(want);
});

test("as many values are above the median as below it", () => {
  const values = fc.array(fc.integer(), { minLength: 1 });
  fc.assert(
    fc.property(values, (all) => {
      const middle = median(all);
      const below = all.filter((value) => value < middle).length;
      expect(below * 2).toBeLessThanOrEqual(all.length);
      expect(all.filter((value) => value > middle).length * 2).toBeLessThanOrEqual(all.length);
    }),
  );
});

test("the ratio is the median of the rounds, which is not the ratio of the medians", () => {
  const bw = entry("bw", [run(800), run(1800), run(2000)]);
  const verdict = judge(bench(half), [bw, wrk], 5);
  expect(verdict).toEqual({
    medians: [1800, 2000],
    ratio: 0.8,
    difference: -200,
    ratioRange: [0.5, 0.9],
    outcome: "reached",
    doubts: [],
  });
});

const same = (changes: Partial<Run>) => entry("bw", [run(2000, changes)]);
const one = entry("wrk", [run(2000)]);

test.each<[string, Goal, readonly Entry[], Outcome]>([
  ["as fast as asked", { kind: "ratio", atLeast: 1 }, [same({}), one], "reached"],
  ["too slow", { kind: "ratio", atLeast: 1.01 }, [same({}), one], "not reached"],
  [
    "too fast to be noise",
    { kind: "ratio", atLeast: 0, atMost: 0.9 },
    [same({}), one],
    "not reached",
  ],
  ["fast, but it lost a request", half, [same({ lost: 1 }), one], "not reached"],
  ["a peer that lost a request", half, [same({}), entry("wrk", [run(2, { lost: 1 })])], "reached"],
  ["no peer", half, [same({}), entry("wrk", [], "wrk is missing")], "not measured"],
  ["no candidate", half, [entry("bw", [], "bw is missing"), one], "not measured"],
  ["a candidate that failed later", half, [entry("bw", [run(9)], "it fell"), one], "not measured"],
  ["as little more as asked", { kind: "difference", atMost: 0 }, [same({}), one], "reached"],
  ["more", { kind: "difference", atMost: -1 }, [same({}), one], "not reached"],
  ["no goal", { kind: "none" }, [same({}), one], "for information"],
])("%s", (_name, goal, entries, want) => {
  expect(judge(bench(goal), entries, 5).outcome).toBe(want);
});

test.each([
  ["peakRssMb", 80, same({})],
  ["startLagP99Ms", 2.5, same({ startLagP99Ms: 2.5 })],
] as const)("%s is judged by its own value, with or without a peer", (measure, limit, bw) => {
  const outcome = (atMost: number, entries: readonly Entry[]) =>
    judge(bench({ kind: "value", atMost }, { measure }), entries, 5).outcome;
  expect(outcome(limit, [bw])).toBe("reached");
  expect(outcome(limit, [bw, entry("k6", [], "k6 is missing")])).toBe("reached");
  expect(outcome(limit - 0.1, [bw])).toBe("not reached");
});

test("a tool that does not say how late it was has not reached the target", () => {
  const open = bench({ kind: "value", atMost: 3 }, { measure: "startLagP99Ms" });
  expect(judge(open, [same({})], 5).outcome).toBe("not reached");
});

test.each<[string, Partial<Run>, number]>([
  ["all that is under way when time is up", { served: 10_000 + 100 + CONNECTIONS }, 0],
  ["more than that", { served: 10_000 + 102 + CONNECTIONS }, 1],
  ["requests that the server never saw", { served: 10_000 - 200 }, 1],
  ["a time shorter than asked for", { seconds: 4.9 }, 1],
  ["a little late", { seconds: 5.2 }, 0],
])("%s: %j", (_name, changes, doubts) => {
  const verdict = judge(bench(half), [same(changes), one], 5);
  expect(verdict.doubts).toHaveLength(doubts);
  expect(verdict.outcome).toBe(doubts === 0 ? "reached" : "not reached");
});

test("a server that does not count leaves no doubt", () => {
  const { served: _served, ...uncounted } = run(2000);
  expect(judge(bench(half), [entry("bw", [uncounted]), one], 5).doubts).toEqual([]);
});
