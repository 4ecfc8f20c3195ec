import { expect, test } from "bun:test";
import { join } from "node:path";
import { FakeClock } from "@breakwater/clock/testing";
import {
  CheckTree as Checks,
  type CheckTree,
  type MetricContents,
  type MetricType,
  Registry,
  type TagSource,
} from "@breakwater/metrics";
import { openSampling, SeriesTable, samplingPlan } from "@breakwater/sink";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { judge } from "../verdict/judge.ts";
import { toSummaryData } from "./summary-data.ts";
import { toSummaryGroups } from "./summary-groups.ts";
import { textSummary } from "./text-summary.ts";

/**
 * One run of k6 2.2.0 with `--summary-mode=full --out json=…`: three scenarios, one of them called
 * "default", groups in groups, one in setup(), and thresholds. What it printed is compared with
 * what we print of its samples.
 */
const fixture = (name: string) => Bun.file(join(import.meta.dir, "fixtures", name)).text();

const elapsedMs = 4610;

test("of the samples of a run of k6 the full summary has what k6's has, line by line", async () => {
  const ours = textSummary(...(await summaryOf("k6-full-samples.ndjson")));
  const theirs = await fixture("k6-full-summary.txt");
  expect(toBlocks(ours)).toEqual(toBlocks(theirs));
});

test("groups within groups are further in, and a scenario has its groups", async () => {
  const ours = textSummary(...(await summaryOf("k6-full-samples.ndjson")));
  const titles = ours.split("\n").filter((line) => /█|↳ GROUP/.test(line));
  expect(titles).toEqual([
    "  █ THRESHOLDS",
    "  █ TOTAL RESULTS",
    "  █ GROUP: setup",
    "    ↳ GROUP: prepare",
    "  █ GROUP: cart",
    "    ↳ GROUP: pay",
    "  █ SCENARIO: api",
    "    ↳ GROUP: empty",
    "  █ SCENARIO: shop",
    "    ↳ GROUP: login",
    "      ↳ GROUP: inner",
  ]);
});

const summaryTrendStats = ["avg", "min", "med", "max", "p(90)", "p(95)"];

async function summaryOf(name: string): Promise<Parameters<typeof textSummary>> {
  const registry = new Registry();
  const checks = new Checks({ maxNames: 100 });
  const plan = samplingPlan({ samples: [], series: [] }, { isGrouping: true })!;
  const quiet = { onLost: () => {}, onTrouble: () => {} };
  const clock = new FakeClock();
  const sampling = openSampling(plan, { clock, originMs: 0, processes: 1, ...quiet });
  registry.listen(sampling.add);
  const lines = (await fixture(name)).trimEnd().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as Entry);
  for (const { type, data } of entries) {
    if (type === "Metric") registry.metric(data.name, data.type, data.contains);
  }
  registry.submetric("http_req_duration{expected_response:true}");
  const { bound } = checkThresholds(thresholds, registry);
  for (const { type, metric, data } of entries)
    if (type === "Point") add(registry, checks, metric, data);
  const table = new SeriesTable(() => {});
  table.merge(sampling.drain().groups!);
  const data = toSummaryData({
    registry,
    rootGroup: checks.toRootGroup((path) => path),
    verdicts: judge(bound, { elapsedMs, phase: "end" }),
    options: { summaryTrendStats, summaryTimeUnit: "", noColor: true },
    state: { isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: elapsedMs },
    setup_data: undefined,
  });
  const groups = toSummaryGroups(table.all(), { summaryTrendStats, elapsedMs });
  return [data, { mode: "full", colors: false, groups }];
}

interface Entry {
  readonly type: "Metric" | "Point";
  readonly metric: string;
  readonly data: {
    readonly name: string;
    readonly type: MetricType;
    readonly contains: MetricContents;
    readonly value: number;
    readonly tags: Readonly<Record<string, string>>;
  };
}

function add(registry: Registry, checks: CheckTree, name: string, { value, tags }: Entry["data"]) {
  const source: TagSource = { tag: (tag) => tags[tag], all: () => tags };
  const { type, contains } = registry.tryGet(name)!;
  registry.metric(name, type, contains).add(value, source, 0);
  if (name === "checks") checks.add(tags.group ?? "", tags.check!, value !== 0);
}

const on = (expression: string) => [{ expression, abortOnFail: false, delayAbortEvalMs: 0 }];

const thresholds = {
  http_req_duration: on("avg<1000"),
  "http_req_duration{scenario:shop}": on("max<0.0001"),
  my_counter: on("count>1000"),
  checks: on("rate>0.9"),
  "http_reqs{status:404}": on("count>=1"),
  "my_gauge{x:1}": on("value<5"),
};

/**
 * Each block's lines without what may differ: percentiles (ours are within 0.1 %), rates (the
 * length of k6's run is not in its samples), widths that follow from those, the order of checks.
 */
function toBlocks(text: string): Record<string, string[]> {
  const blocks = text
    .trim()
    .replace(/\n\n\n {2}med, p\(90\), p\(95\) are within .*/, "")
    .replaceAll(/(med|p\(\d+\))=\S+/g, "$1")
    .replaceAll(/[\d.]+( [kM]?B)?\/s/g, "each second")
    .replaceAll(/ +/g, " ")
    .split(/\n\n(?= ?(?:█|↳ GROUP))/);
  return Object.fromEntries(
    blocks.map((block) => {
      const [title = "", ...lines] = block.trim().split("\n");
      return [
        title.trim(),
        lines
          .map((line) => line.trim())
          .filter((line) => line !== "")
          .sort(),
      ];
    }),
  );
}
