import { expect, test } from "bun:test";
import { mergeLayers } from "./layers.ts";
import type { Options } from "./options.ts";

const scenarios = { a: { executor: "per-vu-iterations" } } as const;
const stages = [{ durationMs: 1, target: 1 }];

function merge(configFile: Options, script: Options, environment: Options, flags: Options) {
  return mergeLayers([
    { source: "config file", options: configFile },
    { source: "script", options: script },
    { source: "environment", options: environment },
    { source: "command line", options: flags },
  ]);
}

test("flags win over the environment, that over the script, that over the config file", () => {
  const { options } = merge(
    { userAgent: "config", batch: 1, rps: 1, throw: true },
    { userAgent: "script", batch: 2, rps: 2 },
    { userAgent: "environment", batch: 3 },
    { userAgent: "flag" },
  );
  expect(options).toEqual({ userAgent: "flag", batch: 3, rps: 2, throw: true });
});

test("settings of DNS are taken one by one", () => {
  const { options } = merge({ dns: { ttl: "1s" } }, {}, { dns: { select: "first" } }, {});
  expect(options.dns).toEqual({ ttl: "1s", select: "first" });
});

test.each<[string, Options, Options, Options, string[]]>([
  [
    "a duration replaces scenarios",
    { scenarios },
    { duration: 5 },
    { duration: 5 },
    ['"duration" of the command line replaces the scenarios and all about them'],
  ],
  [
    "scenarios replace scenarios",
    { scenarios },
    { scenarios: {} },
    {},
    [
      '"scenarios" of the command line replaces the scenarios and all about them',
      "options.scenarios is empty: one VU runs one iteration",
    ],
  ],
  [
    "VUs alone replace scenarios, too",
    { scenarios },
    { vus: 3 },
    { vus: 3 },
    ["vus (3) replaces the scenarios: each VU runs one iteration"],
  ],
  ["iterations replace stages", { stages }, { iterations: 3 }, { iterations: 3 }, []],
  ["VUs stay with what is not replaced", { vus: 2, stages }, {}, { vus: 2, stages }, []],
  [
    "VUs go with what is replaced",
    { vus: 2, stages },
    { duration: 1 },
    { vus: 2, duration: 1 },
    [],
  ],
  [
    "a limit of iterations stays",
    { iterations: 3, duration: 9 },
    {},
    { iterations: 3, duration: 9 },
    [],
  ],
  [
    "empty stages beside iterations are nothing",
    { iterations: 3, stages: [] },
    {},
    { iterations: 3 },
    [],
  ],
  [
    "empty stages alone are one iteration",
    { vus: 3, stages: [] },
    {},
    {},
    ["options.stages is empty: one VU runs one iteration"],
  ],
])("%s", (_name, script, flags, want, warnings) => {
  const merged = merge({}, script, {}, flags);
  expect(JSON.parse(JSON.stringify(merged))).toEqual({ options: want, warnings });
});

test.each<[Options, string]>([
  [{ duration: 1, stages }, "options: duration and stages exclude each other: keep one of them"],
  [{ iterations: 1, scenarios }, "options: iterations and scenarios exclude each other"],
  [{ scenarios, stages }, "options: scenarios and stages exclude each other"],
])("%j wants two ways to run", (options, want) => {
  expect(() => merge({}, options, {}, {})).toThrow(want);
  expect(() => merge({}, {}, {}, options)).toThrow(want);
});

test("what one layer replaces cannot be against it", () => {
  expect(() => merge({ stages }, { duration: 1 }, { iterations: 2 }, { stages })).not.toThrow();
});
