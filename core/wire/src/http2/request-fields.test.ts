import { expect, test } from "bun:test";
import type { Field } from "../field.ts";
import { parseRequestFields, parseTrailerFields } from "./request-fields.ts";

const get: Field[] = [
  [":method", "GET"],
  [":scheme", "https"],
  [":authority", "a.test:8443"],
  [":path", "/bin/1K?chunked=true&x"],
];
const without = (name: string): Field[] => get.filter(([other]) => other !== name);
const changed = (name: string, value: string): Field[] => [
  [name, value],
  ...get.filter(([other]) => other !== name),
];

const notMethod = ([name]: Field): boolean => name !== ":method";

test("a head has what was sent", () => {
  const fields: Field[] = [
    ["x", "1"],
    ["cookie", "a=b"],
    ["x", "2"],
    ["cookie", "c=d"],
    ["te", "trailers"],
  ];
  const request = parseRequestFields([...get, ...fields], { hasBody: false });
  expect(request).toMatchObject({
    protocol: "HTTP/2.0",
    method: "GET",
    target: "/bin/1K?chunked=true&x",
    path: "/bin/1K",
    query: "chunked=true&x",
    authority: "a.test:8443",
    contentLength: undefined,
    hasBody: false,
    memo: undefined,
  });
  expect(request.headers()).toEqual([
    ["x", "1"],
    ["cookie", "a=b; c=d"],
    ["x", "2"],
    ["te", "trailers"],
  ]);
  expect(["x", "cookie", "y"].map((name) => request.header(name))).toEqual([
    "1, 2",
    "a=b; c=d",
    undefined,
  ]);
});

test.each<[string, Field[], object]>([
  [
    "CONNECT",
    [
      [":method", "CONNECT"],
      [":authority", "b:1"],
    ],
    { target: "b:1", path: "b:1" },
  ],
  [
    "OPTIONS *",
    [[":method", "OPTIONS"], ...changed(":path", "*").filter(notMethod)],
    { path: "*" },
  ],
  ["Host alone", [...without(":authority"), ["host", "b"]], { authority: "b" }],
  ["Host that is the same", [...get, ["host", "a.test:8443"]], { authority: "a.test:8443" }],
  ["neither", without(":authority"), { authority: "" }],
  ["a length", [...get, ["content-length", "12"]], { contentLength: 12 }],
  ["a length twice", [...get, ["content-length", "12, 12"]], { contentLength: 12 }],
  ["an empty query", changed(":path", "/?"), { path: "/", query: "" }],
  ["a scheme of its own", changed(":scheme", "coap"), { path: "/bin/1K" }],
])("%s is read", (_name, fields, wanted) => {
  expect(parseRequestFields(fields, { hasBody: true })).toMatchObject(wanted);
});

test.each<[string, Field[]]>([
  ["no method", without(":method")],
  ["no scheme", without(":scheme")],
  ["no path", without(":path")],
  ["an empty path", changed(":path", "")],
  ["a path without its slash", changed(":path", "a")],
  ["a path with a blank", changed(":path", "/a b")],
  ["GET *", changed(":path", "*")],
  ["a method that is no token", changed(":method", "G T")],
  ["a pseudo-field twice", [[":path", "/"], ...get]],
  ["a pseudo-field that is not known", [...get, [":protocol", "websocket"]]],
  ["a pseudo-field of answers", [...get, [":status", "200"]]],
  ["a pseudo-field behind a field", [["a", "b"], ...get]],
  ["a name in upper case", [...get, ["X", "1"]]],
  ["a name with a blank", [...get, ["x y", "1"]]],
  ["an empty name", [...get, ["", "1"]]],
  ["a value with a line feed", [...get, ["x", "a\nb"]]],
  ["a value with a return", [...get, ["x", "a\rb"]]],
  ["a value with a NUL", [...get, ["x", "a\0b"]]],
  ["a value with a blank before", [...get, ["x", " a"]]],
  ["a value with a tab behind", [...get, ["x", "a\t"]]],
  ["a path with a line feed", changed(":path", "/\n")],
  ["an authority with a NUL", changed(":authority", "a\0")],
  ["connection", [...get, ["connection", "close"]]],
  ["keep-alive", [...get, ["keep-alive", "1"]]],
  ["proxy-connection", [...get, ["proxy-connection", "close"]]],
  ["transfer-encoding", [...get, ["transfer-encoding", "chunked"]]],
  ["upgrade", [...get, ["upgrade", "h2c"]]],
  ["te other than trailers", [...get, ["te", "gzip"]]],
  ["another Host", [...get, ["host", "b"]]],
  ["Host twice", [...without(":authority"), ["host", "b"], ["host", "b"]]],
  ["a user in the authority", changed(":authority", "u@b")],
  ["a length that is no number", [...get, ["content-length", "1x"]]],
  ["a negative length", [...get, ["content-length", "-1"]]],
  ["a length of 2^53", [...get, ["content-length", "9007199254740992"]]],
  ["an empty length", [...get, ["content-length", ""]]],
  ["two lengths", [...get, ["content-length", "1"], ["content-length", "2"]]],
  ["CONNECT with a path", changed(":method", "CONNECT")],
  ["CONNECT to nowhere", [[":method", "CONNECT"]]],
])("%s is malformed", (_name, fields) => {
  expect(() => parseRequestFields(fields, { hasBody: true })).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^bad_(header|content_length)$/) }),
  );
});

test("a length without a body is malformed, but of nothing", () => {
  const of = (length: string) => () =>
    parseRequestFields([...get, ["content-length", length]], { hasBody: false });
  expect(of("1")).toThrow(expect.objectContaining({ code: "bad_content_length" }));
  expect(of("0")().contentLength).toBe(0);
});

test.each<[Field[]]>([[[[":path", "/"]]], [[["X", "1"]]], [[["connection", "close"]]]])(
  "trailers %p are malformed",
  (fields) => {
    expect(() => parseTrailerFields(fields)).toThrow(
      expect.objectContaining({ code: "bad_header" }),
    );
    expect(parseTrailerFields([["x", "1"]])).toEqual([["x", "1"]]);
  },
);
