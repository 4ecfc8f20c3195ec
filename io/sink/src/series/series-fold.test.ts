import { expect, test } from "bun:test";
import { checks, duration, requests, tagged, vus } from "../testing/samples.ts";
import { originMs } from "../testing/sink-io.ts";
import { MAX_SERIES, type SeriesBatch, SeriesFold } from "./series-fold.ts";
import { SeriesTable } from "./series-table.ts";

const overTheWire = (batch: SeriesBatch): SeriesBatch => JSON.parse(JSON.stringify(batch));

function table() {
  const dropped: number[] = [];
  return { table: new SeriesTable((count) => dropped.push(count)), dropped };
}

test("what several processes fold is one series for each metric and set of tags", () => {
  const { table: all } = table();
  for (const second of [0, 1]) {
    for (const worker of [new SeriesFold({ originMs }), new SeriesFold({ originMs })]) {
      for (const [index, status] of ["200", "200", "404"].entries()) {
        // vu and iter are metadata, an empty tag is none, and order does not matter.
        const tags = tagged({ status, url: "u", vu: String(index), error: "" });
        const timeMs = second * 1000 + index;
        worker.add(requests, 1, tags, timeMs);
        worker.add(checks, index, tagged({ url: "u", status }), timeMs);
        worker.add(duration, index + 1, tags, timeMs);
      }
      worker.add(vus, second, tagged({}), second * 1000);
      all.merge(overTheWire(worker.drain()));
    }
  }
  const told = all.all().map(({ name, tags, cell, unixMs }) => {
    const values = cell.type === "trend" ? cell.sketch.snapshot() : cell;
    return [name, Object.fromEntries(tags).status, unixMs - originMs, values];
  });
  const trend = { buckets: expect.any(Array), min: 1, max: 2, count: 8, sum: 12 };
  expect(told).toEqual([
    ["http_reqs", "200", 1001, { type: "counter", total: 8 }],
    ["http_req_duration", "200", 1001, trend],
    ["checks", "200", 1001, { type: "rate", passes: 4, total: 8 }],
    ["http_reqs", "404", 1002, { type: "counter", total: 4 }],
    ["http_req_duration", "404", 1002, { ...trend, min: 3, max: 3, count: 4 }],
    ["checks", "404", 1002, { type: "rate", passes: 4, total: 4 }],
    ["vus", undefined, 1000, { type: "gauge", value: 1, min: 0, max: 1, unixMs: originMs + 1000 }],
  ]);
});

test("of two gauges the later one counts, in whatever order they come", () => {
  const { table: all } = table();
  const [late, early] = [new SeriesFold({ originMs }), new SeriesFold({ originMs })];
  late.add(vus, 9, tagged({}), 500);
  early.add(vus, 1, tagged({}), 400);
  all.merge(late.drain());
  all.merge(early.drain());
  expect(all.all()[0]?.cell).toMatchObject({ value: 9 });
});

test("a drained fold has forgotten all", () => {
  const fold = new SeriesFold({ originMs });
  fold.add(requests, 1, tagged({}), 1);
  fold.drain();
  expect(fold.drain()).toEqual({ tagSets: [], droppedSamples: 0 });
  // The burst cache must not keep a set that was handed over.
  fold.add(duration, 2, tagged({}), 1);
  expect(fold.drain().tagSets).toHaveLength(1);
});

test("beyond their limit series are dropped and counted, those there are go on", () => {
  const fold = new SeriesFold({ originMs });
  const { table: all, dropped } = table();
  const add = (index: number) => fold.add(requests, 1, tagged({ url: String(index) }), index);
  for (let index = 0; index < MAX_SERIES + 3; index += 1) add(index);
  add(0);
  const batch = fold.drain();
  expect(batch.droppedSamples).toBe(3);
  all.merge(batch);
  add(-1);
  all.merge(fold.drain());
  expect(dropped).toEqual([3, 1]);
  expect(all.all()).toHaveLength(MAX_SERIES);
  expect(all.all()[0]?.cell).toEqual({ type: "counter", total: 2 });
});
