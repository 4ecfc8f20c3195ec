import { expect, test } from "bun:test";
import { type FakeRequest, fakeExchange } from "@breakwater/http-server/testing";
import type { Field } from "@breakwater/wire";
import type { ForwardedPolicy, ForwardOptions } from "./forward-options.ts";
import { RequestHeads, restOfHead } from "./request-heads.ts";

const believing: ForwardedPolicy = { mode: "append", standard: false, via: undefined };
const replacing: ForwardedPolicy = { mode: "replace", standard: false, via: undefined };

function linesOf(
  request: FakeRequest,
  forwarded: ForwardedPolicy = believing,
  fields: readonly Field[] = [],
): string[] {
  const exchange = fakeExchange(request);
  const options: ForwardOptions = { forwarded, fields, onDone: () => {}, respondFailure: () => {} };
  const head = new RequestHeads(undefined).of(exchange.request, options);
  if ("message" in head) return [head.message];
  return (head.text + restOfHead(head, exchange, options)).split("\r\n");
}

const told: readonly Field[] = [
  ["Host", "a"],
  ["X-Forwarded-For", "203.0.113.9"],
  ["X-Forwarded-Proto", "https"],
  ["X_Forwarded_For", "10.0.0.1"],
  ["X-Real-IP", "10.0.0.2"],
  ["Forwarded", "for=203.0.113.9"],
  ["Via", "1.0 fred"],
];

test.each([
  [
    "a client that is believed",
    { ...believing, standard: true, via: "gate" },
    [
      "Host: a",
      "X-Forwarded-Proto: https",
      "X-Real-IP: 10.0.0.2",
      "X-Forwarded-Host: a",
      "Via: 1.0 fred, 1.1 gate",
      "X-Forwarded-For: 203.0.113.9, 192.0.2.7",
      'Forwarded: for=203.0.113.9, for=192.0.2.7;host="a";proto=http',
    ],
  ],
  [
    "a client that is not",
    replacing,
    [
      "Host: a",
      "Via: 1.0 fred",
      "X-Forwarded-Host: a",
      "X-Forwarded-For: 192.0.2.7",
      "X-Forwarded-Proto: http",
    ],
  ],
] as const)("what %s says of those before it", (_who, policy, wanted) => {
  const lines = linesOf({ headers: told }, policy);
  expect(lines).toEqual(["GET / HTTP/1.1", ...wanted, "", ""]);
});

test("whoever asks a proxy that is believed cannot change what that says", () => {
  const headers: readonly Field[] = [
    ...told,
    ["Connection", "x-forwarded-proto, x-real-ip, via, x-hop"],
    ["X_Forwarded_Proto", "gopher"],
    ["X-Forwarded_Host", "evil"],
    ["X-Hop", "1"],
  ];
  const policy: ForwardedPolicy = { ...believing, via: "gate" };
  expect(linesOf({ headers }, policy)).toEqual(linesOf({ headers: told }, policy));
});

test.each([
  ["http://a:80/b?c", "/b", "c", "GET /b?c HTTP/1.1"],
  ["/b?c", "/b", "c", "GET /b?c HTTP/1.1"],
  ["*", "*", "", "GET * HTTP/1.1"],
])("the target %s is asked for as its service knows it", (target, path, query, line) => {
  const exchange = fakeExchange({ headers: [["host", "a"]] });
  const request = { ...exchange.request, target, path, query };
  const options: ForwardOptions = {
    forwarded: believing,
    onDone: () => {},
    respondFailure: () => {},
  };
  const head = new RequestHeads(undefined).of(request, options);
  expect("text" in head && head.text.split("\r\n")[0]).toBe(line);
});

test.each([
  ["a Host with a blank", { headers: [["host", "a b"]] }],
  ["a target with a control character", { target: "/\x01" }],
  ["a value with a control character", { headers: [["a", "\x01"]] }],
  ["a value beyond a byte", { headers: [["a", "\u010a"]] }],
] as const)("%s is not forwarded", (_what, request) => {
  expect(linesOf(request)).toEqual(["Cannot forward a head with control characters or blanks"]);
});

test("a field of ours that would end its line is our mistake", () => {
  expect(() => linesOf({}, believing, [["x-a", "1\r\nx-b: 2"]])).toThrow("Cannot send x-a");
  expect(() => linesOf({}, believing, [["x-a", "\u010a"]])).toThrow("Cannot send x-a");
});

test("each request has fields of its own, also if its head is known", () => {
  const exchange = fakeExchange();
  const heads = new RequestHeads(undefined);
  const ids = ["1", "2", "3"].map((id) => {
    const options = {
      forwarded: believing,
      fields: [["x-id", id]],
      onDone: () => {},
      respondFailure: () => {},
    } as const;
    const head = heads.of(exchange.request, options);
    if ("message" in head) throw new Error(head.message);
    return /x-id: (.)/.exec(head.text + restOfHead(head, exchange, options))?.[1];
  });
  expect(ids).toEqual(["1", "2", "3"]);
});

test("an IPv6 client is told without its brackets, but where RFC 7239 wants them", () => {
  const exchange = fakeExchange();
  const connection = { ...exchange.connection, source: "[2001:db8::1]:4711" };
  const policy = { ...replacing, standard: true };
  const options: ForwardOptions = { forwarded: policy, onDone: () => {}, respondFailure: () => {} };
  const head = new RequestHeads("up:80").of(exchange.request, options);
  if ("message" in head) throw new Error(head.message);
  const rest = restOfHead(head, { ...exchange, request: exchange.request, connection }, options);
  expect(rest).toContain("X-Forwarded-For: 2001:db8::1\r\n");
  expect(rest).toContain('Forwarded: for="[2001:db8::1]";');
  expect(head.text).toContain("Host: up:80\r\n");
});
