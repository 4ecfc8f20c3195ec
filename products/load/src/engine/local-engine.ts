import type { CancelTimer, Clock } from "@breakwater/clock";
import { peakVus } from "@breakwater/schedule";
import { runScenario, type ScenarioRun, vusNeeded } from "../executor/index.ts";
import { emptyTotals, Measure } from "../measure/measure.ts";
import { VuTags } from "../measure/sample-tags.ts";
import type { Plan } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { FreeList } from "../vu/free-list.ts";
import type { Engine, EngineEvents, EngineJob } from "./engine.ts";
import { LogLimiter } from "./log-limiter.ts";
import { openClient } from "./open-client.ts";
import { type SampleWriter, sampleWriter } from "./sample-writer.ts";
import { type UserFactory, userFactory } from "./user-factory.ts";
import { warmUp } from "./warm-up.ts";

/** Thresholds and the live line look no closer; a process that dies loses at most this much. */
const REPORT_INTERVAL_MS = 1000;

/** An engine in this process. */
export class LocalEngine implements Engine {
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
  readonly #job: EngineJob;
  readonly #events: EngineEvents;
  readonly #clock: Clock;
  readonly #measure = new Measure(emptyTotals());
  readonly #log: LogLimiter;
  readonly #pool: FreeList;
  readonly #users: UserFactory;
  readonly #samples: SampleWriter | undefined;
  readonly #runs = new Map<string, ScenarioRun>();
  #cpu: CpuMeter;
  #cancelReport: CancelTimer | undefined;
  #hasFinished: boolean = false;
  readonly #finished: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(job: EngineJob, events: EngineEvents, clock: Clock) {
    const { plan, worker, workers } = job;
    this.#job = job;
    this.#events = events;
    this.#clock = clock;
    this.#log = new LogLimiter(events.onLog);
    this.#cpu = new CpuMeter(clock);
    const client = openClient(job, clock);
    const measure = this.#measure;
    this.#users = userFactory({ plan, measure, client, clock, log: this.#log }, job.workload);
    this.#pool = new FreeList({ make: this.#users.make, worker, workers });
    this.#samples = this.#openSamples();
    this.ready = this.#prepare();
    this.done = this.#finished.promise.finally(() => {
      this.#users[Symbol.dispose]();
      client[Symbol.dispose]();
    });
  }

  go(setupData: string | undefined): void {
    if (this.#hasFinished) return; // stopped before it began
    this.#users.setSetupData(setupData);
    const startMs = this.#clock.nowMs();
    this.#cpu = new CpuMeter(this.#clock);
    for (const scenario of this.#job.plan.scenarios) {
      this.#runs.set(scenario.name, this.#runScenario(scenario, startMs));
    }
    this.#reportAt(startMs + REPORT_INTERVAL_MS);
    void Promise.all([...this.#runs.values()].map((run) => run.done)).then(() => this.#finish());
  }

  stop(how: "drain" | "now"): void {
    for (const run of this.#runs.values()) run.stop(how);
    if (this.#runs.size === 0) this.#finish();
  }

  #reportAt(dueMs: number): void {
    this.#cancelReport = this.#clock.at(dueMs, () => {
      this.#report();
      this.#reportAt(Math.max(dueMs, this.#clock.nowMs()) + REPORT_INTERVAL_MS);
    });
  }

  #finish(): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    this.#cancelReport?.();
    this.#report();
    this.#log.close();
    this.#finished.resolve();
  }

  async #prepare(): Promise<void> {
    const { plan, worker, workers, isWarmUp } = this.#job;
    const isOpen = plan.scenarios.some(({ executor }) => executor.endsWith("arrival-rate"));
    if (isOpen && !isWarmUp) {
      await warmUp((job) => new LocalEngine(job, silent, this.#clock));
    }
    const needs = plan.scenarios.map((scenario) => vusNeeded(scenario, worker, workers));
    await this.#pool.fill(peakVus(needs));
    // The script's own metrics are known by now, so their submetrics can be told apart from the
    // start.
    checkThresholds(plan.thresholds, this.#measure.registry);
  }

  #runScenario(scenario: Scenario, startMs: number): ScenarioRun {
    const { worker, workers, plan } = this.#job;
    const tags = scenarioTags(plan, scenario);
    return runScenario(scenario, {
      clock: this.#clock,
      startMs: startMs + scenario.startTimeMs,
      worker,
      workers,
      pool: this.#pool,
      idleOrder: this.#job.workload.kind === "url" ? "newest first" : "oldest first",
      onDropped: (count, timeMs) => this.#measure.dropped(count, tags, timeMs),
      onNote: (message) => this.#events.onLog("warn", `${scenario.name}: ${message}`),
    });
  }

  #report(): void {
    const scenarios = [...this.#runs].map(([name, run]) => [name, run.progress()] as const);
    this.#events.onReport({
      metrics: this.#measure.registry.drain(),
      checks: this.#measure.checkTree.drain(),
      scenarios: Object.fromEntries(scenarios),
      vusActive: scenarios.reduce((sum, [, progress]) => sum + progress.vusActive, 0),
      vusInitialized: this.#pool.size,
      answered: this.#measure.answered,
      cpu: this.#cpu.read(),
    });
    this.#samples?.flush();
  }

  #openSamples(): SampleWriter | undefined {
    const { samplesPath: path } = this.#job;
    if (path === undefined) return undefined;
    const writer = sampleWriter({
      path,
      originMs: Date.now() - this.#clock.nowMs(),
      onError: this.#events.onSamplesLost,
    });
    this.#measure.registry.listen(writer.onSample);
    return writer;
  }
}

const silent: EngineEvents = { onReport: () => {}, onLog: () => {}, onSamplesLost: () => {} };

function scenarioTags(plan: Plan, scenario: Scenario): VuTags {
  const tags = new VuTags();
  tags.base = { ...plan.tags, ...scenario.tags };
  tags.scenario = scenario.name;
  return tags;
}

/** The share of one core that this process has used since the meter was made. */
class CpuMeter {
  readonly #clock: Clock;
  readonly #sinceMs: number;
  readonly #before: NodeJS.CpuUsage = process.cpuUsage();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  read(): number {
    const { user, system } = process.cpuUsage(this.#before);
    return (user + system) / 1000 / Math.max(1, this.#clock.nowMs() - this.#sinceMs);
  }
}
