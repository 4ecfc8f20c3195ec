import { expect, test } from "bun:test";
import { readEnvOptions } from "./env-options.ts";
import { parseOptions } from "./parse-options.ts";

test.each<[string, string, object]>([
  ["K6_VUS", "5", { vus: 5 }],
  ["K6_DURATION", "1m", { duration: 60_000 }],
  [
    "K6_STAGES",
    "1s:2, 3s:4",
    {
      stages: [
        { durationMs: 1000, target: 2 },
        { durationMs: 3000, target: 4 },
      ],
    },
  ],
  ["K6_NO_SETUP", "true", { noSetup: true }],
  ["K6_THROW", "0", { throw: false }],
  ["K6_TAGS", "a:b,c=d:e", { tags: { a: "b", c: "d:e" } }],
  ["K6_DNS", "ttl=1s,select=first", { dns: { ttl: "1s", select: "first" } }],
  ["K6_BLACKLIST_IPS", "10.0.0.0/8,::/0", { blacklistIPs: ["10.0.0.0/8", "::/0"] }],
  ["K6_BLOCK_HOSTNAMES", "*.a,b", { blockHostnames: ["*.a", "b"] }],
  ["K6_SUMMARY_TREND_STATS", "avg,p(99)", { summaryTrendStats: ["avg", "p(99)"] }],
  ["K6_SYSTEM_TAGS", "url", { systemTags: ["url"] }],
  ["K6_LOCAL_IPS", "127.0.0.1", { localIPs: "127.0.0.1" }],
  ["K6_HTTP_DEBUG", "full", { httpDebug: "full" }],
  ["K6_FEATURES", "merge-run-tags", { features: ["merge-run-tags"] }],
  ["K6_METRIC_SAMPLES_BUFFER_SIZE", "9", { metricSamplesBufferSize: 9 }],
  ["K6_VUS", "", {}],
  ["K6_NOT_ONE", "1", {}],
  ["VUS", "1", {}],
])("%s=%s sets %j", (variable, value, want) => {
  const given = readEnvOptions({ [variable]: value });
  expect(parseOptions("environment", given)).toEqual({ options: want, warnings: [] });
});

test.each([
  ["K6_VUS", "x", 'K6_VUS: must be a whole number, not "x"'],
  ["K6_PAUSED", "yes", 'K6_PAUSED: must be true or false, not "yes"'],
  ["K6_STAGES", "5s", "K6_STAGES: must be a number, 0 or more"],
  ["K6_SUMMARY_TREND_STATS", "p99", "K6_SUMMARY_TREND_STATS: must be avg, min"],
])("%s=%s is refused by its name", (variable, value, want) => {
  const given = readEnvOptions({ [variable]: value });
  expect(() => parseOptions("environment", given)).toThrow(want);
});
