import { expect, test } from "bun:test";
import { portionOf } from "@breakwater/schedule";
import { FreeList } from "./free-list.ts";
import { caught } from "./testing/test-user.ts";
import type { VirtualUser } from "./virtual-user.ts";

const vu = async (idInTest: number): Promise<VirtualUser> => ({
  idInTest,
  start: () => {},
  interrupt: () => {},
});

test.each([
  ["the only worker", 0, 1, [1, 2, 3, 4]],
  ["the first of three", 0, 3, [1, 4, 7, 10]],
  ["the last of three", 2, 3, [3, 6, 9, 12]],
])("%s numbers its VUs so that each number is there once in the test", async (_name, ...rest) => {
  const [worker, workers, wanted] = rest;
  const list = new FreeList({ make: vu, portion: portionOf({ worker, workers }) });
  await list.fill(3);
  const taken = [list.tryTake(), list.tryTake(), list.tryTake(), await list.grow()];
  expect(taken.map((one) => one?.idInTest)).toEqual(wanted);
  expect([list.tryTake(), list.size]).toEqual([undefined, 4]);
});

test("filling it again makes only what is missing", async () => {
  const list = new FreeList({ make: vu, portion: portionOf({ worker: 0, workers: 1 }) });
  await list.fill(2);
  await list.fill(1);
  await list.fill(3);
  expect(list.size).toBe(3);
});

test("a VU that is given back can be taken again", async () => {
  const list = new FreeList({ make: vu, portion: portionOf({ worker: 0, workers: 1 }) });
  await list.fill(1);
  const one = list.tryTake();
  list.giveBack(one!);
  expect(list.tryTake()).toBe(one);
});

test("a VU that cannot be made does not count, and its number is not given again", async () => {
  const make = (id: number) => (id === 1 ? Promise.reject(new Error("no memory")) : vu(id));
  const list = new FreeList({ make, portion: portionOf({ worker: 0, workers: 1 }) });
  expect(await caught(list.grow())).toEqual(new Error("no memory"));
  expect([(await list.grow()).idInTest, list.size]).toEqual([2, 1]);
});
