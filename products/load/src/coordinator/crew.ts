import type { Folded } from "@breakwater/sink";
import type { Engine, EngineEvents, EngineJob, EngineReport } from "../engine/engine.ts";
import { LocalEngine } from "../engine/local-engine.ts";
import { ProcessEngine } from "../engine/process-engine.ts";
import type { LoadIo } from "../io.ts";
import type { Totals } from "../measure/measure.ts";

/** What all workers together are doing now. */
export interface CrewState {
  readonly vusActive: number;
  readonly vusInitialized: number;
  readonly complete: number;
  readonly interrupted: number;
  readonly dropped: number;
  /** Requests that got an answer, whatever its status. */
  readonly answered: number;
  /** The busiest worker's share of its core, over the run. */
  readonly cpu: number;
}

export interface CrewOptions {
  readonly job: Omit<EngineJob, "worker" | "workers">;
  readonly workers: number;
  /** With the script's own metrics already in it. */
  readonly totals: Totals;
  readonly io: LoadIo;
  readonly onLog: EngineEvents["onLog"];
  readonly onVerdict: EngineEvents["onVerdict"];
  readonly onSamplesLost: EngineEvents["onSamplesLost"];
  /** What workers fold by tags: see run-outputs.ts. */
  readonly onFolded?: (folded: Folded) => void;
}

/** The run's workers as one: what they report is folded into `totals` as it comes. */
export class Crew implements Disposable {
  readonly #engines: readonly Engine[];
  readonly #reports = new Map<number, EngineReport>();
  readonly #totals: Totals;
  readonly #onFolded: CrewOptions["onFolded"];

  /** One worker runs in this process; more of them get a process each. */
  constructor(options: CrewOptions) {
    const { job, workers, totals, io, onLog, onVerdict, onSamplesLost } = options;
    this.#totals = totals;
    this.#onFolded = options.onFolded;
    this.#engines = Array.from({ length: workers }, (_, worker) => {
      const own = { ...job, worker, workers };
      const events = {
        onLog,
        onVerdict,
        onSamplesLost,
        onReport: (report: EngineReport) => this.#fold(worker, report),
      };
      return workers === 1
        ? new LocalEngine(own, events, io.clock)
        : new ProcessEngine(own, events, io.spawnWorker, io.clock);
    });
  }

  /** Whether every worker has said how it goes: before that a count of VUs would be too low. */
  get hasReported(): boolean {
    return this.#reports.size === this.#engines.length;
  }

  async ready(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.ready));
  }

  /** Ends what still runs; harmless after the end. */
  [Symbol.dispose](): void {
    this.stop("now");
  }

  /** Settles when all are done. When one is lost the others are stopped, and then it rejects. */
  async run(setupData: string | undefined): Promise<void> {
    for (const engine of this.#engines) engine.go(setupData);
    const ends = this.#engines.map((engine) =>
      engine.done.catch((error: unknown) => {
        this.stop("now");
        throw error;
      }),
    );
    const results = await Promise.allSettled(ends);
    const lost = results.find((result) => result.status === "rejected");
    if (lost) throw lost.reason;
  }

  stop(how: "drain" | "now"): void {
    for (const engine of this.#engines) engine.stop(how);
  }

  state(): CrewState {
    const reports = [...this.#reports.values()];
    const progress = reports.flatMap((report) => Object.values(report.scenarios));
    const sum = <T>(list: readonly T[], value: (one: T) => number): number =>
      list.reduce((total, one) => total + value(one), 0);
    return {
      vusActive: sum(reports, (one) => one.vusActive),
      vusInitialized: sum(reports, (one) => one.vusInitialized),
      complete: sum(progress, (one) => one.complete),
      interrupted: sum(progress, (one) => one.interrupted),
      dropped: sum(progress, (one) => one.dropped),
      answered: sum(reports, (one) => one.answered),
      cpu: Math.max(0, ...reports.map((one) => one.cpu)),
    };
  }

  #fold(worker: number, report: EngineReport): void {
    this.#totals.registry.merge(report.metrics);
    this.#totals.checkTree.merge(report.checks);
    // Its measurements are in the totals: kept is only what it is doing.
    this.#reports.set(worker, { ...report, metrics: [], checks: [], folded: undefined });
    if (report.folded !== undefined) this.#onFolded?.(report.folded);
  }
}
