import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseConfig } from "./config-file.ts";
import { GateError } from "./gate-error.ts";
import { parseGateOptions } from "./options.ts";

const upstream = "http://127.0.0.1:3000";

function mistakes(fields: Readonly<Record<string, unknown>>): string {
  try {
    parseGateOptions(fields);
  } catch (error) {
    if (error instanceof GateError) return error.message;
    throw error;
  }
  return "none";
}

test("an upstream is enough: the limit adapts, nobody waits", () => {
  const { listening, policy } = parseGateOptions({ upstream });
  expect(listening).toMatchObject({ port: 8000, tls: undefined, metricsPort: undefined });
  expect(policy.limit).toEqual({
    form: { kind: "adaptive", min: undefined, max: undefined, initial: undefined },
    queue: { maxSize: 0, maxWaitMs: 1000, order: "fifo" },
    shares: {},
    hasPriorities: false,
    mode: "enforce",
  });
  expect([policy.upstream.urls, policy.upstream.health.path]).toEqual([[upstream], undefined]);
});

test("flags say as text what a file says as values", () => {
  const flags = {
    upstream: [upstream],
    limit: "200",
    queue: "50",
    "max-wait": "2s",
    order: "lifo",
    observe: true,
    bypass: ["GET /health"],
    priority: ["0=/api/admin/*", "9=header:X-Tier=free plan"],
    partition: ["gold=header:x-tier=gold"],
    share: ["gold=0.3:0.8"],
    "health-path": "/health",
    rate: "1000/min",
    "max-body": "10MB",
  };
  const file = parseConfig(
    "gate.yaml",
    `
upstream: ${upstream}
limit: 200
queue: 50
max-wait: 2000
order: lifo
observe: true
rules:
  - match: GET /health
    bypass: true
  - match: /api/admin/*
    priority: 0
  - match: header:X-Tier=free
    priority: 9
  - match: header:x-tier=gold
    partition: gold
partitions:
  gold: { share: 0.3, max: 0.8 }
health-path: /health
rate: 1000/min
max-body: 10000000
`,
  );
  expect(mistakes(flags)).toContain("header:X-Tier=free plan");
  const sound = { ...flags, priority: ["0=/api/admin/*", "9=header:X-Tier=free"] };
  expect(parseGateOptions(sound)).toEqual(parseGateOptions(file));
});

test("the file in the guide can be used", async () => {
  const guide = await Bun.file(join(import.meta.dir, "../../../docs/gate.md")).text();
  const [, yaml = ""] = /```yaml\n([^`]+)```/.exec(guide) ?? [];
  const { policy } = parseGateOptions(parseConfig("gate.yaml", yaml));
  expect(policy.rules).toHaveLength(4);
  expect(policy.limit).toMatchObject({
    form: { kind: "adaptive", max: 2000 },
    shares: { gold: { share: 0.3, max: 0.8 } },
    hasPriorities: true,
  });
});

test.each([
  [{ "max-ccu": "5000" }, { kind: "ccu", max: 5000, utilization: 0.67 }],
  [
    { "max-ccu": 100, utilization: "0.5" },
    { kind: "ccu", max: 100, utilization: 0.5 },
  ],
  [{ limit: 7 }, { kind: "fixed", limit: 7 }],
  [{ "max-limit": "20" }, { kind: "adaptive", max: 20 }],
])("%j is a limit of its kind", (fields, form) => {
  expect(parseGateOptions({ upstream, ...fields }).policy.limit.form).toMatchObject(form);
});

describe("what cannot be is said in a sentence", () => {
  test.each([
    [{}, "Cannot run without an upstream: give --upstream http://127.0.0.1:3000"],
    [{ upstream: "nowhere" }, 'Cannot use upstream "nowhere": give an address such as http://'],
    [{ upstream: "ftp://a" }, 'Cannot use upstream "ftp://a"'],
    [{ upstream: "http://a/b" }, 'Cannot use upstream "http://a/b"'],
    [{ upstream: "http://user:x@a" }, 'Cannot use upstream "http://user:x@a"'],
    [{ upstream: "http://a:99999" }, 'Cannot use upstream "http://a:99999"'],
    [{ upstream: 7 }, "Cannot use upstream 7"],
    [{ upstream: "http://localhost:8000" }, "the gate itself listens there"],
    [{ upstream: "http://[::1]:9", port: 9 }, "the gate itself listens there"],
    [{ limit: "0" }, 'Cannot use limit "0": give a whole number from 1 to 1000000'],
    [{ limit: "NaN" }, 'Cannot use limit "NaN"'],
    [{ limit: Number.NaN }, "Cannot use limit NaN"],
    [{ limit: -1 }, "Cannot use limit -1"],
    [{ limit: 1.5 }, "Cannot use limit 1.5"],
    [{ limit: true }, "Cannot use limit true"],
    [{ "max-ccu": 0 }, "Cannot use max-ccu 0"],
    [{ "max-ccu": 10, utilization: 0 }, "Cannot use utilization 0: give a number above 0"],
    [{ "max-ccu": 10, utilization: 67 }, "Cannot use utilization 67"],
    [{ utilization: 0.5 }, "Cannot use utilization alone"],
    [{ "max-ccu": 10, limit: 5 }, "Cannot use max-ccu and limit together"],
    [{ limit: 5, "min-limit": 2 }, "Cannot use limit and min-limit together"],
    [{ "min-limit": 20, "max-limit": 10 }, "each must be at least the one before"],
    [{ "max-ccu": 10, queue: 5 }, "Cannot use queue with max-ccu"],
    [{ "max-wait": "1s" }, "Cannot use max-wait without a queue"],
    [{ queue: 5, "max-wait": "soon" }, 'Cannot use max-wait "soon": give a time such as 500ms'],
    [{ queue: 5, order: "random" }, 'Cannot use order "random": give fifo, lifo, adaptive-lifo'],
    [{ bypass: "health" }, 'Cannot use bypass "health": give "/path"'],
    [{ bypass: "/a/*/b" }, 'Cannot use bypass "/a/*/b"'],
    [{ priority: "/api=0" }, 'Cannot use priority "/api=0": give 0 to 9, "=", and'],
    [{ priority: "10=/api" }, 'Cannot use priority "10=/api"'],
    [{ partition: "gold=/x" }, 'Cannot use partition "gold" without a share'],
    [{ share: "gold=1.5" }, 'Cannot use share "gold=1.5"'],
    [{ share: "gold=0.5:0.2" }, 'Cannot use share "gold=0.5:0.2"'],
    [{ share: ["a=0.7", "b=0.4"] }, "Cannot guarantee shares of 1.1 (a=0.7, b=0.4)"],
    [{ partitions: { a: { share: -1 } } }, 'Cannot use partition "a" {"share":-1}'],
    [{ partitions: [] }, "Cannot use partitions []"],
    [{ rules: {} }, "Cannot use rules {}"],
    [{ rules: [{ match: "/a" }] }, 'Cannot use rules {"match":"/a"}'],
    [{ rules: [{ match: "/a", bypas: true }] }, "Cannot use rules"],
    [{ rules: [{ match: "/a", priority: 1.5 }] }, "Cannot use rules"],
    [{ rules: [null] }, "Cannot use rules null"],
    [{ rate: "fast" }, 'Cannot use rate "fast": give a rate such as'],
    [{ rate: "0/s" }, 'Cannot use rate "0/s"'],
    [{ "rate-burst": 5 }, "Cannot use rate-burst without a rate"],
    [{ "trust-proxy": "everyone" }, 'Cannot use trust-proxy "everyone"'],
    [{ "health-path": "health" }, 'Cannot use health-path "health"'],
    [{ "health-path": "//evil.test/" }, 'Cannot use health-path "//evil.test/"'],
    [{ "tls-cert": "a.pem" }, "Cannot use tls-cert alone: give tls-key, too"],
    [{ http3: true }, "Cannot use http3 without TLS"],
    [{ port: 70_000 }, "Cannot use port 70000"],
    [{ observe: "maybe" }, 'Cannot use observe "maybe": give true or false'],
    [{ upstrem: "x" }, 'Cannot use field "upstrem"'],
  ])("%j", (fields, message) => {
    const sound = "upstream" in fields || Object.keys(fields).length === 0 ? {} : { upstream };
    expect(mistakes({ ...sound, ...fields })).toContain(message);
  });

  test("all mistakes at once", () => {
    expect(mistakes({ limit: 0, port: -1 }).split("\n")).toHaveLength(3);
  });

  test.each([
    ["gate.yaml", "a: [", 'Cannot read config "gate.yaml" as YAML'],
    ["gate.json", "{", 'Cannot read config "gate.json" as JSON'],
    ["gate.yaml", "just text", 'Cannot use config "gate.yaml": write fields'],
    ["gate.yaml", "", 'Cannot use config "gate.yaml": write fields'],
  ])("a file %s of %j", (path, text, message) => {
    expect(() => parseConfig(path, text)).toThrow(message);
  });
});
