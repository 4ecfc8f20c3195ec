import { table } from "../parts/part.ts";
import type { LoadRun, Tick } from "./load.ts";
import type { Measured } from "./measure-operation.ts";
import { type SeedLoad, seedCurve, seedLoads, seedMemory, seedMicro } from "./seed-figures.ts";
import type { MemorySnapshot } from "./service.ts";

/** A duration as people say it. */
export function time(ms: number | undefined): string {
  if (ms === undefined || Number.isNaN(ms)) return "–";
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`;
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 2 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export const whole = (value: number): string =>
  Number.isNaN(value) ? "–" : Math.round(value).toLocaleString("en-GB");

export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Of a load test: a figure of one of its metrics, NaN where there is none. */
export function figure({ metrics }: LoadRun, metric: string, stat: string): number {
  return metrics[metric]?.values[stat] ?? Number.NaN;
}

/** The share of checks that held. */
export function checksPassed({ checks }: LoadRun): number {
  const passes = checks.reduce((sum, check) => sum + check.passes, 0);
  const fails = checks.reduce((sum, check) => sum + check.fails, 0);
  return passes / (passes + fails);
}

export function microTable(measured: readonly Measured[]): string[] {
  const rows = measured.map(({ name, what, ns, bytes }) => {
    const [seedNs, seedBytes, seedAllocs] = seedMicro[name] ?? [];
    return [
      `\`${name}\``,
      whole(ns),
      bytes === undefined ? "–" : whole(bytes),
      seedNs === undefined ? "–" : whole(seedNs),
      seedBytes === undefined ? "–" : whole(seedBytes),
      seedAllocs ?? "–",
      what,
    ];
  });
  const seed = ["seed: ns/op", "seed: B/op", "seed: allocs/op"];
  return table(["Benchmark", "ns/op", "B/op", ...seed, "What"], rows);
}

export function loadTable(run: LoadRun): string[] {
  const seed: SeedLoad | undefined = seedLoads[run.name];
  const took = (stat: string): string => time(figure(run, "http_req_duration", stat));
  return table(
    ["Metric", "`bw files`", "the seed's"],
    [
      ["Requests", whole(figure(run, "http_reqs", "count")), whole(seed?.requests ?? Number.NaN)],
      [
        "**Throughput**",
        `${figure(run, "http_reqs", "rate").toFixed(1)} req/s`,
        `${seed?.requestsPerSecond} req/s`,
      ],
      ["Avg latency", took("avg"), time(seed?.avgMs)],
      ["Median", took("med"), time(seed?.medMs)],
      ["P90", took("p(90)"), time(seed?.p90Ms)],
      ["**P95**", took("p(95)"), time(seed?.p95Ms)],
      ["P99", took("p(99)"), "–"],
      ["Max", took("max"), time(seed?.maxMs)],
      ["Requests that failed", percent(figure(run, "http_req_failed", "rate")), "0.00 %"],
      ["Checks passed", percent(checksPassed(run)), percent(seed?.checksPassed ?? Number.NaN)],
      ["Sent", megabytesOf(figure(run, "data_sent", "count")), "–"],
      ["Processor of the service", `${run.serviceCpuSeconds.toFixed(1)} s`, "–"],
      ["Core of the load, in use", percent(run.clientCpuShare), "–"],
    ],
  );
}

const megabytesOf = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export function memoryTable(snapshots: readonly MemorySnapshot[]): string[] {
  const rows = snapshots.map(({ when, allocMb, sysMb, collections, underWay, peakRssMb }) => {
    const seed = seedMemory.find(([name]) => name === when);
    const seedCells = seed?.slice(1).map(String) ?? ["–", "–", "–", "–"];
    const own = [allocMb.toFixed(1), sysMb.toFixed(1), `${collections}`, `${underWay}`];
    return [when, ...own, peakRssMb.toFixed(0), ...seedCells];
  });
  const head = ["alloc_mb", "sys_mb", "GC cycles", "Goroutines"];
  return table(
    ["Snapshot", ...head, "peak RSS, MiB", ...head.map((name) => `seed: ${name}`)],
    rows,
  );
}

/** Throughput by the number of users, at the seed's points. */
export function curveTable({ ticks }: LoadRun): string[] {
  const rows = seedCurve.map(([users, seedPerSecond]) => {
    // The first second with so many, and the last before there are more or they go.
    const at = ticks.findIndex((tick) => tick.users >= users * 0.99);
    const tick = ticks[at];
    if (tick === undefined) return [whole(users), "–", "–", "–", whole(seedPerSecond)];
    const rest = ticks.slice(at);
    const end = rest.findIndex((each) => each.users > users * 1.01 || each.users < users * 0.9);
    const held = rest.slice(0, Math.max(2, end === -1 ? rest.length : end));
    return [
      whole(users),
      `${tick.seconds.toFixed(0)} s`,
      whole(tick.requests),
      whole(rateOver(held)),
      whole(seedPerSecond),
    ];
  });
  return table(["Users", "reached after", "requests until then", "req/s", "seed: req/s"], rows);
}

function rateOver(ticks: readonly Tick[]): number {
  const [first, last] = [ticks[0], ticks.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return (last.requests - first.requests) / (last.seconds - first.seconds);
}

/** Requests/s over the time, a row for each twentieth of it. */
export function timeTable({ ticks }: LoadRun): string[] {
  const step = Math.max(1, Math.floor(ticks.length / 20));
  const rows = ticks.flatMap((tick, index) => {
    const before = ticks[index - step];
    if (index % step !== 0 || before === undefined) return [];
    return [
      [
        `${tick.seconds.toFixed(0)} s`,
        whole(tick.users),
        whole(rateOver([before, tick])),
        tick.rssMb.toFixed(0),
      ],
    ];
  });
  return table(["Time", "Users", "req/s since the row before", "RSS, MB"], rows);
}
