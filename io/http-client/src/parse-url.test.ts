import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseUrl } from "./parse-url.ts";

test.each([
  ["http://localhost", "http://localhost", "localhost 80", "localhost", "/"],
  [
    "http://localhost:8080/a/b?c=d#e",
    "http://localhost:8080",
    "localhost 8080",
    "localhost:8080",
    "/a/b?c=d",
  ],
  ["https://Example.COM:443/", "https://example.com", "example.com 443", "example.com", "/"],
  ["http://[::1]:9000/x", "http://[::1]:9000", "::1 9000", "[::1]:9000", "/x"],
  ["https://[2001:DB8::1]", "https://[2001:db8::1]", "2001:db8::1 443", "[2001:db8::1]", "/"],
  [
    "http://bücher.example/ü?ü",
    "http://xn--bcher-kva.example",
    "xn--bcher-kva.example 80",
    "xn--bcher-kva.example",
    "/%C3%BC?%C3%BC",
  ],
  ["http://u:p@host/", "http://host", "host 80", "host", "/"],
])("%s", (url, key, place, hostHeader, target) => {
  const parsed = parseUrl(url);
  const { origin } = parsed;
  expect([origin.key, `${origin.host} ${origin.port}`]).toEqual([key, place]);
  expect([parsed.hostHeader, parsed.target]).toEqual([hostHeader, target]);
  expect(origin.secure).toBe(url.startsWith("https"));
});

test.each([
  ["http://host/", undefined],
  ["http://jo:s%C3%A9%40cret@host/", { username: "jo", password: "sé@cret" }],
  ["http://jo@host/", { username: "jo", password: "" }],
  ["http://100%:x@host/", { username: "100%", password: "x" }],
])("%s has its user's name and password", (url, want) => {
  expect(parseUrl(url).userinfo).toEqual(want as NonNullable<typeof want>);
});

test.each([
  "",
  "localhost:8080",
  "/path",
  "http://",
  "http://a b/",
  "http://host:65536/",
  "ftp://host/",
  "file:///x",
])("%p cannot be requested", (url) => {
  const invalid = expect.objectContaining({ code: "invalid_url" });
  expect(() => parseUrl(url)).toThrow(invalid);
  expect(() => parseUrl(url)).toThrow(`Cannot request ${JSON.stringify(url)}: `);
});

test("a target has no white space, control character or fragment", () => {
  fc.assert(
    fc.property(fc.webPath(), fc.string({ unit: "binary" }), (path, tail) => {
      expect(parseUrl(`http://host${path}?${tail}`).target).toMatch(/^\/[!"$-~]*$/);
    }),
  );
});
