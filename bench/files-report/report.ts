import { table, verdict } from "../parts/part.ts";
import type { Machine } from "../results.ts";
import type { LoadRun } from "./load.ts";
import type { Measured } from "./measure-operation.ts";
import { seedLoads } from "./seed-figures.ts";
import type { MemorySnapshot } from "./service.ts";
import {
  checksPassed,
  curveTable,
  figure,
  loadTable,
  memoryTable,
  microTable,
  percent,
  time,
  timeTable,
  whole,
} from "./tables.ts";

/** Everything that was measured; as JSON beside the page. */
export interface Report {
  readonly command: string;
  readonly startedAt: string;
  readonly minutes: number;
  readonly factor: number;
  readonly machine: Machine;
  readonly confinement: string;
  readonly micro: readonly Measured[];
  /** ping, read, upload, batch, soak and breaking_point. */
  readonly loads: readonly LoadRun[];
  readonly memory: readonly MemorySnapshot[];
  readonly soakMemory: readonly MemorySnapshot[];
}

/** The report in the seed's form. */
export function reportPage(report: Report): string {
  const { memory, soakMemory, loads } = report;
  const load = (name: string): LoadRun => loads.find((each) => each.name === name)!;
  return [
    ...heading(report),
    ...microChapter(report),
    "## 2. Load tests, with the embedded store",
    "",
    ...["ping", "read", "upload", "batch"].flatMap((name, index) => [
      `### 2${"abcd"[index]}. ${titles[name]}`,
      "",
      ...loadTable(load(name)),
      "",
      ...notes(load(name)),
    ]),
    "## 3. Soak: does anything grow?",
    "",
    ...loadTable(load("soak")),
    "",
    ...notes(load("soak")),
    "### Memory before and after",
    "",
    ...memoryTable(soakMemory),
    "",
    ...soakVerdict(load("soak")),
    "",
    "## 4. Memory across all tests",
    "",
    ...memoryTable([...memory, ...soakMemory.slice(-1)]),
    "",
    "`alloc_mb` is the heap in use, `sys_mb` the resident memory, and Goroutines stands for requests under",
    "way and the loop. Ping to breaking point are one process, the soak another one, as in the seed's.",
    "",
    ...breakingChapter(load("breaking_point")),
    "## 6. Where it failed",
    "",
    ...failures(loads),
    "",
    "## 7. Scorecard",
    "",
    ...scorecard(report, load),
    "",
  ].join("\n");
}

function microChapter({ micro }: Report): readonly string[] {
  const isCache = ({ name }: Measured): boolean => /^(Cache|Presign)/.test(name);
  return [
    "## 1. Microbenchmarks",
    "",
    "> In one process, without network or store. The seed's are Go's `testing.B`.",
    "",
    "### 1a. Handlers",
    "",
    ...microTable(micro.filter((each) => !isCache(each))),
    "",
    "### 1b. Cache of download links",
    "",
    ...microTable(micro.filter(isCache)),
    "",
    "B/op is how much the collected heap grew for each operation while nothing was collected: whole",
    "blocks, without the letters of texts and the contents of buffers, which lie outside of it. A dash:",
    "a collection came in between each time. How many allocations there were cannot be known here.",
    "",
  ];
}

function breakingChapter(breaking: LoadRun): readonly string[] {
  return [
    "## 5. Breaking point: up to 5,000 users",
    "",
    ...loadTable(breaking),
    "",
    ...notes(breaking),
    "### Throughput by users",
    "",
    ...curveTable(breaking),
    "",
    "### Throughput by time",
    "",
    ...timeTable(breaking),
    "",
  ];
}

const titles: Readonly<Record<string, string>> = {
  ping: "Ping, up to 200 users",
  read: "Read, up to 300 users",
  upload: "Upload, up to 100 users, 50 KB each",
  batch: "Batch, up to 50 users, 5 files of 50 KB each",
};

function heading(report: Report): readonly string[] {
  const { machine, command, startedAt, minutes, factor, confinement } = report;
  const { processor, cores, kernel, bun, loadBefore } = machine;
  return [
    "# The file service under load",
    "",
    `Written by \`${command}\` on ${startedAt.slice(0, 10)}, in ${minutes.toFixed(0)} minutes: ${processor}, ${cores} cores, Linux ${kernel},`,
    `Bun ${bun}; ${loadBefore.toFixed(1)} processes were running when it began.`,
    "",
    `**Service:** \`bw files\` with its embedded store, on core 0; ${confinement}.`,
    `**Load:** \`bw run\` of \`examples/scripts/files\` on core 1${factor === 1 ? "" : `, stages at ${factor} of their length`}.`,
    "**Seed's:** the original on Go 1.20 with real S3 behind it, 1 core and 900 MiB by the runtime's own limits,",
    "k6 on the same machine. Its store was a network away, which its read, upload, batch and soak figures show.",
    "",
  ];
}

function notes(run: LoadRun): readonly string[] {
  const { note } = seedLoads[run.name] ?? {};
  const busy = `The load used ${percent(run.clientCpuShare)} of its core: it was the load that could do no more, or nearly.`;
  const lines = [...(note ? [`Seed: ${note}.`] : []), ...(run.clientCpuShare > 0.9 ? [busy] : [])];
  return lines.length === 0 ? [] : [...lines, ""];
}

function soakVerdict({ rssSlope }: LoadRun): readonly string[] {
  if (rssSlope === undefined) return ["Too short to say whether memory grows."];
  const { perMinute, low, high } = rssSlope;
  const interval = `${perMinute.toFixed(3)} MB a minute, at 95 % between ${low.toFixed(3)} and ${high.toFixed(3)}`;
  const said =
    low > 0
      ? "**It grows.**"
      : high <= 0
        ? "**It does not grow:** the whole interval is at 0 or below."
        : "**No growth can be shown:** 0 lies within the interval. What it does not rule out is its upper end.";
  return [
    `Resident memory, after a fifth of the time to warm up: ${interval}.`,
    said,
    "Before, the service had answered the same requests without pauses for 20 s. (Least squares over",
    "the means of 20 blocks, since neighbouring samples are alike.)",
  ];
}

function failures(loads: readonly LoadRun[]): readonly string[] {
  const rows = loads.flatMap((run) => [
    ...run.failedThresholds.map((threshold) => [run.name, `threshold ${threshold}`, ""]),
    ...run.checks
      .filter(({ fails }) => fails > 0)
      .map(({ name, passes, fails }) => [
        run.name,
        `check "${name}"`,
        `${whole(fails)} of ${whole(passes + fails)}`,
      ]),
  ]);
  if (rows.length === 0) return ["Nowhere: every check and every threshold of every test held."];
  return table(["Test", "What failed", "How often"], rows);
}

interface Goal {
  readonly what: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly unit: string;
}

function scorecard(report: Report, load: (name: string) => LoadRun): readonly string[] {
  const rows = report.loads.map((run) => {
    const seed = seedLoads[run.name];
    return [
      run.name,
      whole(figure(run, "vus_max", "max")),
      `${whole(figure(run, "http_reqs", "rate"))} req/s`,
      time(figure(run, "http_req_duration", "p(95)")),
      percent(figure(run, "http_req_failed", "rate")),
      percent(checksPassed(run)),
      `${seed?.requestsPerSecond} req/s, ${time(seed?.p95Ms)}`,
      run.failedThresholds.length === 0 && checksPassed(run) === 1 ? "passed" : "**failed**",
    ];
  });
  const head = ["Test", "Users", "Throughput", "P95", "Failed", "Checks", "seed: throughput, P95"];
  return [
    ...table([...head, "Outcome"], rows),
    "",
    ...table(["To reach", "Measured", "Wanted", ""], goals(report, load).map(goalRow)),
  ];
}

function goals({ micro }: Report, load: (name: string) => LoadRun): readonly Goal[] {
  const ns = (name: string): number => micro.find((each) => each.name === name)?.ns ?? Number.NaN;
  const p95 = (name: string): number => figure(load(name), "http_req_duration", "p(95)");
  const breaking = load("breaking_point");
  const batch = (ns("BatchDownloadRequestParsing") - ns("PingHandler")) / 1000;
  return [
    {
      what: "`/ping`, 5,000 users",
      value: figure(breaking, "http_reqs", "rate"),
      ...{ atLeast: 32_009, unit: "req/s" },
    },
    { what: "the same, P95", value: p95("breaking_point"), atMost: 162, unit: "ms" },
    {
      what: "the same, failed",
      value: figure(breaking, "http_req_failed", "rate"),
      ...{ atMost: 0, unit: "" },
    },
    { what: "P95 of ping", value: p95("ping"), atMost: 0.84, unit: "ms" },
    { what: "P95 of read", value: p95("read"), atMost: 50, unit: "ms" },
    { what: "P95 of upload", value: p95("upload"), atMost: 100, unit: "ms" },
    { what: "P95 of batch", value: p95("batch"), atMost: 100, unit: "ms" },
    {
      what: "batch of 50 cached paths beyond a ping, in process",
      value: batch,
      atMost: 15,
      unit: "µs",
    },
    { what: "presign cache hit", value: ns("CacheGet"), atMost: 150, unit: "ns" },
    { what: "presign miss", value: ns("PresignMiss") / 1000, atMost: 20, unit: "µs" },
    {
      what: "soak: slope of RSS, low end at 95 %",
      value: load("soak").rssSlope?.low ?? Number.NaN,
      ...{ atMost: 0, unit: "MB/min" },
    },
  ];
}

function goalRow({ what, value, atMost, atLeast, unit }: Goal): readonly string[] {
  const wanted = atLeast === undefined ? `≤ ${atMost}` : `≥ ${whole(atLeast)}`;
  // Above 1 what is measured is better than what is wanted; 0 of 0 is reached.
  const ratio = atLeast === undefined ? (value <= (atMost ?? 0) ? 1 : 0) : value / atLeast;
  const shown = value >= 1000 ? whole(value) : value.toFixed(value < 10 ? 2 : 1);
  const isThere = Number.isNaN(value) ? Number.NaN : ratio;
  return [what, `${shown} ${unit}`.trim(), `${wanted} ${unit}`.trim(), verdict(isThere, 1)];
}
