import { expect, test } from "bun:test";
import { MessageQueue } from "./message-queue.ts";
import { ProcessError } from "./process-error.ts";

/** A queue whose receiver takes a message when it is told to. */
function slowQueue() {
  const posted: string[] = [];
  const waiting: (() => void)[] = [];
  const post = (text: string, onTaken: () => void) => {
    posted.push(text);
    waiting.push(onTaken);
  };
  const queue = new MessageQueue(post, { maxMessageChars: 10, maxQueued: 2 });
  return { queue, posted, take: () => waiting.shift()?.() };
}

test("a receiver that does not read is sent as many as may wait and no more", () => {
  const { queue, posted, take } = slowQueue();
  expect([1, 2, 3].map((n) => queue.trySend(n))).toEqual([true, true, false]);
  take();
  expect([4, 5].map((n) => queue.trySend(n))).toEqual([true, false]);
  expect(posted).toEqual(["1", "2", "4"]);
});

test("a message over the limit is refused and takes no place", () => {
  const { queue, posted } = slowQueue();
  expect(() => queue.trySend("123456789")).toThrow(
    new ProcessError(
      "message_too_large",
      "Cannot send a message of 11 characters: the limit is 10",
    ),
  );
  expect(queue.trySend("12345678")).toBe(true);
  expect(queue.trySend(1)).toBe(true);
  expect(posted).toEqual(['"12345678"', "1"]);
});

test("it is empty when the last message was taken", async () => {
  const { queue, take } = slowQueue();
  await queue.empty();
  queue.trySend(1);
  queue.trySend(2);
  let isEmpty = false;
  const emptied = queue.empty().then(() => {
    isEmpty = true;
  });
  take();
  await Promise.resolve();
  expect(isEmpty).toBe(false);
  take();
  await emptied;
});
