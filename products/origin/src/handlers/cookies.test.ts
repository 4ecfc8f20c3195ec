import { expect, test } from "bun:test";
import { ask, jsonOf } from "../testing/ask.ts";
import { cookies, setCookies } from "./cookies.ts";

test.each([
  [[], {}],
  [[["Cookie", "a=1; b=x=y;c"]], { a: "1", b: "x=y", c: "" }],
  [
    // HTTP/2 may split them: RFC 9113, section 8.2.3.
    [
      ["cookie", "a=1"],
      ["cookie", "b=2"],
    ],
    { a: "1", b: "2" },
  ],
])("%j are %j", (headers, want) => {
  const exchange = ask(cookies(), { headers: headers as [string, string][] });
  expect(jsonOf(exchange)).toEqual({ cookies: want });
});

test("each parameter is set as a cookie", () => {
  const { answer } = ask(setCookies(), { target: "/cookies/set?a=1&b=x%3Dy" });
  expect(answer.head).toEqual({
    status: 302,
    fields: [
      ["location", "/cookies"],
      ["set-cookie", "a=1; Path=/"],
      ["set-cookie", "b=x=y; Path=/"],
    ],
    contentLength: 0,
  });
});

test.each(["a=1;Domain%3Dx".replace(";", "%3B"), "a%20b=1", "=1", "a=%0d%0ab", "a=&".repeat(51)])(
  "?%s is refused",
  (query) => {
    expect(ask(setCookies(), { target: `/cookies/set?${query}` }).answer.head?.status).toBe(400);
  },
);
