import { expect, test } from "bun:test";
import { bw } from "./bw.ts";
import { readExported, readPoints, statOf, sum, valuesOf } from "./results.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

const percents = [50, 75, 90, 95, 99, 99.9];
/** What the summary promises. */
const RELATIVE_ERROR = 0.001;

test.each([["1"], ["2"]])(
  "the percentiles of a run with %s workers are those of its samples",
  async (workers) => {
    using server = target();
    using folder = scratch();
    const [samples, summary] = [folder.at("samples.json"), folder.at("summary.json")];
    const stats = ["avg", "min", "max", "count", ...percents.map((percent) => `p(${percent})`)];
    const run = await bw(
      ["run", server.url, "-n", "10000", "-u", "16", "--workers", workers].concat(
        ["--summary-trend-stats", stats.join(","), "--summary-export", summary],
        ["--out", `json=${samples}`],
      ),
    );
    expect(run).toMatchObject({ exitCode: 0 });
    const exported = await readExported(summary);
    const points = readPoints(await Bun.file(samples).bytes());
    for (const metric of ["http_req_duration", "http_req_waiting", "iteration_duration"]) {
      const sorted = valuesOf(points, metric).toSorted((a, b) => a - b);
      const found = stats.map((stat) => [stat, statOf(exported, metric, stat)] as const);
      const exact = new Map(stats.map((stat) => [stat, exactStat(sorted, stat)]));
      const off = found.filter(([stat, value]) => !isClose(value, exact.get(stat)!));
      expect({ metric, off }).toEqual({ metric, off: [] });
      expect(sorted).toHaveLength(10_000);
    }
  },
);

/** k6's definition: linear between the two values around index share·(n−1). */
function exactStat(sorted: readonly number[], stat: string): number {
  const share = /^p\((.+)\)$/.exec(stat)?.[1];
  if (share !== undefined) {
    const index = (Number(share) / 100) * (sorted.length - 1);
    const below = sorted[Math.floor(index)]!;
    return below + (sorted[Math.ceil(index)]! - below) * (index % 1);
  }
  const stats: Record<string, number> = {
    avg: sum(sorted) / sorted.length,
    min: sorted[0]!,
    max: sorted.at(-1)!,
    count: sorted.length,
  };
  return stats[stat]!;
}

function isClose(value: number, exact: number): boolean {
  return Math.abs(value - exact) <= RELATIVE_ERROR * Math.abs(exact) + 1e-9;
}
