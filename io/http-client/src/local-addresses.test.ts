import { expect, test } from "bun:test";
import { localAddresses } from "./local-addresses.ts";
import { exchangeWith, requestTo, testClient } from "./testing/exchange-with.ts";
import { faultServer, okResponse } from "./testing/fault-server.ts";

test.each([
  [["10.0.0.1"], ["10.0.0.1", "10.0.0.1"]],
  [["10.0.0.254-10.0.1.1"], ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1", "10.0.0.254"]],
  [["10.0.0.7/30"], ["10.0.0.5", "10.0.0.6", "10.0.0.5"]],
  [["10.0.0.4/31"], ["10.0.0.4", "10.0.0.5", "10.0.0.4"]],
  [
    ["10.0.0.9/32", " 10.0.0.1 "],
    ["10.0.0.9", "10.0.0.1", "10.0.0.9"],
  ],
  [["fd00::1/127"], ["fd00::", "fd00::1", "fd00::"]],
  [
    ["::1-::2", "::ffff:1.2.3.4"],
    ["::1", "::2", "::ffff:102:304", "::1"],
  ],
])("%p gives %p in turn", (list, addresses) => {
  const at = localAddresses(list);
  expect(addresses.map((_, index) => at(index))).toEqual(addresses);
});

test.each([
  [[], 'Cannot connect from "": give at least one address'],
  [["x"], 'Cannot connect from "x": give addresses, ranges or CIDR blocks'],
  [["10.0.0.1-fd00::1"], 'Cannot connect from "10.0.0.1-fd00::1": both ends'],
  [["10.0.0.2-10.0.0.1"], 'Cannot connect from "10.0.0.2-10.0.0.1": the range must end behind'],
  [["10.0.0.0/33"], 'Cannot connect from "10.0.0.0/33": the length of its prefix'],
])("%p is refused", (list, message) => {
  expect(() => localAddresses(list)).toThrow(message);
});

test("a connection comes from the address that it is given", async () => {
  const seen: (string | undefined)[] = [];
  await using server = await faultServer({
    onConnection: (socket) => void seen.push(socket.remoteAddress),
    onRequest: ({ socket }) => void socket.write(okResponse),
  });
  using client = testClient();
  for (const localAddress of ["127.0.0.5", undefined]) {
    const connections = client.connections({ maxIdlePerOrigin: 1, reuse: true, localAddress });
    expect((await exchangeWith(connections, requestTo(server.url))).status).toBe(200);
  }
  expect(seen).toEqual(["127.0.0.5", "127.0.0.1"]);
});

test("an address that is not this machine's fails the request", async () => {
  await using server = await faultServer({});
  using client = testClient();
  const connections = client.connections({
    maxIdlePerOrigin: 1,
    reuse: true,
    localAddress: "192.0.2.1",
  });
  expect((await exchangeWith(connections, requestTo(server.url))).code).toBe("connect_failed");
});
