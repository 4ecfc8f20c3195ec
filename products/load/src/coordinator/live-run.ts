import type { GroupResult, Registry } from "@breakwater/metrics";
import { exitCode } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";
import type { Totals } from "../measure/measure.ts";
import type { Plan } from "../plan/plan.ts";
import { md5 } from "../report/md5.ts";
import type { RunControl, RunStage, RunState } from "../rest/run-control.ts";
import type { ScriptLifecycle } from "../script/lifecycle.ts";
import type { SeriesThresholds } from "../verdict/check-thresholds.ts";
import { judge } from "../verdict/judge.ts";
import type { Crew } from "./crew.ts";
import type { ScriptVerdicts } from "./script-verdicts.ts";

export interface LiveRunOptions {
  readonly totals: Totals;
  readonly plan: Plan;
  readonly thresholds: readonly SeriesThresholds[];
  readonly crew: Crew;
  readonly verdicts: ScriptVerdicts;
  /** Only a script has one. */
  readonly lifecycle: ScriptLifecycle | undefined;
  readonly io: Pick<LoadIo, "clock">;
}

/** A run between its start and its end, as the REST API sees and steers it. */
export class LiveRun implements RunControl {
  stage: RunStage = "created";
  readonly #options: LiveRunOptions;
  readonly #resumed: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #isPaused: boolean;
  #setupData: string | undefined;
  #hasSetupData: boolean = false;
  #startMs: number | undefined;

  constructor(options: LiveRunOptions) {
    this.#options = options;
    this.#isPaused = options.plan.isPaused;
    if (!this.#isPaused) this.#resumed.resolve();
  }

  get registry(): Registry {
    return this.#options.totals.registry;
  }

  rootGroup(): GroupResult {
    return this.#options.totals.checkTree.toRootGroup(md5);
  }

  /** Resolves when the run may start: at once, unless it is paused. */
  whenResumed(): Promise<void> {
    if (this.#isPaused) this.stage = "paused-before-run";
    return this.#resumed.promise;
  }

  resume(): void {
    this.#isPaused = false;
    this.#resumed.resolve();
  }

  stop(): void {
    const reason = "stopped by the REST API";
    this.#options.verdicts.end({ exitCode: exitCode.stoppedByRest, reason });
    this.resume();
  }

  state(): RunState {
    const { crew, io, thresholds, verdicts } = this.#options;
    const nowMs = io.clock.nowMs();
    const { vusActive, vusInitialized } = crew.state();
    const elapsedMs = this.#startMs === undefined ? 0 : nowMs - this.#startMs;
    const judged = judge(thresholds, { elapsedMs, phase: "running" });
    const failing = Object.entries(judged).filter(([, list]) => list.some(({ ok }) => !ok));
    return {
      stage: this.stage,
      isPaused: this.#isPaused,
      isStopped: verdicts.hasEnded,
      elapsedMs,
      vusActive,
      vusInitialized,
      tainted: new Set(failing.map(([key]) => key)),
    };
  }

  setupData(): string | undefined {
    return this.#setupData;
  }

  setSetupData(json: string | undefined): void {
    this.#setupData = json;
    this.#hasSetupData = true;
  }

  /** Unless somebody has given the data already. */
  async setUp(): Promise<void> {
    this.stage = "setup";
    if (!this.#hasSetupData) await this.runSetup();
    this.stage = "running";
    this.#startMs = this.#options.io.clock.nowMs();
  }

  async tearDown(): Promise<void> {
    this.stage = "teardown";
    await this.runTeardown();
    this.stage = "ended";
  }

  async runSetup(): Promise<void> {
    const { lifecycle, plan } = this.#options;
    this.setSetupData(await lifecycle?.setup(plan));
  }

  async runTeardown(): Promise<void> {
    const { lifecycle, plan } = this.#options;
    await lifecycle?.teardown(plan, this.#setupData);
  }
}
