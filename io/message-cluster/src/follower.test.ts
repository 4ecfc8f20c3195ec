import { expect, test } from "bun:test";
import fc from "fast-check";
import { Follower, type Page, type Placed } from "./follower.ts";

/** What may happen to whoever follows a log, in any order. */
type Event = "publish" | "publish unheard" | "gap is noticed" | "read" | "answer" | "fail";

const events = fc.array(
  fc.constantFrom<Event[]>(
    "publish",
    "publish unheard",
    "gap is noticed",
    "read",
    "answer",
    "fail",
  ),
  { maxLength: 60 },
);

test("every entry is told once and in order, whatever is lost on the way", async () => {
  const runs = fc.asyncProperty(events, fc.integer({ min: 1, max: 4 }), async (all, pageSize) => {
    const told: number[] = [];
    const log: Placed[] = [];
    const asked: { answer(): void; fail(): void }[] = [];
    const read = (after: number): Promise<Page<Placed>> => {
      const { promise, resolve, reject } = Promise.withResolvers<Page<Placed>>();
      const rest = log.filter(({ seq }) => seq > after);
      const found = rest.slice(0, pageSize);
      const page = { found, upTo: found.at(-1)?.seq ?? after, isAll: rest.length <= pageSize };
      asked.push({ answer: () => resolve(page), fail: () => reject(new Error("away")) });
      return promise;
    };
    const follower = new Follower({ after: 0, read, tell: ({ seq }) => told.push(seq) });
    const catchUp = (): void => void follower.catchUp().catch(() => {});
    const publish = (isHeard: boolean): void => {
      const entry = { seq: log.length + 1 };
      log.push(entry);
      if (isHeard) follower.hear(entry);
    };
    let isGap = false;
    const act: Record<Event, () => void> = {
      publish: () => publish(!isGap),
      "publish unheard": () => {
        isGap = true;
        publish(false);
      },
      "gap is noticed": () => {
        isGap = false;
        follower.hold();
      },
      read: catchUp,
      answer: () => asked.shift()?.answer(),
      fail: () => asked.shift()?.fail(),
    };
    for (const event of all) {
      act[event]();
      await settled();
    }
    follower.hold();
    catchUp();
    while (asked.length > 0 || told.length < log.length) {
      asked.shift()?.answer();
      await settled();
    }
    publish(true);
    expect(told).toEqual(log.map(({ seq }) => seq));
  });
  await fc.assert(runs, { numRuns: 300 });
});

test("what is heard while it reads is bounded, and read again", async () => {
  const told: number[] = [];
  const log: Placed[] = [];
  const pages: (() => void)[] = [];
  const follower = new Follower<Placed>({
    after: 0,
    read: (after) =>
      new Promise((resolve) => {
        pages.push(() => {
          const found = log.filter(({ seq }) => seq > after);
          resolve({ found, upTo: found.at(-1)?.seq ?? after, isAll: true });
        });
      }),
    tell: ({ seq }) => told.push(seq),
  });
  const caughtUp = follower.catchUp();
  for (let seq = 1; seq <= 1000; seq += 1) follower.hear({ seq });
  pages.shift()!();
  await settled();
  for (let seq = 1; seq <= 1000; seq += 1) log.push({ seq });
  pages.shift()!();
  await caughtUp;
  expect(told).toEqual(log.map(({ seq }) => seq));
});

/** What was promised so far has been done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
