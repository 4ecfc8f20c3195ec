import { cpus, loadavg, release, totalmem } from "node:os";
import type { Goal, Measure } from "./bench.ts";
import type { Entry } from "./run-bench.ts";
import { findTool, type ToolName, toolNames, versionOf } from "./tool.ts";
import type { Verdict } from "./verdict.ts";

/** Everything that `results.json` holds, and `RESULTS.md` shows. */
export interface Results {
  readonly command: string;
  readonly startedAt: string;
  readonly minutes: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<ToolName, string>>;
  readonly rows: readonly Row[];
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  /** Runnable processes in the minute before the start: above 0 somebody else was at work. */
  readonly loadBefore: number;
  readonly bun: string;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly measure: Measure;
  readonly goal: Goal;
  readonly entries: readonly Entry[];
  readonly verdict: Verdict;
  /** As "2026-11-21T17:03", UTC. */
  readonly measuredAt: string;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    loadBefore: loadavg()[0] ?? 0,
    bun: Bun.version,
  };
}

/** The version of each tool, or "missing". */
export function findVersions(bwPath: string): Readonly<Record<ToolName, string>> {
  const versions = toolNames.map((name): [ToolName, string] => {
    const command = findTool(name, bwPath);
    return [name, command ? versionOf(name, command[0]!) : "missing"];
  });
  return Object.fromEntries(versions) as Record<ToolName, string>;
}
