import { expect, test } from "bun:test";
import { AddressRules, type AddressSettings } from "./address-rules.ts";
import { k6ErrorCodeOf } from "./failure.ts";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { faultServer, okResponse } from "./testing/fault-server.ts";

const one = { maxIdlePerOrigin: 1, reuse: true };
const hosts = {
  "a.test": "10.0.0.1",
  "*.a.test": "10.0.0.2:81",
  "*.long.a.test": "10.0.0.3",
  "a.test:8080": "[fd00::1]:82",
  "B.test": "fd00::2",
};

test.each([
  ["a.test", 80, { address: "10.0.0.1", port: 80 }],
  ["A.TEST", 80, { address: "10.0.0.1", port: 80 }],
  ["a.test", 8080, { address: "fd00::1", port: 82 }],
  ["x.a.test", 80, { address: "10.0.0.2", port: 81 }],
  ["x.y.a.test", 80, { address: "10.0.0.2", port: 81 }],
  ["x.long.a.test", 443, { address: "10.0.0.3", port: 443 }],
  ["b.test", 80, { address: "fd00::2", port: 80 }],
  ["xa.test", 80, undefined],
  ["127.0.0.1", 80, undefined],
])("hosts: %s:%i goes to %p", (host, port, target) => {
  expect(new AddressRules({ hosts }).tryMap(host, port)).toEqual(target as never);
});

test.each<[AddressSettings, string]>([
  [{ hosts: { a: "b" } }, 'Cannot send a to "b": give an IP address, or address:port'],
  [{ blacklistIps: ["10.0.0.0/33"] }, 'Cannot block "10.0.0.0/33": give an address or a block'],
  [{ blacklistIps: ["x"] }, 'Cannot block "x": give an address or a block such as 10.0.0.0/8'],
])("%p is refused", (settings, message) => {
  expect(() => new AddressRules(settings)).toThrow(message);
});

test("a request goes where hosts says, and keeps its name", async () => {
  await using server = await faultServer({
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  using client = testClient({ hosts: { "*.test": `127.0.0.1:${server.port}` } });
  const { body, exchange } = await exchangeWith(
    client.connections(one),
    requestTo("http://some.test/"),
  );
  expect([body, exchange.remotePort]).toEqual(["ok", server.port]);
  expect(server.requests[0]).toContain("Host: some.test\r\n");
});

test.each<[string, AddressSettings, string, number, string]>([
  ["a blocked name", { blockHostnames: ["*.test"] }, "blocked_hostname", 1111, "x.test"],
  ["any name", { blockHostnames: ["*"] }, "blocked_hostname", 1111, "x.test"],
  ["an address in a block", { blacklistIps: ["127.0.0.0/8"] }, "blacklisted_ip", 1110, "127.0.0.1"],
  ["an IPv6 address", { blacklistIps: ["::1"] }, "blacklisted_ip", 1110, "[::1]"],
  [
    "a name that hosts sends into a block",
    { hosts: { "x.test": "10.1.2.3" }, blacklistIps: ["10.0.0.0/8"] },
    "blacklisted_ip",
    1110,
    "x.test",
  ],
  [
    "a name that is looked up into one",
    { blacklistIps: ["10.0.0.0/8"] },
    "blacklisted_ip",
    1110,
    "y.test",
  ],
])("%s is not connected to", async (_name, settings, code, k6Code, host) => {
  const lookup = () => Promise.resolve([{ address: "10.9.9.9", family: 4 as const }]);
  using client = testClient({ ...settings, lookup });
  const { exchange } = await exchangeWith(client.connections(one), requestTo(`http://${host}/`));
  expect([exchange.failure?.code as string, k6ErrorCodeOf(exchange.failure!)]).toEqual([
    code,
    k6Code,
  ]);
});

test("an address is no name, and blocks do not concern others", async () => {
  await using server = await faultServer({
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  using client = testClient({ blockHostnames: ["*"], blacklistIps: ["127.0.0.2", "fd00::/8"] });
  expect((await exchangeWith(client.connections(one), requestTo(server.url))).status).toBe(200);
});
