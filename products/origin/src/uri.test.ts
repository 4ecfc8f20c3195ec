import { expect, test } from "bun:test";
import { queryOf, uriOf } from "./uri.ts";

test.each([
  ["http://origin/", "/", ""],
  ["http://origin/a/b?c=d", "/a/b?c=d", "d"],
  ["http://[::1]:8080/a?c=http://x/y", "/a?c=http://x/y", "http://x/y"],
  ["http://origin//a", "//a", ""],
  // As Bun gives it where the Host was empty or not a host.
  ["/a?c=http://x/y", "/a?c=http://x/y", "http://x/y"],
])("%s asks for %s", (url, uri, c) => {
  expect(uriOf({ url })).toBe(uri);
  expect(queryOf({ url }).get("c") ?? "").toBe(c);
});
