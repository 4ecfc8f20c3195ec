import { expect, test } from "bun:test";
import fc from "fast-check";
import { DatabaseError } from "./database-error.ts";
import { toStatement } from "./statement.ts";

const numbered = (text: string, count: number) =>
  toStatement(text, Array(count).fill(0), { placeholders: "numbered" }).text;

test.each([
  ["SELECT ?, ?", 2, "SELECT $1, $2"],
  ["SELECT '?', ?", 1, "SELECT '?', $1"],
  ["SELECT 'it''s ?', ?", 1, "SELECT 'it''s ?', $1"],
  ["SELECT E'it\\'s ?', ?", 1, "SELECT E'it\\'s ?', $1"],
  ['SELECT "a?""?", ?', 1, 'SELECT "a?""?", $1'],
  ["SELECT ? -- what?\n, ?", 2, "SELECT $1 -- what?\n, $2"],
  ["SELECT /* ?; */ ?", 1, "SELECT /* ?; */ $1"],
  ["SELECT $$?;$$, $a$?$$?$a$, ?", 1, "SELECT $$?;$$, $a$?$$?$a$, $1"],
  ["SELECT a ?? ?", 1, "SELECT a ? $1"],
  ["SELECT ?; -- that is all;\n", 1, "SELECT $1; -- that is all;\n"],
])("%s has %d placeholders", (text, count, expected) => {
  expect(numbered(text, count)).toBe(expected);
});

test("whatever stands between, each placeholder gets its number", () => {
  const piece = fc.oneof(
    fc.constantFrom("'a?'", '"b?"', "/* ? */", "-- ?\n", "$$ ? $$", " a ", ",", "1", "E'\\''"),
    fc.constant("?"),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1 }), (pieces) => {
      let place = 0;
      const expected = pieces.map((one) => {
        if (one === "?") place += 1;
        return one === "?" ? `$${place}` : one;
      });
      fc.pre(pieces.some((one) => !/^(\/\*|--)/.test(one)));
      expect(numbered(pieces.join(" "), place)).toBe(expected.join(" "));
    }),
  );
});

test("no text makes it hang or throw anything else", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."'\"?$-;/*\\\n a") }), (text) => {
      try {
        toStatement(text, [], { placeholders: "numbered" });
      } catch (error) {
        expect(error).toBeInstanceOf(DatabaseError);
      }
    }),
  );
});
