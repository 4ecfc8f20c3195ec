import { expect, test } from "bun:test";
import { FilesError } from "../files-error.ts";
import { TransferMemory } from "./transfer-memory.ts";

const never = (): AbortSignal => new AbortController().signal;

test("memory is given at once, then in turn, and never more than there is", async () => {
  const memory = new TransferMemory({ maxBytes: 100, maxWaiting: 10 });
  const order: string[] = [];
  const first = (await memory.take(60, never)) as Disposable;
  const turn = async (name: string, bytes: number): Promise<void> => {
    using _taken = await memory.take(bytes, never);
    order.push(name);
  };
  const waiting = [turn("large", 80), turn("small", 10), turn("larger than all", 500)];
  await Promise.resolve();
  expect(order).toEqual([]);
  first[Symbol.dispose]();
  await Promise.all(waiting);
  expect(order).toEqual(["large", "small", "larger than all"]);
});

test("who goes while it waits leaves its place, and who finds too many is told so", async () => {
  const memory = new TransferMemory({ maxBytes: 100, maxWaiting: 1 });
  const held = (await memory.take(100, never)) as Disposable;
  const gone = new AbortController();
  const waiting = Promise.resolve(memory.take(10, () => gone.signal)).catch(String);
  expect(() => memory.take(10, never)).toThrow(FilesError);
  gone.abort();
  expect(await waiting).toContain("given up before its turn");
  held[Symbol.dispose]();
  expect(memory.take(100, never)).not.toBeInstanceOf(Promise);
});
