import { expect, test } from "bun:test";
import { parseSubmetricKey } from "./submetric-key.ts";

test.each([
  ["http_reqs", "http_reqs", []],
  ["http_reqs{status:200}", "http_reqs", [["status", "200"]]],
  [
    "a{x:1,y:2}",
    "a",
    [
      ["x", "1"],
      ["y", "2"],
    ],
  ],
  [
    "a{ x : 1 , y : two words }",
    "a",
    [
      ["x", "1"],
      ["y", "two words"],
    ],
  ],
  ["a{name:http://host:80/b?c={1}}", "a", [["name", "http://host:80/b?c={1}"]]],
  ['a{name:"c:d"}', "a", [["name", "c:d"]]],
  ["a{name:'c, d'}", "a", [["name", "c, d"]]],
  ['a{"my tag":b}', "a", [["my tag", "b"]]],
  ["a{group:::outer::inner}", "a", [["group", "::outer::inner"]]],
  ['a{group:""}', "a", [["group", ""]]],
])("%s", (text, metric, tags) => {
  expect(parseSubmetricKey(text)).toEqual({ metric, tags: tags as [string, string][] });
});

test.each([
  ["a{}", "it needs tag:value at character 3"],
  ["a{x}", "it needs tag:value at character 3"],
  ["a{x:}", "it needs tag:value at character 3"],
  ["a{x:1,}", "it needs tag:value at character 7"],
  ["a{x:1", 'it must end with "}" at character 6'],
  ["a{x:1} ", 'it must end with "}" at character 8'],
  ["ax:1}", 'it has no "{" for its "}" at character 5'],
  ['a{x:"1}', "it needs tag:value at character 3"],
])("%s is refused, saying where", (text, where) => {
  expect(() => parseSubmetricKey(text)).toThrow(where);
  expect(() => parseSubmetricKey(text)).toThrow(expect.objectContaining({ code: "bad_key" }));
});
