import { expect, test } from "bun:test";
import { FakeClock } from "@breakwater/clock/testing";
import fc from "fast-check";
import { caught, messageOf, testUser } from "../../vu/testing/test-user.ts";
import { sharedArrayClass } from "./shared-array.ts";

const sample = [1, "x", { a: { b: [1] } }, null, [1, 2]];

function loadingUser() {
  const vu = testUser({ clock: new FakeClock() });
  return { vu, SharedArray: sharedArrayClass(vu.user) };
}

test("it reads as the array that its function returned", () => {
  const { SharedArray } = loadingUser();
  const array = new SharedArray("s", () => sample);
  expect(Array.isArray(array)).toBe(true);
  expect(array.length).toBe(5);
  expect(JSON.stringify({ array })).toBe(JSON.stringify({ array: sample }));
  expect([...array]).toEqual(sample);
  expect(array.map((element) => typeof element)).toEqual(sample.map((element) => typeof element));
  expect(array.filter((element) => element === 1)).toEqual([1]);
  expect(array.slice(1, 3)).toEqual(sample.slice(1, 3));
  expect(([0] as unknown[]).concat(array)).toEqual([0, ...sample]);
  expect(Object.keys(array)).toEqual(["0", "1", "2", "3", "4"]);
  expect([array.at(-1), array.indexOf("x"), array.includes(null)]).toEqual([[1, 2], 1, true]);
  expect([0 in array, 5 in array, "length" in array]).toEqual([true, false, true]);
  const around = ["-1", "5", "1.5", "01", "foo"].map((key) => array[key as unknown as number]);
  expect(around).toEqual([undefined, undefined, undefined, undefined, undefined]);
  const indices: string[] = [];
  for (const index in array) indices.push(index);
  expect(indices).toEqual(["0", "1", "2", "3", "4"]);
});

test("every read gives a copy of its own, frozen all through", () => {
  const { SharedArray } = loadingUser();
  const array = new SharedArray("s", () => sample) as { a: { b: number[] } }[];
  expect(array[2]).not.toBe(array[2]!);
  expect(Object.isFrozen(array[2]!.a.b)).toBe(true);
  expect(() => array[2]!.a.b.push(5)).toThrow(TypeError);
  expect(() => {
    (array[2] as { a: unknown }).a = 5;
  }).toThrow(TypeError);
});

const writes: [string, (array: unknown[] & { foo?: number }) => unknown][] = [
  ["an element", (array) => Reflect.set(array, 0, 2)],
  ["one beyond the end", (array) => Reflect.set(array, 9, 2)],
  ["a field", (array) => Reflect.set(array, "foo", 2)],
  ["the length", (array) => Reflect.set(array, "length", 0)],
  ["push", (array) => array.push(1)],
  ["sort", (array) => array.sort()],
  ["pop", (array) => array.pop()],
  ["delete", (array) => Reflect.deleteProperty(array, 0)],
  ["defineProperty", (array) => Object.defineProperty(array, "0", { value: 3 })],
  ["freeze", (array) => Object.freeze(array)],
  ["setPrototypeOf", (array) => Object.setPrototypeOf(array, null)],
];

test.each(writes)("writing is refused: %s", async (_name, write) => {
  const { SharedArray } = loadingUser();
  const array = new SharedArray("s", () => [3, 1, 2]) as unknown[];
  const error = await caught(() => write(array));
  expect(error).toBeInstanceOf(TypeError);
  expect(messageOf(error)).toEndWith(": a SharedArray is immutable; copy what you change");
  expect([...array]).toEqual([3, 1, 2]);
});

test("its function runs once for all VUs, which share one array", () => {
  const { vu } = loadingUser();
  const test = vu.user.test;
  const users = [1, 2].map(() => testUser({ clock: new FakeClock(), shared: { test } }));
  let runs = 0;
  const arrays = users.map(({ user }) => {
    const SharedArray = sharedArrayClass(user);
    return new SharedArray("same", () => {
      runs += 1;
      return [runs];
    });
  });
  expect(runs).toBe(1);
  expect(arrays[0]).toBe(arrays[1]!);
});

test("one whose function throws is not kept", () => {
  const { SharedArray } = loadingUser();
  const fail = () => {
    throw new Error("boom");
  };
  expect(() => new SharedArray("s", fail)).toThrow("boom");
  expect(new SharedArray("s", () => [1]).length).toBe(1);
});

test("what JSON does not know is null", () => {
  const { SharedArray } = loadingUser();
  expect([...new SharedArray("s", () => [undefined, () => 1, Number.NaN])]).toEqual([
    null,
    null,
    null,
  ]);
});

test("it is what JSON makes of the array, whatever is in it", () => {
  const { SharedArray } = loadingUser();
  let made = 0;
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (elements) => {
      made += 1;
      const array = new SharedArray(`s${made}`, () => elements);
      expect(array.length).toBe(elements.length);
      expect(JSON.stringify(array)).toBe(JSON.stringify(elements));
    }),
  );
});

test.each<[string, unknown[], string]>([
  ["without a name", ["", () => []], 'Cannot make the SharedArray "": give it a name'],
  ["without a function", ["s"], 'Cannot make the SharedArray "s": give a function that returns'],
  ["of an async function", ["s", async () => []], "its function is async; await before, and"],
  ["of no array", ["s", () => ({ length: 1 })], "its function returned no array; return one"],
  ["of null", ["s", () => null], "its function returned no array; return one"],
])("one %s is refused", (_name, args, message) => {
  const { SharedArray } = loadingUser();
  const Any = SharedArray as unknown as new (...args: unknown[]) => unknown;
  expect(() => new Any(...args)).toThrow(message);
});

test("it is made at the script's top level alone", async () => {
  const { vu, SharedArray } = loadingUser();
  const error = await caught(vu.inside(() => new SharedArray("late", () => [])));
  expect(messageOf(error)).toBe(
    'Cannot make the SharedArray "late" now: do it at the script\'s top level',
  );
});
