import { describe, expect, test } from "bun:test";
import { fakeExchange } from "@breakwater/http-server/testing";
import { type ClientIpOptions, clientIpOf, isFrom, isNetwork, networkOf } from "./client-ip.ts";

interface Case {
  readonly source?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly options?: Partial<ClientIpOptions>;
}

function ipOf({ source = "10.0.0.1:5000", headers = [], options = {} }: Case): string {
  const exchange = fakeExchange({ headers });
  const connection = { ...exchange.connection, source };
  const trustedProxies = ["10.0.0.0/8", "fd00::/8", "127.0.0.1"];
  const { request } = exchange;
  return clientIpOf({ trustedProxies, ...options })({ ...exchange, request, connection } as never);
}

const forwardedFor = (...values: string[]) =>
  values.map((value) => ["X-Forwarded-For", value] as const);

describe("X-Forwarded-For", () => {
  test.each([
    ["a trusted proxy is believed", ["203.0.113.5"], "203.0.113.5"],
    ["spoofed entries on the left are not", ["6.6.6.6, 203.0.113.5"], "203.0.113.5"],
    ["trusted hops are passed over", ["6.6.6.6, 203.0.113.5, 10.2.3.4, 10.9.9.9"], "203.0.113.5"],
    ["several fields are one list", ["6.6.6.6", "203.0.113.5", "10.2.3.4"], "203.0.113.5"],
    ["all trusted: the first", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"],
    ["ports are left out", ["203.0.113.5:4711"], "203.0.113.5"],
    ["IPv6, bare", ["2001:DB8::7"], "2001:db8::7"],
    ["IPv6 with brackets and port", ["[2001:db8::7]:443"], "2001:db8::7"],
    ["IPv4 mapped into IPv6", ["::ffff:203.0.113.5"], "203.0.113.5"],
    ["the same in hexadecimal", ["::FFFF:cb00:7105"], "203.0.113.5"],
    ["a trusted hop that is mapped", ["203.0.113.5, ::ffff:10.0.0.9"], "203.0.113.5"],
    ["nonsense stops at the proxy", ["6.6.6.6, nonsense"], "10.0.0.1"],
    ["nonsense stops at the last hop known", ["6.6.6.6, ', 10.0.0.7"], "10.0.0.7"],
    ["empty", [""], "10.0.0.1"],
    ["a zone is no address for others", ["fe80::1%eth0"], "10.0.0.1"],
  ])("%s", (_what, values, ip) => {
    expect(ipOf({ headers: forwardedFor(...values) })).toBe(ip);
  });

  test("who is not trusted is not believed", () => {
    const spoofed = forwardedFor("1.2.3.4");
    expect(ipOf({ source: "203.0.113.9:1", headers: spoofed })).toBe("203.0.113.9");
    expect(ipOf({ source: "[2001:db8::1]:1", headers: spoofed })).toBe("2001:db8::1");
    expect(ipOf({ headers: spoofed, options: { trustedProxies: [] } })).toBe("10.0.0.1");
  });

  test.each([["[fd00::1]:1"], ["[::ffff:10.0.0.1]:1"], ["127.0.0.1:1"]])(
    "a proxy at %s is trusted",
    (source) => expect(ipOf({ source, headers: forwardedFor("1.2.3.4") })).toBe("1.2.3.4"),
  );
});

describe("Forwarded (RFC 7239)", () => {
  test.each([
    ["for=203.0.113.5", "203.0.113.5"],
    ["for=6.6.6.6, for=203.0.113.5;proto=https;by=10.0.0.1", "203.0.113.5"],
    ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
    ['proto=http; for="203.0.113.5:80", for=10.0.0.2', "203.0.113.5"],
    ["for=6.6.6.6, for=unknown", "10.0.0.1"],
    ["for=6.6.6.6, for=_hidden, for=10.0.0.8", "10.0.0.8"],
    ["for=6.6.6.6, proto=https", "10.0.0.1"],
  ])("%s", (value, ip) => {
    const options = { field: "forwarded" } as const;
    expect(ipOf({ headers: [["Forwarded", value], ...forwardedFor("6.6.6.6")], options })).toBe(ip);
  });

  test("is not read where X-Forwarded-For is", () => {
    expect(ipOf({ headers: [["Forwarded", "for=6.6.6.6"]] })).toBe("10.0.0.1");
  });
});

test.each(["10.0.0.0/33", "fd00::/129", "example.com", "10.0.0.0/8/8", "10.0.0.0/", "", "*"])(
  'trusting "%s" is refused',
  (network) => {
    expect(() => clientIpOf({ trustedProxies: [network] })).toThrow(
      `Cannot trust proxies in "${network}": write an address or a network`,
    );
  },
);

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:0db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["1::", "1:0:0:0::/64"],
  ["::2:3:4:5:6:7:8", "0:2:3:4::/64"],
])("%s is counted as %s", (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});

test.each([
  ["10.1.2.3:1", true],
  ["[::ffff:10.1.2.3]:1", true],
  ["[fd00::1]:1", true],
  ["192.0.2.1:80", true],
  ["192.0.2.2:80", false],
  ["[2001:db8::1]:1", false],
  ["", false],
])("%j is from a trusted network: %p", (source, want) => {
  const connection = { source, destination: "192.0.2.80:80", isTls: false };
  const exchange = Object.assign(fakeExchange(), { connection });
  expect(isFrom(["10.0.0.0/8", "192.0.2.1", "fd00::/8"])(exchange)).toBe(want);
  expect(isFrom([])(exchange)).toBe(false);
});

test.each(["everyone", "10.0.0.0/33", "10.0.0.0/", "fd00::/129", "10.0.0", "10.0.0.1:80", ""])(
  "%j is no network",
  (text) => expect(isNetwork(text)).toBe(false),
);
