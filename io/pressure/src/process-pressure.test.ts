import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, pressureGate } from "@breakwater/admission";
import { FakeClock } from "@breakwater/clock/testing";
import { build } from "bun";
import type { ProcessMeter } from "./process-meter.ts";
import { type ProcessPressureOptions, processPressure } from "./process-pressure.ts";
import { stalledClock } from "./testing/stalled-clock.ts";

/** A process on four cores with 1 GB, whose use a test sets. */
function fakeProcess() {
  const used = { cpuMs: 0, rssBytes: 0, heapBytes: 0, heapLimitBytes: 100 };
  const meter: ProcessMeter = {
    cores: 4,
    memoryLimitBytes: 1e9,
    cpuMs: () => used.cpuMs,
    rssBytes: () => used.rssBytes,
    heap: () => ({ usedBytes: used.heapBytes, limitBytes: used.heapLimitBytes }),
  };
  return { used, meter };
}

const usual = { intervalMs: 1000, loopDelayFullMs: 100 } as const;

const valuesOf = ({ signals }: ReturnType<typeof processPressure>) =>
  Object.fromEntries(signals.map(({ name, value }) => [name, value]));

describe("process pressure", () => {
  test("says after each interval how hard the process is pressed", async () => {
    const clock = new FakeClock();
    const { used, meter } = fakeProcess();
    const stalled = stalledClock(clock, [[1000, 1050]]);
    using pressure = processPressure({ ...usual, clock: stalled }, meter);
    Object.assign(used, { cpuMs: 2100, rssBytes: 5e8, heapBytes: 80 });
    await clock.advanceTo(1049);
    expect(valuesOf(pressure)).toMatchObject({ memory: 0, cpu: 0, heap: 0 });
    await clock.advanceTo(1050);
    const { loop_delay, ...others } = valuesOf(pressure);
    expect(others).toEqual({ memory: 0.5, cpu: 0.5, heap: 0.8 });
    expect(loop_delay).toBeCloseTo(0.0476, 3);
    expect(pressure.readings()).toMatchObject({ loopDelayMaxMs: 50, cpuCores: 2, cores: 4 });
    expect(pressure.signals.map(({ sampledAtMs }) => sampledAtMs)).toEqual([
      1050, 1050, 1050, 1050,
    ]);
  });

  test("CPU is that of the last interval, by as many cores as it is told", async () => {
    const clock = new FakeClock();
    const { used, meter } = fakeProcess();
    using pressure = processPressure({ ...usual, clock, cores: 2 }, meter);
    used.cpuMs = 5000;
    await clock.advanceTo(1000);
    expect(valuesOf(pressure)).toMatchObject({ cpu: 1 });
    used.cpuMs = 5500;
    await clock.advanceTo(2000);
    expect(valuesOf(pressure)).toMatchObject({ cpu: 0.25 });
    await clock.advanceTo(3000);
    expect(valuesOf(pressure)).toMatchObject({ cpu: 0 });
  });

  test("a gate over it closes while the loop is blocked, and opens after", async () => {
    const clock = new FakeClock();
    const stalled = stalledClock(clock, [[0, 900]]);
    using pressure = processPressure({ ...usual, clock: stalled }, fakeProcess().meter);
    const gate = pressureGate({
      signals: pressure.signals,
      start: 0.8,
      saturate: 1,
      hysteresis: 0.1,
      staleAfterMs: 3000,
      whenStale: "ignore",
      random: () => 0.5,
    });
    await clock.advanceTo(1000);
    expect([gate.rejects(clock.nowMs()), gate.worst]).toEqual([true, "loop_delay"]);
    await clock.advanceTo(2000);
    expect(gate.rejects(clock.nowMs())).toBe(false);
  });

  test("a loop that never comes to its timers is told by how late they are by now", async () => {
    const clock = new FakeClock();
    const stalled = stalledClock(clock, [[500, 60_000]]);
    using pressure = processPressure({ ...usual, clock: stalled }, fakeProcess().meter);
    const [delay] = pressure.signals;
    const seen: number[] = [];
    for (const atMs of [500, 600, 800, 1000, 30_000]) {
      await clock.advanceTo(atMs);
      seen.push(Math.round(delay!.value * 100) / 100);
    }
    // 100 ms late in a second is one pause; 500 ms late is a loop that is stuck.
    expect(seen).toEqual([0, 0.15, 1, 1, 1]);
    expect(delay!.sampledAtMs).toBe(30_000);
  });

  test("without a heap limit there is no such signal, rather than one that cannot be measured", () => {
    const { meter } = fakeProcess();
    const heapless = { ...meter, heap: () => undefined };
    using pressure = processPressure({ ...usual, clock: new FakeClock() }, heapless);
    expect(Object.keys(valuesOf(pressure))).toEqual(["loop_delay", "memory", "cpu"]);
  });

  test("stops for good, and its signals grow stale", async () => {
    const clock = new FakeClock();
    const { used, meter } = fakeProcess();
    const pressure = processPressure({ ...usual, clock }, meter);
    await clock.advanceTo(1000);
    pressure.stop();
    pressure.stop();
    used.rssBytes = 1e9;
    await clock.advanceTo(60_000);
    expect(pressure.signals[0]?.sampledAtMs).toBe(1000);
    expect(valuesOf(pressure)).toMatchObject({ memory: 0 });
  });

  test("stays within 0 and 1, and is never NaN, when a clock or a counter jumps back", async () => {
    const clock = new FakeClock();
    const { used, meter } = fakeProcess();
    let backMs = 0;
    const jumping: Clock = {
      nowMs: () => clock.nowMs() - backMs,
      at: (dueMs, wake) => clock.at(dueMs + backMs, wake),
    };
    using pressure = processPressure({ ...usual, clock: jumping }, meter);
    used.cpuMs = 500;
    await clock.advanceTo(1000);
    backMs = 5000;
    Object.assign(used, { cpuMs: 100, rssBytes: 2e9, heapBytes: 1 });
    await clock.advanceTo(9000);
    expect(valuesOf(pressure)).toEqual({ loop_delay: 0, memory: 1, cpu: 0, heap: 0.01 });
  });

  test.each<[string, Partial<ProcessPressureOptions>]>([
    ["intervalMs 0", { intervalMs: 0 }],
    ["intervalMs NaN", { intervalMs: Number.NaN }],
    ["loopDelayFullMs -5", { loopDelayFullMs: -5 }],
    ["loopDelayFullMs Infinity", { loopDelayFullMs: Number.POSITIVE_INFINITY }],
    ["cores 0", { cores: 0 }],
  ])("refuses %s", (option, wrong) => {
    const options = { ...usual, clock: new FakeClock(), ...wrong };
    expect(() => processPressure(options)).toThrow(
      expect.objectContaining({
        code: "bad_option",
        message: expect.stringContaining(`Cannot use ${option}: it takes `),
      }),
    );
  });
});

describe("a real process that was blocked for 200 ms", () => {
  const node = Bun.which("node");

  test("is told so by Bun", async () => {
    const { signals, readings } = await runBlocked(process.execPath);
    expect(signals).toMatchObject({ loop_delay: 1 });
    expect(signals).not.toHaveProperty("heap");
    expect(signals.memory).toBeWithin(0.00001, 0.9);
    expect(readings.memoryLimitBytes).toBeGreaterThan(1e8);
  });

  test.skipIf(node === null)("is told so by Node (where node is installed)", async () => {
    const { signals } = await runBlocked(node ?? "");
    expect(signals).toMatchObject({ loop_delay: 1 });
    expect(signals.heap).toBeWithin(0.00001, 0.9);
    expect(signals.cpu).toBeWithin(0.01, 1.000001);
  });
});

interface Told {
  readonly signals: Readonly<Record<string, number>>;
  readonly readings: { readonly memoryLimitBytes: number };
}

async function runBlocked(program: string): Promise<Told> {
  const folder = await mkdtemp(join(tmpdir(), "pressure-"));
  try {
    const entrypoints = [join(import.meta.dir, "testing/blocked-process.ts")];
    const { outputs } = await build({ entrypoints, target: "node" });
    const path = join(folder, "blocked-process.mjs");
    await Bun.write(path, await (outputs[0]?.text() ?? ""));
    const child = Bun.spawn([program, path], { stdout: "pipe", stderr: "inherit" });
    return JSON.parse(await child.stdout.text());
  } finally {
    await rm(folder, { recursive: true });
  }
}
