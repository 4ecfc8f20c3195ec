import { expect, test } from "bun:test";
import { EventQueue } from "./event-queue.ts";
import { seededRandom } from "./random.ts";
import { Server, type ServerModel } from "./server.ts";

const steadily: ServerModel = {
  ...{ workers: 2, serviceMs: { kind: "constant", ms: 10 }, maxQueued: 100 },
};

function serverOf(model: Partial<ServerModel>) {
  const clock = new EventQueue({ maxEvents: 10_000 });
  return {
    clock,
    server: new Server({ ...steadily, ...model }, { clock, random: seededRandom(1, 0) }),
  };
}

/** When each of the requests, which come at these times, is done; NaN for a refused one. */
function doneAt(model: Partial<ServerModel>, arrivals: readonly number[]): number[] {
  const { clock, server } = serverOf(model);
  const done = arrivals.map(() => Number.NaN);
  for (const [index, atMs] of arrivals.entries()) {
    clock.at(atMs, () => {
      server.tryStart(() => {
        done[index] = clock.nowMs();
      });
    });
  }
  while (clock.runNext(1e6));
  return done;
}

const never = Number.NaN;
const slow = { fromMs: 100, untilMs: 200, serviceMs: { kind: "constant", ms: 50 } } as const;
const pauses = [
  { fromMs: 105, untilMs: 125 },
  { fromMs: 130, untilMs: 140 },
];

test.each<[string, Partial<ServerModel>, at: number[], done: number[]]>([
  ["who comes first is served first", {}, [0, 1, 2, 3, 4], [10, 11, 20, 21, 30]],
  [
    "beyond its line it refuses",
    { maxQueued: 1 },
    [0, 0, 0, 0, 9, 11],
    [10, 10, 20, never, never, 21],
  ],
  ["without a line it refuses at once", { maxQueued: 0 }, [0, 0, 0], [10, 10, never]],
  [
    "what begins in a slow time is slow",
    { slowdowns: [slow] },
    [95, 100, 199, 200],
    [105, 150, 249, 210],
  ],
  ["pauses stop work under way", { pauses }, [90, 100, 124, 150], [100, 130, 145, 160]],
  ["work goes on between two pauses", { pauses }, [100, 126], [130, 146]],
  [
    "a cold start wears off",
    { coldStart: { durationMs: 100, factor: 5 } },
    [0, 50, 100],
    [50, 80, 110],
  ],
  [
    "beyond its knee more inside is slower",
    { workers: 4, knee: { inside: 2, slope: 0.5 } },
    [0, 0, 0, 0],
    [10, 10, 15, 20],
  ],
])("%s", (_name, model, at, done) => {
  expect(doneAt(model, at)).toEqual(done);
});

test("a line of thousands keeps its order", () => {
  const count = 5000;
  const done = doneAt({ workers: 1, maxQueued: count }, new Array<number>(count).fill(0));
  expect(done).toEqual(Array.from({ length: count }, (_, index) => 10 * (index + 1)));
});

test("it is saturated when no worker is free, or none moves", () => {
  const { clock, server } = serverOf({ pauses: [{ fromMs: 5, untilMs: 6 }] });
  const seen: [busy: number, queued: number, isSaturated: boolean][] = [];
  const look = () => seen.push([server.busy, server.queued, server.isSaturated()]);
  look();
  for (const atMs of [5, 6, 7]) clock.at(atMs, look);
  for (const _ of [1, 2, 3]) clock.at(7, () => server.tryStart(() => {}));
  clock.at(8, look);
  while (clock.runNext(8));
  expect(seen).toEqual([
    [0, 0, false],
    [0, 0, true],
    [0, 0, false],
    [0, 0, false],
    [2, 1, true],
  ]);
});

test.each<[string, Partial<ServerModel>, string]>([
  ["no worker", { workers: 0 }, "server.workers 0"],
  ["half a worker", { workers: 0.5 }, "server.workers 0.5"],
  ["a line without end", { maxQueued: 1 / 0 }, "server.maxQueued Infinity"],
  ["a negative time", { serviceMs: { kind: "constant", ms: -1 } }, "server.serviceMs.ms -1"],
  [
    "a slow time before its beginning",
    { slowdowns: [{ ...slow, untilMs: 1 }] },
    "slowdowns[0].untilMs 1",
  ],
  ["pauses out of order", { pauses: pauses.toReversed() }, "pauses[1].fromMs 105"],
  [
    "a cold start that is fast",
    { coldStart: { durationMs: 1, factor: 0.5 } },
    "coldStart.factor 0.5",
  ],
  ["a knee at nothing", { knee: { inside: 0, slope: 1 } }, "knee.inside 0"],
  ["a knee that helps", { knee: { inside: 1, slope: -1 } }, "knee.slope -1"],
])("%s is refused", (_name, model, words) => {
  expect(() => serverOf(model)).toThrow(`Cannot use ${words}: `);
});
