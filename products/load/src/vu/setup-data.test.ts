import { expect, test } from "bun:test";
import fc from "fast-check";
import { SetupData } from "./setup-data.ts";

test("a copy is what the JSON says, whatever that is", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const data = new SetupData();
      data.set(json);
      expect(JSON.stringify(data.copy())).toBe(JSON.stringify(JSON.parse(json)));
    }),
  );
});

test("what is done to one copy shows in no other", () => {
  const data = new SetupData();
  data.set('{"list":[1,{"a":2}]}');
  const one = data.copy() as { list: unknown[] };
  one.list.push(3);
  Object.assign(one.list[1] as object, { a: 4 });
  expect(data.copy()).toEqual({ list: [1, { a: 2 }] });
});

test("nothing is undefined", () => {
  const data = new SetupData();
  expect(data.copy()).toBeUndefined();
  data.set("1");
  data.set(undefined);
  expect(data.copy()).toBeUndefined();
});
