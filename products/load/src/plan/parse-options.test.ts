import { describe, expect, test } from "bun:test";
import { PlanError } from "./error.ts";
import { type OptionsSource, parseOptions } from "./parse-options.ts";
import { defaultSystemTags } from "./system-tags.ts";

const read = (given: unknown, source: OptionsSource = "script") => parseOptions(source, given);

test.each<[string, unknown, object]>([
  ["a whole number as text, as __ENV has it", { vus: "5", rps: "9" }, { vus: 5, rps: 9 }],
  ["null, which sets nothing", { vus: null, tags: null, dns: { ttl: null } }, { dns: {} }],
  ["NaN, which JSON cannot hold", { vus: Number.NaN, duration: undefined }, {}],
  ["no VU before a ramp", { vus: 0, stages: [{ duration: 1, target: 2 }] }, { vus: 0 }],
  [
    "hosts, whose names have no case",
    { hosts: { "A.B:80": "::1" } },
    { hosts: { "a.b:80": "::1" } },
  ],
  [
    "patterns of hosts, and addresses with ports",
    { hosts: { "*.a": "10.0.0.1:8080", b: "[fd00::1]:443" } },
    { hosts: { "*.a": "10.0.0.1:8080", b: "[fd00::1]:443" } },
  ],
  [
    "CIDR blocks by their first address",
    { blacklistIPs: ["10.1.2.3/8", "fd00::ff/120", "::ffff:1.2.3.4/112"] },
    { blacklistIPs: ["10.0.0.0/8", "fd00::/120", "::ffff:102:0/112"] },
  ],
  ["hosts to block", { blockHostnames: ["*.Foo.com"] }, { blockHostnames: ["*.Foo.com"] }],
  [
    "DNS as an object",
    { dns: { ttl: 0, select: "first" } },
    { dns: { ttl: "0", select: "first" } },
  ],
  ["one TLS version", { tlsVersion: "tls1.2" }, { tlsVersion: { min: "tls1.2", max: "tls1.2" } }],
  ["the oldest one", { tlsVersion: { min: "tls1.1" } }, { tlsVersion: { min: "tls1.1", max: "" } }],
  ["a part of the test", { executionSegment: "25%" }, { executionSegment: "0:1/4" }],
  [
    "how it is cut",
    { executionSegmentSequence: "0,0.5,1" },
    { executionSegmentSequence: "0,1/2,1" },
  ],
  ["what is k6 Cloud's", { cloud: { name: "a" }, ext: { b: 1 } }, { cloud: { name: "a" } }],
  [
    "a browser's scenario",
    {
      scenarios: {
        ui: { executor: "shared-iterations", options: { browser: { type: "chromium" } } },
      },
    },
    { scenarios: { ui: { options: { browser: { type: "chromium" } } } } },
  ],
])("%s is read", (_name, given, want) => {
  expect(read(given)).toMatchObject({ options: want, warnings: [] });
});

describe("each of these is refused by its place and what would do", () => {
  test.each<[unknown, RegExp]>([
    [3, /^options: must be an object, not 3$/],
    [[], /^options: must be an object/],
    [{ vus: 5.5 }, /^options\.vus: must be a whole number, not 5\.5$/],
    [{ noSetup: "yes" }, /^options\.noSetup: must be true or false, not "yes"$/],
    [{ userAgent: 5 }, /^options\.userAgent: must be text, not 5$/],
    [{ setupTimeout: 0 }, /^options\.setupTimeout: must be longer than 0$/],
    [{ hosts: { a: "b" } }, /^options\.hosts\.a: must be an IP address, .* not "b"$/],
    [{ hosts: { a: "1.2.3.4:x" } }, /^options\.hosts\.a: must be an IP address/],
    [{ hosts: { "a b": "1.2.3.4" } }, /^options\.hosts\.a b: must be a host name/],
    [
      { blacklistIPs: ["1.2.3.4"] },
      /^options\.blacklistIPs\.0: .*"10\.0\.0\.0\/8", not "1\.2\.3\.4"$/,
    ],
    [{ blacklistIPs: ["1.2.3.4/33"] }, /^options\.blacklistIPs\.0/],
    [{ blockHostnames: ["a b"] }, /^options\.blockHostnames\.0: must be a host name or a pattern/],
    [{ dns: { ttl: "soon" } }, /^options\.dns\.ttl: must be a duration, 0 or "inf", not "soon"$/],
    [{ dns: { select: "last" } }, /^options\.dns\.select: must be first, random or roundRobin/],
    [{ dns: { policy: "x" } }, /^options\.dns\.policy: must be preferIPv4/],
    [{ dns: "fast" }, /^options\.dns: must be settings such as/],
    [{ tlsVersion: "tls9" }, /^options\.tlsVersion\.min: must be tls1\.0, .*, not "tls9"/],
    [{ tlsCipherSuites: ["RC4"] }, /^options\.tlsCipherSuites\.0: must be the IANA name .*"RC4"$/],
    [{ tlsAuth: [{ cert: "x", key: "y" }] }, /^options\.tlsAuth\.0\.cert: must be a certificate/],
    [{ executionSegment: "2" }, /^options\.executionSegment: must be a part of the test .*"2"$/],
    [{ executionSegmentSequence: "1,0" }, /^options\.executionSegmentSequence: must be rising/],
    [
      { scenarios: { a: { executor: "constant-vus", duration: 1, env: [] } } },
      /^options\.scenarios\.a\.env: must be an object of texts$/,
    ],
    [
      { scenarios: { a: { executor: "per-vu-iterations", options: { x: 1 } } } },
      /^options\.scenarios\.a\.options: there is no option "x" here$/,
    ],
  ])("%j", (given, want) => {
    expect(() => read(given)).toThrow(PlanError);
    expect(() => read(given)).toThrow(want);
  });
});

test("options that turn in a circle are refused", () => {
  const circle: { ext: Record<string, unknown> } = { ext: {} };
  circle.ext.self = circle;
  expect(() => read(circle)).toThrow(/^options: must be what JSON can hold/);
});

test.each<[OptionsSource, object, string]>([
  ["script", { noVUConnectionReuse: 1 }, "options.noVUConnectionReuse: "],
  ["config file", { noVUConnectionReuse: 1 }, "the config file's noVUConnectionReuse: "],
  ["environment", { noVUConnectionReuse: 1 }, "K6_NO_VU_CONNECTION_REUSE: "],
  ["environment", { insecureSkipTLSVerify: 1 }, "K6_INSECURE_SKIP_TLS_VERIFY: "],
  ["environment", { blacklistIPs: ["x"] }, "K6_BLACKLIST_IPS: "],
  ["environment", { localIPs: "x" }, "K6_LOCAL_IPS: "],
  ["command line", { noVUConnectionReuse: 1 }, "--no-vu-connection-reuse: "],
  ["command line", { insecureSkipTLSVerify: 1 }, "--insecure-skip-tls-verify: "],
  ["command line", { blacklistIPs: ["x"] }, "--blacklist-ip: "],
  ["command line", { blockHostnames: ["x y"] }, "--block-hostnames: "],
  ["command line", { localIPs: "1.2.3.4-::1" }, "--local-ips: "],
  ["command line", { stages: [{ duration: "x", target: 1 }] }, "--stage: "],
])("a mistake of the %s, %j, is named as its author wrote it", (source, given, want) => {
  expect(() => read(given, source)).toThrow(new RegExp(`^${want.replace(/[.*]/g, "\\$&")}`));
});

test("what only flags and variables can set is unknown in a script", () => {
  const { options, warnings } = read({ localIPs: "10.0.0.1", consoleOutput: "x" });
  expect(options).toEqual({});
  expect(warnings).toEqual([
    '"localIPs" in options is not an option: ignored',
    '"consoleOutput" in options is not an option: ignored',
  ]);
  const given = { localIPs: "10.0.0.1,10.0.0.4-10.0.0.9,fd00::/120", consoleOutput: "x" };
  expect(read(given, "command line")).toEqual({ options: given, warnings: [] });
});

test("the config file may hold more than options", () => {
  const given = { vus: 1, out: ["json=x"], collectors: {}, linger: true, webDashboard: true };
  expect(read(given, "config file")).toEqual({ options: { vus: 1 }, warnings: [] });
});

test("system tags that there are not are left out with a warning", () => {
  const { options, warnings } = read({ systemTags: ["url", "colour"] });
  expect(options.systemTags).toEqual(["url"]);
  expect(warnings).toEqual([expect.stringContaining('"colour" in systemTags is no system tag')]);
  expect(defaultSystemTags).toHaveLength(14);
});

test.each<[OptionsSource, readonly string[] | undefined, RegExp]>([
  ["script", undefined, /^A script cannot turn on features/],
  ["environment", ["freeze-env"], /^There is no feature "fly": there are freeze-env, /],
])("features of the %s", (source, want, warning) => {
  const { options, warnings } = read({ features: ["freeze-env", "fly"] }, source);
  expect(options.features).toEqual(want as string[]);
  expect(warnings).toEqual([expect.stringMatching(warning)]);
});
