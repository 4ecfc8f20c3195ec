import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtinMetrics, Registry } from "@breakwater/metrics";
import type { Outputs } from "@breakwater/sink";
import { emptyTags } from "../measure/sample-tags.ts";
import { toPlan } from "../plan/to-plan.ts";
import { openRunOutputs } from "./run-outputs.ts";
import { fakeIo } from "./testing/fake-io.ts";

const plan = toPlan(
  {
    thresholds: {
      iterations: [{ expression: "count>1", abortOnFail: false, delayAbortEvalMs: 0 }],
    },
  },
  { userAgent: "test" },
);

function open(outputs: Outputs) {
  const registry = new Registry();
  builtinMetrics(registry);
  const told: string[] = [];
  const onLost = (line: string): void => void told.push(`lost ${line}`);
  const onTrouble = (line: string): void => void told.push(`trouble ${line}`);
  const common = { plan, registry, workers: 2, io: fakeIo(), onLost, onTrouble };
  return { registry, told, opening: openRunOutputs({ outputs, isGrouping: false, ...common }) };
}

test("a file begins with all metrics, then has the run's own samples", async () => {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-outputs-"));
  const path = join(dir, "out.json");
  const { registry, opening } = open({ samples: [{ kind: "json", path }], series: [] });
  const outputs = await opening;
  const read = () => {
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line));
  };
  expect(read().map(({ metric }) => metric)).toEqual([...registry.metricNames()]);
  expect(read().find(({ metric }) => metric === "iterations").data.thresholds).toEqual(["count>1"]);
  registry.metric("vus", "gauge").add(2, emptyTags, 0);
  await Promise.resolve();
  // Nobody has to flush: setup's samples are there while it runs.
  expect(read().at(-1)).toMatchObject({ type: "Point", metric: "vus", data: { value: 2 } });
  await outputs.close();
  await outputs.close();
  registry.metric("vus", "gauge").add(3, emptyTags, 0);
  await Promise.resolve();
  expect(read().at(-1)).toMatchObject({ data: { value: 2 } });
  rmSync(dir, { recursive: true });
});

test("a receiver is told of the workers' samples and the run's own, each series once", async () => {
  const seen: string[] = [];
  using server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      seen.push(`${new URL(request.url).pathname} ${(await request.arrayBuffer()).byteLength > 0}`);
      return new Response(null, { status: 204 });
    },
  });
  const { registry, opening, told } = open({
    samples: [],
    series: [
      {
        kind: "prometheus",
        url: `${server.url}write`,
        headers: {},
        tls: { isInsecure: false },
        aws: undefined,
        pushIntervalMs: 5000,
        trendStats: [],
        asNativeHistogram: false,
        hasStaleMarkers: false,
      },
    ],
  });
  await using outputs = await opening;
  registry.metric("vus", "gauge").add(2, emptyTags, 0);
  const values = { type: "counter", total: 3 } as const;
  const series = [{ name: "http_reqs", contains: "default", values, unixMs: 1 } as const];
  outputs.take({ series: { tagSets: [{ tags: [], series }], droppedSamples: 0 } });
  await outputs.close();
  expect(seen).toEqual(["/write true"]);
  expect(told).toEqual([]);
});

test("a file that cannot be written is a lost result", async () => {
  const { told, opening } = open({
    samples: [
      {
        kind: "csv",
        path: "/dev/full",
        saveIntervalMs: 1000,
        timeFormat: "unix",
        columns: [],
        ignored: [],
      },
    ],
    series: [],
  });
  await (await opening).close();
  expect(told).toEqual([expect.stringContaining('lost Cannot write samples to "/dev/full"')]);
});

test("without outputs there is nothing to do", async () => {
  const { registry, opening } = open({ samples: [], series: [] });
  await (await opening).close();
  expect(registry.isListenedTo).toBe(false);
});
