import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMachine } from "../results.ts";
import { root, workFolder } from "../tool.ts";
import {
  adaptiveGate,
  type Contestant,
  fixedGate,
  inProcess,
  unprotected,
  type Work,
  works,
} from "./contestants.ts";
import { measureOverload, measurePeak, type Overload } from "./measure.ts";
import { chart, overloadPage, type WorkResult } from "./page.ts";

const usage = `Overloads two services with real work, protected and not, and compares (some 25 minutes)

  npm run bench:overload -- [options]

  --work db|cpu   that service alone
  --quick         short parts, few limits: to see that it works
  --help          this text

What is measured at full length goes into bench/OVERLOAD.md and bench/overload-*.svg.`;

const { values } = parseArgs({
  options: {
    work: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", short: "h" },
  },
});

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stopped.abort());

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  mkdirSync(workFolder, { recursive: true });
  const chosen = works.filter(({ name }) => values.work === undefined || name === values.work);
  const results: WorkResult[] = [];
  for (const work of chosen) results.push(await measureWork(work));
  const folder = values.quick ? workFolder : join(root, "bench");
  const date = new Date().toISOString().slice(0, 10);
  const { processor, cores, kernel, bun } = describeMachine();
  const machine = `${processor}, ${cores} cores, Linux ${kernel}, Bun ${bun}`;
  const page = overloadPage(results, { date, machine });
  for (const result of results) {
    await Bun.write(join(folder, `overload-${result.work.name}.svg`), chart(result));
  }
  await Bun.write(join(folder, "OVERLOAD.md"), page);
  console.log(page);
}

async function measureWork(work: Work): Promise<WorkResult> {
  const { signal } = stopped;
  const seconds = values.quick
    ? { half: 3, surge: 2, steady: 4 }
    : { half: 5, surge: 3, steady: 8 };
  const short = { half: 2, surge: 3, steady: values.quick ? 3 : 6 };
  const peak = await measurePeak(work, signal);
  console.error(`${work.name}: ${peak.toFixed(0)}/s at its best`);
  const run = async (
    contestant: Contestant,
    {
      times,
      inTimeMs,
      parts = seconds,
    }: { times: number; inTimeMs: number; parts?: typeof seconds },
  ) => {
    const overload = await measureOverload({
      ...{ work, contestant, peak, times, inTimeMs, signal },
      seconds: parts,
    });
    console.error(`${work.name} ${times}× ${contestant.name}: ${brief(overload)}`);
    return { contestant: contestant.name, times, overload };
  };
  // What is in time: the larger of twice the p99 at half load and 20 ms more than that.
  const calm = await run(unprotected, { times: 0.5, inTimeMs: 1000 });
  const halfP99 = calm.overload.steady.p99Ms;
  const inTimeMs = Math.max(2 * halfP99, halfP99 + 20);
  const runs = [];
  const limits = values.quick ? work.limits.slice(2, 4) : work.limits;
  for (const times of [2, 5]) {
    const fixed = [];
    for (const limit of limits)
      fixed.push({ limit, ...(await run(fixedGate(limit), { times, inTimeMs })) });
    const best = fixed.reduce((a, b) =>
      b.overload.steady.inTime > a.overload.steady.inTime ? b : a,
    );
    const others = [Math.max(1, Math.round(best.limit / 4)), best.limit * 4].map(fixedGate);
    const more = [];
    for (const contestant of [...others, unprotected, ...inProcess, adaptiveGate]) {
      more.push(await run(contestant, { times, inTimeMs }));
    }
    // The two that are compared have a second turn each, in the other order.
    const again = [
      await run(adaptiveGate, { times, inTimeMs }),
      await run(fixedGate(best.limit), { times, inTimeMs }),
    ];
    runs.push({ times, bestLimit: best.limit, runs: [...fixed, ...more, ...again] });
  }
  const curve = [];
  const steps = values.quick ? [0.5, 1, 3] : [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5];
  for (const times of steps) {
    curve.push({
      times,
      without: (await run(unprotected, { times, inTimeMs, parts: short })).overload.steady,
      gate: (await run(adaptiveGate, { times, inTimeMs, parts: short })).overload.steady,
    });
  }
  return { work, peak, halfP99, inTimeMs, seconds, runs, curve };
}

function brief({ steady, surge }: Overload): string {
  const rate = (steady.ok / steady.seconds).toFixed(0);
  return `${rate}/s good, ${steady.p99Ms.toFixed(0)} ms, shed ${steady.shed}, lost ${steady.lost + surge.lost}`;
}
