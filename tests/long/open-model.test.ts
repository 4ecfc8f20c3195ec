import { describe, expect, test } from "bun:test";
import { systemClock } from "../../io/system-clock/src/index.ts";
import { bw } from "../end-to-end/bw.ts";
import { type Exported, readExported, statOf } from "../end-to-end/results.ts";
import { scratch } from "../end-to-end/scratch.ts";
import { type Target, target } from "../end-to-end/target.ts";

const clock = systemClock();

/** Answers at once, but nothing in the fifth second after the first request. */
function stallingTarget(): Target {
  let firstMs: number | undefined;
  return target(() => {
    const nowMs = clock.nowMs();
    firstMs ??= nowMs;
    const isStalled = nowMs - firstMs >= 4000 && nowMs - firstMs < 5000;
    if (!isStalled) return new Response("ok");
    const endMs = firstMs + 5000;
    return new Promise((resolve) => clock.at(endMs, () => resolve(new Response("ok"))));
  });
}

async function loadWithStall(...args: readonly string[]) {
  using server = stallingTarget();
  using folder = scratch();
  const path = folder.at("summary.json");
  const stats = ["--summary-trend-stats", "med,p(95),p(98),p(99),p(99.5),max,count"];
  const rate = ["--rate", "1000/s", "-d", "10s", ...stats, "--summary-export", path];
  const run = await bw(["run", server.url, ...rate, ...args]);
  return { run, arrived: server.count, ...(await readExported(path)) };
}

/** How far behind the load itself was: not more than other work on a small machine explains. */
function expectPunctual(exported: Exported): void {
  expect(statOf(exported, "iteration_start_lag", "med")).toBeLessThan(2);
  expect(statOf(exported, "iteration_start_lag", "p(95)")).toBeLessThan(30);
}

// Side by side, as each takes ten seconds.
describe("a target that stalls for one second of ten, at 1,000 requests a second,", () => {
  test.concurrent("shows in the percentiles as arithmetic says", async () => {
    const { run, arrived, ...exported } = await loadWithStall();
    expect(run.exitCode).toBe(0);
    expect(arrived).toBeWithin(9999, 10_002);
    expect(statOf(exported, "http_req_due_duration", "count")).toBe(arrived);
    expect(exported.metrics).not.toHaveProperty("dropped_iterations");
    expectPunctual(exported);
    // A tenth is due while nothing is answered and waits for what is left of that second: 0 to
    // 1000 ms, evenly. So 2 % of all wait for more than 800 ms, 1 % for more than 900 ms.
    const stat = (name: string) => statOf(exported, "http_req_due_duration", name);
    expect(stat("p(98)")).toBeWithin(740, 860);
    expect(stat("p(99)")).toBeWithin(840, 960);
    expect(stat("max")).toBeWithin(940, 1200);
    expect(stat("med")).toBeLessThan(50);
  });

  test.concurrent("makes 10 VUs drop what they cannot start, and the run says so", async () => {
    const { run, arrived, ...exported } = await loadWithStall("-u", "10");
    const dropped = statOf(exported, "dropped_iterations", "count");
    expect(run.exitCode).toBe(0);
    expect(arrived + dropped).toBeWithin(9999, 10_002);
    // All that were due in that second but the 10 which waited.
    expect(dropped).toBeWithin(940, 1200);
    expect(run.stderr).toContain("Insufficient VUs, reached 10 active VUs");
    expect(run.stderr).toContain(`${dropped} iterations were dropped because every VU was busy`);
    expectPunctual(exported);
  });
});
