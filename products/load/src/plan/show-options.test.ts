import { expect, test } from "bun:test";
import { parseOptions } from "./parse-options.ts";
import { showDuration, showOptions } from "./show-options.ts";
import { toPlan } from "./to-plan.ts";

test.each([
  [0, "0s"],
  [0.000001, "1ns"],
  [0.0015, "1.5µs"],
  [250, "250ms"],
  [1.5, "1.5ms"],
  [1500, "1.5s"],
  [60_000, "1m0s"],
  [90_500, "1m30.5s"],
  [3_600_000, "1h0m0s"],
  [176_400_000, "49h0m0s"],
])("%d ms is written as Go would, %s", (ms, want) => {
  expect(showDuration(ms)).toBe(want);
});

const given = {
  vus: 3,
  duration: "1m30s",
  setupTimeout: 1500,
  executionSegment: "25%",
  dns: { ttl: "inf" },
  tlsVersion: "tls1.2",
  thresholds: {
    checks: ["rate>0.9", { threshold: "rate>0.5", abortOnFail: true, delayAbortEval: "10s" }],
  },
  blacklistIPs: ["10.0.0.1/8"],
  hosts: { "Test.Example": "10.0.0.1" },
  systemTags: ["vu", "iter"],
  ext: { any: 1 },
};

/** As `k6 inspect` prints them, those that are set. */
test("options are shown as k6 writes them", () => {
  const shown = showOptions(parseOptions("script", given).options);
  const set = Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== null));
  expect(set).toEqual({
    vus: 3,
    duration: "1m30s",
    executionSegment: "0:1/4",
    setupTimeout: "1.5s",
    dns: { ttl: "inf", select: null, policy: null },
    tlsVersion: { min: "tls1.2", max: "tls1.2" },
    thresholds: {
      checks: ["rate>0.9", { threshold: "rate>0.5", abortOnFail: true, delayAbortEval: "10s" }],
    },
    blacklistIPs: ["10.0.0.0/8"],
    hosts: { "test.example": "10.0.0.1" },
    ext: { any: 1 },
    systemTags: ["iter", "vu"],
  });
  expect(Object.keys(shown)).toHaveLength(41);
});

test("what is shown can be read again, and is the same", () => {
  const shown = showOptions(parseOptions("script", given).options);
  expect(showOptions(parseOptions("script", shown).options)).toEqual(shown);
});

test("each executor is shown with what it has, defaults left open", () => {
  const scenarios = {
    counted: { executor: "per-vu-iterations", vus: 2, maxDuration: "1m", tags: { a: 1 } },
    ramped: { executor: "ramping-vus", stages: [{ duration: "10s", target: 5 }] },
    steady: { executor: "constant-vus", duration: "10s", startTime: "5s", exec: "buy" },
    rated: { executor: "constant-arrival-rate", rate: 10, duration: "1m", preAllocatedVUs: 2 },
    climbing: {
      executor: "ramping-arrival-rate",
      stages: [{ duration: 1, target: 5 }],
      preAllocatedVUs: 2,
      maxVUs: 5,
      timeUnit: "1m",
      options: { browser: { type: "chromium" } },
    },
  };
  const open = { startTime: null, gracefulStop: null, env: null, exec: null, tags: null };
  const shown = showOptions(parseOptions("script", { scenarios }).options);
  expect(shown.scenarios).toEqual({
    counted: {
      ...open,
      executor: "per-vu-iterations",
      tags: { a: "1" },
      vus: 2,
      iterations: null,
      maxDuration: "1m0s",
    },
    ramped: { ...open, ...scenarios.ramped, startVUs: null, gracefulRampDown: null },
    steady: { ...open, ...scenarios.steady, vus: null },
    rated: { ...open, ...scenarios.rated, duration: "1m0s", timeUnit: null, maxVUs: null },
    climbing: {
      ...open,
      ...scenarios.climbing,
      startRate: null,
      timeUnit: "1m0s",
      stages: [{ duration: "1ms", target: 5 }],
    },
  });
});

test("in the run the shortcuts have become a scenario", () => {
  const { shown } = toPlan(parseOptions("script", { vus: 2, iterations: 4 }).options, {
    userAgent: "test",
  });
  expect(shown).not.toHaveProperty("vus");
  expect(shown).not.toHaveProperty("iterations");
  expect(shown).toMatchObject({
    scenarios: { default: { executor: "shared-iterations", vus: 2, iterations: 4 } },
    summaryTrendStats: ["avg", "min", "med", "max", "p(90)", "p(95)"],
    consoleOutput: null,
    localIPs: null,
  });
});
