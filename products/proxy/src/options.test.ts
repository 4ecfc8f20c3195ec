import { describe, expect, test } from "bun:test";
import { type ProxyOptions, parseProxyOptions } from "./options.ts";

const parse = (options: ProxyOptions) => parseProxyOptions(options, () => 42);
const one = { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080" };
const place = (hostname: string | undefined, port: number) => ({ hostname, port });

test("an upstream and where to listen are one proxy, with a control API on toxiproxy's port", () => {
  expect(parse(one)).toEqual({
    proxies: [
      {
        name: "default",
        listen: place("127.0.0.1", 0),
        upstream: place("127.0.0.1", 8080),
        impairments: { up: {}, down: {} },
      },
    ],
    control: { kind: "on", place: place("127.0.0.1", 8474), isAskedFor: false },
    seed: 42,
  });
});

test.each([
  ["127.0.0.1:80", place("127.0.0.1", 80)],
  [":80", place(undefined, 80)],
  ["localhost:0", place("localhost", 0)],
  ["[::1]:65535", place("::1", 65_535)],
])("%s is a place to listen", (listen, want) => {
  expect(parse({ ...one, listen }).proxies[0]!.listen).toEqual(want);
});

const everything = {
  latency: "50ms",
  jitter: 10,
  bandwidth: "1MB/s",
  slice: "100B",
  sliceDelay: "1ms",
  reset: "0.01",
  drop: 1e-7,
  slowClose: "2s",
  timeout: 0,
  resetPeer: "1m",
  limitData: "10K",
};
const parsed = {
  ...{ latencyMs: 50, jitterMs: 10, bytesPerSecond: 1_000_000, sliceBytes: 100, sliceDelayMs: 1 },
  ...{ resetChance: 0.01, dropChance: 1e-7, slowCloseMs: 2000, timeoutMs: 0 },
  ...{ resetPeerMs: 60_000, limitBytes: 10_240 },
};

test.each([
  [undefined, { up: parsed, down: parsed }],
  ["both", { up: parsed, down: parsed }],
  ["up", { up: parsed, down: {} }],
  ["down", { up: {}, down: parsed }],
])("impairments for direction %p are read with their units", (direction, want) => {
  const { proxies } = parse({ ...one, impairments: everything, direction });
  expect(proxies[0]!.impairments).toEqual(want);
});

test("several proxies come from flags and from a list, whose own impairments win", () => {
  const { proxies } = parse({
    proxies: ["a=:1=b.test:2"],
    list: [
      { name: "c", listen: ":3", upstream: "d.test:4", both: { jitter: 1 }, up: { latency: 7 } },
    ],
    impairments: { latency: 5 },
  });
  expect(proxies.map(({ name, impairments }) => [name, impairments])).toEqual([
    ["a", { up: { latencyMs: 5 }, down: { latencyMs: 5 } }],
    ["c", { up: { latencyMs: 7, jitterMs: 1 }, down: { latencyMs: 5, jitterMs: 1 } }],
  ]);
});

test.each([
  [{ control: "off" }, "Cannot run without a proxy"],
  [{ ...one, control: "here" }, 'Cannot listen on "here": write HOST:PORT'],
  [{ listen: ":80" }, "Cannot use upstream nothing: write HOST:PORT"],
  [{ upstream: "a.test:80" }, "Cannot listen on nothing: write HOST:PORT"],
  [{ ...one, upstream: "http://a.test:80" }, 'Cannot use upstream "http://a.test:80"'],
  [{ ...one, upstream: ":80" }, 'Cannot use upstream ":80"'],
  [{ ...one, upstream: "a.test:0" }, 'Cannot use upstream "a.test:0"'],
  [{ ...one, listen: "a.test:65536" }, 'Cannot listen on "a.test:65536"'],
  [{ ...one, listen: "a.test" }, 'Cannot listen on "a.test"'],
  [{ listen: ":81", upstream: "127.0.0.1:81" }, "the proxy itself listens there"],
  [{ proxies: ["a"] }, 'Cannot use proxy "a": write NAME=LISTEN=UPSTREAM'],
  [{ proxies: ["a b=:1=c.test:2"] }, 'Cannot name a proxy "a b"'],
  [{ proxies: ["a=:1=c.test:2", "a=:3=c.test:2"] }, 'Cannot add two proxies "a"'],
  [{ list: {} }, "Cannot use the file of proxies: write a list"],
  [{ list: [7] }, "Cannot use 7 as a proxy: write a JSON object"],
  [{ list: [{ name: "a", listening: ":1" }] }, 'Cannot use field "listening": there are name,'],
  [{ ...one, direction: "left" }, 'Cannot use direction "left": it must be up, down or both'],
  [{ ...one, seed: -1 }, "Cannot use seed -1: it must be a whole number from 0 to 4294967295"],
  [{ ...one, seed: Number.NaN }, "Cannot use seed NaN"],
] satisfies [ProxyOptions, string][])("%j is refused: %s", (options, message) => {
  expect(() => parse(options)).toThrow(message);
});

describe("an impairment that cannot be is refused with what would do", () => {
  test.each([
    ["latency", "-1ms", "a duration from 0 to 1h"],
    ["latency", "soon", "a duration from 0 to 1h"],
    ["latency", "61m", "a duration from 0 to 1h"],
    ["jitter", Number.NaN, "a duration from 0 to 1h"],
    ["jitter", true, "a duration from 0 to 1h"],
    ["timeout", null, "a duration from 0 to 1h"],
    ["bandwidth", "0/s", "bytes per second from 1"],
    ["bandwidth", "1MB/h", "bytes per second from 1"],
    ["bandwidth", 1e300, "bytes per second from 1"],
    ["slice", "0", "a number of bytes from 1"],
    ["slice", 1.5, "a number of bytes from 1"],
    ["limitData", {}, "a number of bytes from 1"],
    ["reset", 1.01, "a number from 0 to 1"],
    ["reset", "-0.1", "a number from 0 to 1"],
    ["reset", "", "a number from 0 to 1"],
    ["drop", "1%", "a number from 0 to 1"],
    ["drop", [0.5], "a number from 0 to 1"],
  ])("%s %p", (name, value, wanted) => {
    const impairments = { [name]: value };
    expect(() => parse({ ...one, impairments })).toThrow(
      `Cannot use ${name} ${JSON.stringify(value)}: it must be ${wanted}`,
    );
  });

  test.each([
    [{ speed: 1 }, 'Cannot use field "speed": there are latency, jitter'],
    [{ constructor: 1 }, 'Cannot use field "constructor"'],
    [{ sliceDelay: 1 }, "Cannot use sliceDelay without slice"],
  ])("%j", (impairments, message) => {
    expect(() => parse({ ...one, impairments })).toThrow(message);
  });
});
