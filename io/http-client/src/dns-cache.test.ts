import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import { type Address, DnsCache, type DnsOptions } from "./dns-cache.ts";

const four = (...last: number[]): Address[] =>
  last.map((byte) => ({ address: `10.0.0.${byte}`, family: 4 }));
const six = (...last: number[]): Address[] =>
  last.map((byte) => ({ address: `fd00::${byte}`, family: 6 }));
const both = [...six(1, 2), ...four(1, 2)];

function cacheOf(found: Address[] | Error, options: Partial<DnsOptions> = {}) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const cache = new DnsCache({
    ttlMs: 1000,
    select: "first",
    policy: "any",
    ...options,
    clock,
    random: () => 0.99,
    lookup: (host) => {
      asked.push(host);
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
    },
  });
  return { cache, clock, asked };
}

test.each<[DnsOptions["policy"], Address[], string]>([
  ["preferIPv4", both, "10.0.0.1"],
  ["preferIPv4", six(1), "fd00::1"],
  ["preferIPv6", [...four(1), ...six(1)], "fd00::1"],
  ["preferIPv6", four(1), "10.0.0.1"],
  ["onlyIPv4", both, "10.0.0.1"],
  ["onlyIPv6", [...four(1), ...six(1)], "fd00::1"],
  ["any", both, "fd00::1"],
])("%s of %j gives %s", async (policy, found, want) => {
  expect(await cacheOf(found, { policy }).cache.resolve("host")).toBe(want);
});

test.each<[DnsOptions["select"], string]>([
  ["first", "1 1 1 1"],
  ["roundRobin", "1 2 3 1"],
  ["random", "3 3 3 3"],
])("select %s takes %s", async (select, want) => {
  const { cache } = cacheOf(four(1, 2, 3), { select });
  const took = [await cache.resolve("host")];
  for (const _ of [2, 3, 4]) took.push(cache.tryResolve("host") ?? "");
  expect(took.map((address) => address.slice(-1)).join(" ")).toBe(want);
});

test("all who ask at once share a lookup, and it is kept for its time to live", async () => {
  const { cache, clock, asked } = cacheOf(four(1));
  expect(cache.tryResolve("host")).toBeUndefined();
  const found = await Promise.all([cache.resolve("host"), cache.resolve("host")]);
  expect([found, asked]).toEqual([["10.0.0.1", "10.0.0.1"], ["host"]]);
  await clock.advanceTo(999);
  expect(cache.tryResolve("host")).toBe("10.0.0.1");
  await clock.advanceTo(1000);
  expect(cache.tryResolve("host")).toBeUndefined();
  await cache.resolve("host");
  expect(asked).toEqual(["host", "host"]);
});

test.each(["127.0.0.1", "::1"])("%s is an address already", (host) => {
  const { cache, asked } = cacheOf(new Error("not to be asked"));
  expect(cache.tryResolve(host)).toBe(host);
  expect(asked).toEqual([]);
});

const coded = (code: string) => Object.assign(new Error("lookup"), { code });

test.each<[string, Address[] | Error, DnsOptions["policy"], string, string]>([
  ["an unknown name", coded("DNS_ENOTFOUND"), "any", "dns_not_found", "no such host"],
  ["a name without addresses", coded("DNS_ENODATA"), "any", "dns_not_found", "no such host"],
  ["a name of the other family", six(1), "onlyIPv4", "dns_not_found", "it has no IPv4 address"],
  [
    "a server that does not answer",
    coded("DNS_ETIMEOUT"),
    "any",
    "dns_failed",
    "the lookup failed (DNS_ETIMEOUT)",
  ],
])("%s fails, and is asked for again", async (_name, found, policy, code, reason) => {
  const { cache, asked } = cacheOf(found, { policy });
  for (const _ of [1, 2]) {
    const error: unknown = await cache.resolve("host").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, message: `Cannot look up host: ${reason}` });
  }
  expect(asked).toHaveLength(2);
});

test("it does not grow with the number of names", async () => {
  const { cache, asked } = cacheOf(four(1));
  for (let name = 0; name <= 1024; name += 1) await cache.resolve(`host${name}`);
  expect([cache.tryResolve("host0"), cache.tryResolve("host1")]).toEqual([undefined, "10.0.0.1"]);
  expect(asked).toHaveLength(1025);
});
