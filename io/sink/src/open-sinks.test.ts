import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSampling, openSeriesSinks, samplingPlan, writeHeads } from "./open-sinks.ts";
import { parseOutputs } from "./outputs.ts";
import { SeriesTable } from "./series/series-table.ts";
import { fastClock } from "./testing/fast-clock.ts";
import { receiver } from "./testing/receiver.ts";
import { checks, duration, requests, tagged } from "./testing/samples.ts";
import { seenIo } from "./testing/sink-io.ts";

test("all outputs of a run get all samples of all its processes", async () => {
  using server = receiver();
  const dir = mkdtempSync(join(tmpdir(), "breakwater-sinks-"));
  const json = join(dir, "out.json");
  const csv = join(dir, "out.csv");
  const specs = [`json=${json}`, `csv=${csv}`, `influxdb=${server.url}`];
  const { outputs } = parseOutputs([...specs, "experimental-prometheus-rw", "opentelemetry"], {
    systemTags: ["url"],
    env: {
      K6_PROMETHEUS_RW_SERVER_URL: `${server.url}/prometheus`,
      K6_OTEL_EXPORTER_PROTOCOL: "http/protobuf",
      K6_OTEL_HTTP_EXPORTER_INSECURE: "true",
      K6_OTEL_HTTP_EXPORTER_ENDPOINT: server.url.replace("http://", ""),
      K6_OTEL_HTTP_EXPORTER_URL_PATH: "/otlp",
    },
  });
  const io = { ...seenIo(fastClock()), processes: 2 };
  const plan = JSON.parse(JSON.stringify(samplingPlan(outputs, { isGrouping: false })));
  writeHeads(plan, [{ ...requests, thresholds: [] }], io);
  const sinks = await openSeriesSinks(outputs.series, io);
  for (const process of [1, 2]) {
    const sampling = openSampling(plan, io);
    sampling.add(requests, process, tagged({ url: "u" }), 1);
    sampling.add(duration, process, tagged({ url: "u" }), 1);
    sinks.take(sampling.drain().series!);
    await sampling.close();
  }
  await sinks.close();
  expect(readFileSync(json, "utf8").trimEnd().split("\n")).toHaveLength(5);
  expect(readFileSync(csv, "utf8").split("\n")[0]).toBe(
    "metric_name,timestamp,metric_value,url,extra_tags,metadata",
  );
  expect(readFileSync(csv, "utf8").trimEnd().split("\n")).toHaveLength(5);
  expect(server.received.map(({ path }) => path.split("?")[0]).sort()).toEqual([
    "/otlp",
    "/prometheus",
    "/query",
    "/query",
    "/write",
    "/write",
  ]);
  expect([...io.lost, ...io.troubles]).toEqual([]);
  rmSync(dir, { recursive: true });
});

test("without outputs there is nothing to do", () => {
  expect(samplingPlan({ samples: [], series: [] }, { isGrouping: false })).toBeUndefined();
});

test("with files alone nothing is folded", async () => {
  const { outputs } = parseOutputs(["csv=/dev/null"], { env: {}, systemTags: [] });
  const sampling = openSampling(samplingPlan(outputs, { isGrouping: false })!, seenIo());
  sampling.add(requests, 1, tagged({}), 1);
  expect(sampling.drain()).toEqual({});
  await sampling.close();
});

test("for the summary samples are folded by scenario, group and check", () => {
  const plan = samplingPlan({ samples: [], series: [] }, { isGrouping: true });
  const sampling = openSampling(plan!, seenIo());
  for (const status of ["200", "404"]) {
    sampling.add(requests, 1, tagged({ scenario: "s", group: "::g", status }), 1);
  }
  sampling.add(checks, 1, tagged({ scenario: "s", check: "ok" }), 1);
  const table = new SeriesTable(() => {});
  table.merge(sampling.drain().groups!);
  expect(table.all().map(({ name, tags, cell }) => [name, Object.fromEntries(tags), cell])).toEqual(
    [
      ["http_reqs", { scenario: "s", group: "::g" }, { type: "counter", total: 2 }],
      ["checks", { scenario: "s", check: "ok" }, { type: "rate", passes: 1, total: 1 }],
    ],
  );
});
