import type { Clock } from "@breakwater/clock";
import { compileScript } from "@breakwater/script-host";
import type { Options } from "../../plan/options.ts";
import { toPlan } from "../../plan/to-plan.ts";
import { scriptWorld } from "../../script/script-world.ts";
import type { Engine, EngineEvents, EngineJob, EngineReport, Workload } from "../engine.ts";
import { noSecrets } from "../open-secrets.ts";

/** A job for one worker of one, of a script that does nothing unless said otherwise. */
export async function jobFor(
  options: Options,
  target: Workload | string = "export default () => {}",
): Promise<EngineJob> {
  const workload = typeof target === "string" ? await scriptWorkload(target) : target;
  const plan = toPlan(options, { userAgent: "test" });
  return {
    plan,
    workload,
    worker: 0,
    workers: 1,
    caPem: undefined,
    proxies: {},
    sampling: undefined,
  };
}

export async function scriptWorkload(source: string): Promise<Workload> {
  const script = { path: `${import.meta.dir}/script.ts`, source };
  const { portable } = await compileScript({ ...script, ...scriptWorld });
  return { kind: "script", script: portable, env: {}, secrets: noSecrets };
}

/** URL mode's workload: a GET. */
export function urlWorkload(url: URL | string): Workload {
  const base = { method: "GET", headers: [], body: undefined, timeoutMs: 5000 };
  return { kind: "url", url: String(url), ...base };
}

export interface SeenEvents extends EngineEvents {
  readonly reports: EngineReport[];
  readonly log: string[];
}

export function seenEvents(): SeenEvents {
  const reports: EngineReport[] = [];
  const log: string[] = [];
  return {
    reports,
    log,
    onReport: (report) => void reports.push(report),
    onLog: (level, line) => void log.push(`${level} ${line}`),
    onVerdict: ({ kind, message }) => void log.push(`${kind} ${message}`),
    onSamplesLost: (message) => void log.push(`lost ${message}`),
  };
}

/** Runs it from ready to done. */
export async function runThrough(engine: Engine, setupData?: string): Promise<void> {
  await engine.ready;
  engine.go(setupData);
  await engine.done;
}

/** How much a counter has over all reports. */
export function total(reports: readonly EngineReport[], metric: string): number {
  return reports
    .flatMap(({ metrics }) => metrics)
    .reduce((sum, { key, values }) => {
      return key === metric && values?.type === "counter" ? sum + values.total : sum;
    }, 0);
}

/** A clock whose timers are remembered: those left at the end would keep a process alive. */
export function countingClock(clock: Clock): Clock & { readonly pending: () => number } {
  const open = new Set<object>();
  return {
    nowMs: () => clock.nowMs(),
    at: (dueMs, wake) => {
      const timer = {};
      open.add(timer);
      const cancel = clock.at(dueMs, () => {
        open.delete(timer);
        wake();
      });
      return () => {
        open.delete(timer);
        cancel();
      };
    },
    pending: () => open.size,
  };
}
