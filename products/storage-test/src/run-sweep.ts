import type { Upload } from "@breakwater/object-store";
import { type ObjectSet, rangeBody } from "./object-set.ts";
import { getOperation } from "./operations.ts";
import type { Operation, Phase } from "./phase.ts";
import { MAX_PARTS, MIN_PART_BYTES, type SweepPlan } from "./plan.ts";
import { prepareLarge } from "./prepare.ts";
import type { SweepPoint, SweepResult } from "./result.ts";
import { MAX_SWEEP_CONCURRENCY, type StorageRun } from "./storage-run.ts";
import {
  neighbours,
  type PointFigures,
  type PointSettings,
  pointName,
  recommend,
  toPoint,
} from "./sweep.ts";

/**
 * Measures a coarse grid, then what lies around its best point. Each time there and back again
 * (A B C C B A), so that a drift of the store or the network falls on all alike, and so that every
 * point has two figures that show the noise.
 */
export async function runSweep(plan: SweepPlan, run: StorageRun): Promise<SweepResult | undefined> {
  const load = await prepareLoad(plan, run);
  const sweep = new Sweep(plan, { run, load });
  const grid = plan.concurrencies.flatMap((concurrency) =>
    plan.partSizes.map((partBytes) => ({ partBytes, concurrency })),
  );
  await sweep.measureAll(grid);
  const coarse = sweep.best();
  if (coarse === undefined) return undefined;
  const around = neighbours(coarse, {
    minPartBytes: plan.direction === "upload" ? MIN_PART_BYTES : 1,
    maxConcurrency: MAX_SWEEP_CONCURRENCY,
  }).filter((each) => !sweep.has(each));
  await sweep.measureAll([coarse, ...around]);
  const points = sweep.points();
  return { direction: plan.direction, points, ...recommend(points, plan.direction) };
}

type Load = (settings: PointSettings) => (index: number) => Operation;

class Sweep {
  readonly #plan: SweepPlan;
  readonly #run: StorageRun;
  readonly #load: Load;
  readonly #figures: Map<string, PointFigures> = new Map();
  #lastMbPerSecond = 0;

  constructor(plan: SweepPlan, { run, load }: { readonly run: StorageRun; readonly load: Load }) {
    this.#plan = plan;
    this.#run = run;
    this.#load = load;
  }

  has(settings: PointSettings): boolean {
    return this.#figures.has(pointName(settings));
  }

  points(): readonly SweepPoint[] {
    return [...this.#figures.values()].map(toPoint);
  }

  best(): SweepPoint | undefined {
    return this.points().toSorted((a, b) => b.meanMbPerSecond - a.meanMbPerSecond)[0];
  }

  async measureAll(all: readonly PointSettings[]): Promise<void> {
    for (const settings of [...all, ...all.toReversed()]) {
      const result = await this.#run.measureAside(this.#phase(settings));
      if (result === undefined) return;
      const name = pointName(settings);
      const before = this.#figures.get(name);
      const mbPerSecond = [...(before?.mbPerSecond ?? []), result.mbPerSecond];
      const failed = (before?.failed ?? 0) + result.failed;
      this.#figures.set(name, { settings, mbPerSecond, failed });
      this.#lastMbPerSecond = result.mbPerSecond;
    }
  }

  #phase(settings: PointSettings): Phase {
    const { pointMs, warmupMs, direction } = this.#plan;
    const { partBytes, concurrency } = settings;
    // Each connection should get two parts done, or what comes at their ends is not seen.
    const twiceMs =
      this.#lastMbPerSecond > 0
        ? (2 * partBytes * concurrency) / this.#lastMbPerSecond / 1000
        : pointMs;
    const durationMs = Math.min(Math.max(pointMs, twiceMs), 4 * pointMs);
    return {
      ...{ name: `sweep ${pointName(settings)}`, stage: "measuring", partBytes, concurrency },
      kinds: [direction === "upload" ? "part" : "range"],
      ...{ objectBytes: partBytes, operations: 0, totalBytes: undefined },
      ...{ ending: { until: "duration", durationMs }, warmupMs },
      next: this.#load(settings),
    };
  }
}

async function prepareLoad(plan: SweepPlan, run: StorageRun): Promise<Load> {
  const largest = Math.max(...plan.partSizes);
  if (plan.direction === "upload") {
    const set = run.objects("sweep", { count: 1, bytes: largest });
    set.begin(0);
    const upload = await run.ask((options) => run.startUpload(set.key(0), options));
    return (settings) => (index) => sendPart(upload!, { set, settings, index });
  }
  const bytes = DOWNLOADED_PARTS * largest;
  const set = await prepareLarge(run, { bytes, concurrency: PREPARING_CONCURRENCY });
  return ({ partBytes }) => {
    const ranges = Math.max(1, Math.floor(bytes / partBytes));
    return (index) => {
      const first = (index % ranges) * partBytes;
      const range = { first, last: Math.min(bytes, first + partBytes) - 1 };
      return getOperation(run.store, {
        kind: "range",
        key: set.key(0),
        range,
        expected: undefined,
      });
    };
  };
}

/** Parts of an upload that is never completed; few enough numbers that the store keeps few. */
function sendPart(
  upload: Upload,
  { set, settings, index }: { set: ObjectSet; settings: PointSettings; index: number },
): Operation {
  const { partBytes, concurrency } = settings;
  const numbers = Math.min(MAX_PARTS, 2 * concurrency);
  const range = { seed: set.seed(0), first: index * partBytes, bytes: partBytes };
  return {
    kind: "part",
    run: async ({ signal, onBytes }) => {
      await upload.putPart((index % numbers) + 1, rangeBody(range, { onBytes }), { signal });
      return { objects: 0, isVerified: false };
    },
  };
}

/** Of the largest part size. */
const DOWNLOADED_PARTS = 4;
const PREPARING_CONCURRENCY = 4;
