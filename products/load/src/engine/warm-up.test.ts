import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import type { EngineJob, EngineReport } from "./engine.ts";
import { LocalEngine } from "./local-engine.ts";
import { warmUp } from "./warm-up.ts";

test("the engine answers itself, and nobody else is asked", async () => {
  const jobs: EngineJob[] = [];
  const reports: EngineReport[] = [];
  await warmUp((job) => {
    jobs.push(job);
    const events = {
      onReport: (report: EngineReport) => reports.push(report),
      onLog: () => {},
      onVerdict: () => {},
      onSamplesLost: () => {},
    };
    return new LocalEngine(job, events, systemClock());
  });
  expect(jobs).toHaveLength(1);
  expect(jobs[0]?.workload).toMatchObject({ kind: "url" });
  const url = jobs[0]?.workload.kind === "url" ? jobs[0].workload.url : "";
  expect(new URL(url).hostname).toBe("127.0.0.1");
  expect(reports.reduce((sum, { answered }) => sum + answered, 0)).toBeGreaterThan(100);
});
