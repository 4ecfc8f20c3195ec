import { expect, test } from "bun:test";
import { listen } from "./listen.ts";

const failWith = (code: string) => () => {
  throw Object.assign(new Error("from Bun"), { code });
};

/** Nothing listens here: the one who would is made to fail. */
const place = { port: 80, hostname: "192.0.2.1" };

test.each([
  ["EADDRINUSE", "port_in_use", "another program has it"],
  ["EACCES", "port_forbidden", "from 1024"],
  ["EADDRNOTAVAIL", "address_unavailable", "no such address"],
  ["ENFILE", "cannot_listen", "from Bun"],
])("%s is told as %s", (systemCode, code, sentence) => {
  expect(() => listen(place, failWith(systemCode))).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
  );
});

test("the message names the port and the address", () => {
  expect(() => listen(place, failWith("EACCES"))).toThrow("Cannot listen on port 80 of 192.0.2.1");
});

test("where there is no IPv6, every address means every IPv4 address", () => {
  const listening = {};
  const tried: string[] = [];
  const server = listen({ port: 0, hostname: undefined }, (hostname) => {
    tried.push(hostname);
    if (hostname === "::") return failWith("EAFNOSUPPORT")();
    return listening;
  });
  expect(server).toBe(listening);
  expect(tried).toEqual(["::", "0.0.0.0"]);
});

test("a taken port is not tried a second time", () => {
  const tried: string[] = [];
  expect(() =>
    listen({ ...place, hostname: undefined }, (hostname) => {
      tried.push(hostname);
      return failWith("EADDRINUSE")();
    }),
  ).toThrow(expect.objectContaining({ code: "port_in_use" }));
  expect(tried).toEqual(["::"]);
});
