import { expect, test } from "bun:test";
import { PlanError } from "./error.ts";
import { mergeLayers, mergeOptions } from "./layers.ts";
import type { Options } from "./options.ts";
import { type OptionsSource, parseOptions } from "./parse-options.ts";
import type { Plan } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { toPlan } from "./to-plan.ts";
import { withRate, withUrlDefaults } from "./url-mode.ts";

const optionsOf = (given: unknown, source: OptionsSource = "script"): Options =>
  parseOptions(source, given).options;

function planOf(...layers: readonly unknown[]): Plan {
  const sources = ["script", "environment", "command line"] as const;
  const read = layers.map((given, place) => {
    const source = sources[place]!;
    return { source, options: optionsOf(given, source) };
  });
  return toPlan(mergeLayers(read).options, { userAgent: "test" });
}

const scenariosOf = (options: unknown): readonly Scenario[] => planOf(options).scenarios;

const shared = { executor: "shared-iterations", gracefulStopMs: 30_000, exec: "default" };

test.each([
  ["nothing", {}, { executor: "per-vu-iterations", vus: 1, iterations: 1, maxDurationMs: 600_000 }],
  ["vus alone", { vus: 3 }, { ...shared, vus: 3, iterations: 3 }],
  ["iterations", { vus: 2, iterations: 10 }, { ...shared, vus: 2, iterations: 10 }],
  [
    "iterations with a duration, which is their limit",
    { iterations: 10, duration: "1m" },
    { ...shared, vus: 1, iterations: 10, maxDurationMs: 60_000 },
  ],
  ["duration", { vus: 5, duration: "1m30s" }, { executor: "constant-vus", durationMs: 90_000 }],
  ["a duration in ms", { duration: 1500 }, { executor: "constant-vus", durationMs: 1500, vus: 1 }],
  [
    "stages",
    { vus: 2, stages: [{ duration: "5s", target: 10 }] },
    {
      executor: "ramping-vus",
      startVus: 2,
      stages: [{ durationMs: 5000, target: 10 }],
      gracefulRampDownMs: 30_000,
    },
  ],
])("the shortcut %s is the scenario that k6 makes of it", (_name, options, want) => {
  expect(scenariosOf(options)).toEqual([expect.objectContaining({ name: "default", ...want })]);
});

test("named scenarios keep their names, times and defaults", () => {
  const scenarios = scenariosOf({
    scenarios: {
      browse: { executor: "constant-vus", vus: 2, duration: "10s", startTime: "5s", exec: "shop" },
      buy: { executor: "constant-arrival-rate", rate: 30, duration: "1m", preAllocatedVUs: 5 },
      climb: {
        executor: "ramping-arrival-rate",
        timeUnit: "1m",
        preAllocatedVUs: 1,
        maxVUs: 9,
        stages: [{ duration: 0, target: 60 }],
        tags: { team: "a", wave: 2 },
      },
    },
  });
  expect(scenarios).toMatchObject([
    { name: "browse", startTimeMs: 5000, exec: "shop", vus: 2, durationMs: 10_000 },
    { name: "buy", rate: 30, timeUnitMs: 1000, preAllocatedVus: 5, maxVus: 5 },
    { name: "climb", startRate: 0, timeUnitMs: 60_000, maxVus: 9, tags: { team: "a", wave: "2" } },
  ]);
});

const arrivals = { executor: "constant-arrival-rate", rate: 1, duration: "1s" };

test.each([
  ["a bad duration", { duration: "10 parsecs" }, /options\.duration: .*"10 parsecs"/],
  ["a duration of nothing", { duration: 0 }, /options\.duration: must be longer than 0/],
  ["half a VU", { vus: 1.5 }, /options\.vus: must be a whole number, not 1\.5/],
  ["no VU at all", { vus: 0 }, /options\.vus: must be at least 1, not 0/],
  [
    "an unknown executor",
    { scenarios: { a: { executor: "fast" } } },
    /options\.scenarios\.a.*"fast"/,
  ],
  [
    "a key of another executor",
    { scenarios: { a: { executor: "constant-vus", duration: "1s", rate: 5 } } },
    /options\.scenarios\.a: there is no option "rate" here/,
  ],
  ["no VUs for a rate", { scenarios: { a: arrivals } }, /options\.scenarios\.a\.preAllocatedVUs/],
  [
    "a limit below the start",
    { scenarios: { a: { ...arrivals, preAllocatedVUs: 5, maxVUs: 4 } } },
    /scenario a: maxVUs \(4\) is less than preAllocatedVUs \(5\)/,
  ],
  ["too few iterations", { vus: 5, iterations: 4 }, /4 iterations cannot be shared by 5 VUs/],
  [
    "two ways to run",
    { duration: "1s", stages: [{ duration: 1, target: 1 }] },
    /duration and stages/,
  ],
  ["thresholds that are no list", { thresholds: { checks: "rate>0" } }, /must be an array/],
  ["a statistic that is none", { summaryTrendStats: ["p99"] }, /must be avg, min, med, max/],
  ["a target below nothing", { stages: [{ duration: 1, target: -1 }] }, /cannot be below 0: -1/],
])("%s is refused with what it was", (_name, options, want) => {
  expect(() => scenariosOf(options)).toThrow(PlanError);
  expect(() => scenariosOf(options)).toThrow(want);
});

test("every mistake is named at once", () => {
  const bad = { vus: 0, duration: "x", setupTimeout: "y" };
  expect(() => parseOptions("script", bad)).toThrow(/vus[\s\S]*duration[\s\S]*setupTimeout/);
});

test("an option that is not known is ignored with a warning, as in k6", () => {
  const { options, warnings } = parseOptions("script", { vus: 2, clouds: {} });
  expect(options).toEqual({ vus: 2 });
  expect(warnings).toEqual(['"clouds" in options is not an option: ignored']);
});

test.each([
  [
    "a duration replaces stages",
    { stages: [{ durationMs: 1, target: 1 }] },
    { duration: 5 },
    ["duration"],
  ],
  ["VUs alone replace nothing", { duration: 5 }, { vus: 3 }, ["duration", "vus"]],
  ["iterations replace scenarios", { scenarios: {} }, { iterations: 3 }, ["iterations"]],
])("of two layers the higher wins: %s", (_name, lower, higher, keys) => {
  const { tags, ...merged } = mergeOptions(lower, higher);
  expect(new Set(Object.keys(merged))).toEqual(new Set(keys));
});

test.each([
  ["replace those below", undefined, { b: "2" }],
  ["add up with the feature for it", ["merge-run-tags"], { a: "1", b: "2" }],
])("tags of a higher layer %s", (_name, features, want) => {
  const plan = planOf({ tags: { a: 1, b: 1 } }, { features }, { tags: { b: 2 } });
  expect(plan.tags).toEqual(want);
});

test.each([
  ["nothing", {}, { executor: "constant-vus", vus: 10, durationMs: 10_000 }],
  ["requests", { iterations: 4 }, { executor: "shared-iterations", vus: 4, iterations: 4 }],
  ["connections", { vus: 64 }, { executor: "constant-vus", vus: 64, durationMs: 10_000 }],
])("a URL with %s is loaded as one would expect", (_name, options, want) => {
  const plan = toPlan(withUrlDefaults(options), { userAgent: "test" });
  expect(plan.scenarios).toMatchObject([want]);
});

test.each([
  ["VUs for two seconds of answers", "300/s", {}, { rate: 300, preAllocatedVus: 600, maxVus: 600 }],
  ["never less than ten", "60/1m", {}, { rate: 60, timeUnitMs: 60_000, preAllocatedVus: 10 }],
  ["as many as given", "300/s", { vus: 7 }, { preAllocatedVus: 7, maxVus: 7 }],
])("a rate has %s", (_name, rate, options, want) => {
  const { scenarios } = toPlan(withRate(options, rate, undefined), { userAgent: "test" });
  expect(scenarios).toMatchObject([{ executor: "constant-arrival-rate", ...want }]);
});

test("a rate with stages climbs from the one to the others", () => {
  const options = withRate({ stages: [{ durationMs: 10, target: 50 }] }, "5/s", undefined);
  const { scenarios } = toPlan(options, { userAgent: "test" });
  expect(scenarios).toMatchObject([
    { executor: "ramping-arrival-rate", startRate: 5, stages: [{ target: 50 }], maxVus: 100 },
  ]);
});
