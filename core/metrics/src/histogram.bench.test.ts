import { test } from "bun:test";
import { compare } from "../../../tools/compare.ts";
import { builtinMetrics } from "./builtins.ts";
import { Histogram } from "./histogram.ts";
import type { TagSource } from "./metric.ts";
import { Registry } from "./registry.ts";

/** From 50 µs to 20 ms, each octave as full as the next, in an order that repeats. */
const values = Float64Array.from({ length: 4096 }, (_, index) => {
  return 0.05 * 400 ** (((index * 2_654_435_761) % 4096) / 4096);
});

test("bench: a value into a histogram, or through a metric with one submetric", () => {
  const histogram = new Histogram();
  const { http_req_duration } = builtinMetrics(new Registry());
  const tags: TagSource = { tag: () => "true", all: () => ({}) };
  compare("add a value", [
    {
      name: "kept in an array",
      run: (times) => {
        const kept: number[] = [];
        for (let index = 0; index < times; index += 1) kept.push(values[index & 4095]!);
        return kept.length;
      },
    },
    {
      name: "histogram",
      run: (times) => {
        histogram.reset();
        for (let index = 0; index < times; index += 1) histogram.add(values[index & 4095]!);
        return histogram.count;
      },
    },
    {
      name: "metric",
      run: (times) => {
        for (let index = 0; index < times; index += 1) {
          http_req_duration.add(values[index & 4095]!, tags, index);
        }
        return times;
      },
    },
  ]);
});
