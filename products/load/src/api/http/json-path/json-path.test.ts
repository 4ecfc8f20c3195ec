import { expect, test } from "bun:test";
import fc from "fast-check";
import { queryJson } from "./json-path.ts";
import { answers, document } from "./testing/k6-answers.json";

/** What k6 2.2.0 gave for each path; nothing stands for undefined. */
const k6Answers = answers.map(([path, value]): [string, unknown] => [String(path), value]);

test.each(k6Answers)("%s finds what k6 finds", (path, value) => {
  expect(queryJson(document, path)).toEqual(value);
});

test.each<[unknown, string, unknown]>([
  [{ a: [1, 2] }, "a.@tostr", "[1,2]"],
  [{ a: "{" }, "a.@fromstr", undefined],
  [{ a: "x" }, 'a.{"b', undefined],
  [{ a: { b: 1 } }, '{"b:a.b}', undefined],
  [[{ n: "a b" }, { n: 'q"' }], '#(n=="q\\"").n', 'q"'],
  [[true, false], "#(>=false)#", [true, false]],
  [[true, false], "#(==yes)#", []],
  [[true, false], "#(!=yes)#", [true, false]],
  [{ a: 1 }, "@join.a", 1],
  [5, "@group", undefined],
  [5, "@values", []],
  [5, "a", undefined],
  [null, "@keys", []],
  [{ __proto__: null, toString: 1 }, "toString", 1],
  [{}, "toString", undefined],
])("in %j %s finds %j", (value, path, wanted) => {
  expect(queryJson(value, path)).toEqual(wanted);
});

test("any path finds something or nothing, and never throws", () => {
  const piece = fc.constantFrom(
    ...["a", "b", "0", "#", ".", "|", "@", "this", "dig:", "fromstr", "(", ")", "[", "]", "{"],
    ...["}", '"', "\\", "*", "?", "==", "%", "~true", "!", ",", ":", "1"],
  );
  const path = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(fc.jsonValue(), path, (value, text) => {
      queryJson(value, text);
      queryJson({ a: [value, { b: value }], b: '{"a":1}' }, text);
    }),
    { numRuns: 2000 },
  );
});

test("a key is found by its name, whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer(), (key, value) => {
      const path = key.replace(/[^\w ]/gu, "\\$&");
      expect(queryJson(JSON.parse(JSON.stringify({ [key]: value })), path)).toBe(value);
    }),
  );
});
