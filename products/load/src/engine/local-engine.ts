import type { CancelTimer, Clock } from "@breakwater/clock";
import { type Portion, peakVus, portionOf } from "@breakwater/schedule";
import { openSampling, type Sampling } from "@breakwater/sink";
import { runScenario, type ScenarioRun, vusNeeded } from "../executor/index.ts";
import { emptyTotals, Measure } from "../measure/measure.ts";
import { toSystemTags, VuTags } from "../measure/sample-tags.ts";
import { lengthMs, type Plan } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { SecretSources } from "../secrets/secret-sources.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { FreeList } from "../vu/free-list.ts";
import type { Engine, EngineEvents, EngineJob } from "./engine.ts";
import { LogLimiter } from "./log-limiter.ts";
import { openClient } from "./open-client.ts";
import { noSecrets, openSecrets } from "./open-secrets.ts";
import { TestState } from "./test-state.ts";
import { type ScriptTest, type UserFactory, userFactory } from "./user-factory.ts";
import { warmUp } from "./warm-up.ts";

/** Thresholds and the live line look no closer; a process that dies loses at most this much. */
const REPORT_INTERVAL_MS = 1000;

/** An engine in this process. */
export class LocalEngine implements Engine {
  readonly ready: Promise<void>;
  readonly done: Promise<void>;
  readonly #job: EngineJob;
  readonly #events: EngineEvents;
  readonly #portion: Portion;
  readonly #clock: Clock;
  readonly #measure = new Measure(emptyTotals());
  readonly #log: LogLimiter;
  readonly #pool: FreeList;
  readonly #users: UserFactory;
  readonly #sampling: Sampling | undefined;
  readonly #runs = new Map<string, ScenarioRun>();
  /** When the scenarios' clock started; NaN before. */
  #startMs: number = Number.NaN;
  #cpu: CpuMeter;
  #cancelReport: CancelTimer | undefined;
  #hasFinished: boolean = false;
  readonly #finished: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  constructor(job: EngineJob, events: EngineEvents, clock: Clock) {
    const { plan } = job;
    this.#job = job;
    this.#events = events;
    this.#portion = portionOf({ ...job, segment: plan.segment });
    this.#clock = clock;
    const { workload } = job;
    const secrets = openSecrets(workload.kind === "script" ? workload.secrets : noSecrets, clock);
    const onLog: EngineEvents["onLog"] = (level, line, source) =>
      events.onLog(level, secrets.redact(line), source);
    this.#log = new LogLimiter(onLog);
    this.#cpu = new CpuMeter(clock);
    const client = openClient(job, clock);
    const measure = this.#measure;
    const { workers } = job;
    const common = { plan, measure, client, clock, workers, log: this.#log, onLog };
    this.#users = userFactory({ ...common, test: this.#openTest(secrets) }, job.workload);
    this.#pool = new FreeList({ make: this.#users.make, portion: this.#portion });
    this.#sampling = this.#openSampling();
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
    this.#startMs = startMs;
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
    const closed = this.#sampling?.close() ?? Promise.resolve();
    void closed.then(() => this.#finished.resolve());
  }

  async #prepare(): Promise<void> {
    const { plan, isWarmUp } = this.#job;
    const isOpen = plan.scenarios.some(({ executor }) => executor.endsWith("arrival-rate"));
    if (isOpen && !isWarmUp) {
      await warmUp((job) => new LocalEngine(job, silent, this.#clock));
    }
    const needs = plan.scenarios.map((scenario) => vusNeeded(scenario, this.#portion));
    await this.#pool.fill(peakVus(needs));
    // The script's own metrics are known by now, so their submetrics can be told apart from the
    // start.
    checkThresholds(plan.thresholds, this.#measure.registry);
  }

  #runScenario(scenario: Scenario, startMs: number): ScenarioRun {
    const { plan } = this.#job;
    const tags = scenarioTags(plan, scenario);
    return runScenario(scenario, {
      clock: this.#clock,
      startMs: startMs + scenario.startTimeMs,
      portion: this.#portion,
      pool: this.#pool,
      idleOrder: this.#job.workload.kind === "url" ? "newest first" : "oldest first",
      onDropped: (count, timeMs) => this.#measure.dropped(count, tags, timeMs),
      onNote: (message) => this.#events.onLog("warn", `${scenario.name}: ${message}`),
    });
  }

  /** The test as the script's k6/execution sees it. */
  #openTest(secrets: SecretSources): ScriptTest {
    const { plan, workload } = this.#job;
    const { onVerdict } = this.#events;
    const folder = workload.kind === "script" ? workload.script.folder : "/";
    const state = new TestState({ options: plan.shown, folder, onVerdict, secrets });
    state.counts = () => {
      const all = [...this.#runs.values()].map((run) => run.progress());
      const sum = (key: "complete" | "interrupted" | "vusActive"): number =>
        all.reduce((total, one) => total + one[key], 0);
      return {
        elapsedMs: Number.isNaN(this.#startMs) ? 0 : this.#clock.nowMs() - this.#startMs,
        iterationsCompleted: sum("complete"),
        iterationsInterrupted: sum("interrupted"),
        vusActive: sum("vusActive"),
        vusInitialized: this.#pool.size,
      };
    };
    state.scenario = (name) => {
      const scenario = plan.scenarios.find((one) => one.name === name);
      const run = this.#runs.get(name);
      if (!scenario || !run) return undefined;
      const agoMs = this.#clock.nowMs() - this.#startMs - scenario.startTimeMs;
      const { executor } = scenario;
      return { name, executor, startTime: Date.now() - agoMs, progress: run.progress().fraction };
    };
    const cutMs = (scenario: Scenario): number => {
      const { startTimeMs, gracefulStopMs } = scenario;
      return this.#startMs + startTimeMs + lengthMs(scenario) + gracefulStopMs;
    };
    return { state, cutMs };
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
      folded: this.#sampling?.drain(),
    });
  }

  #openSampling(): Sampling | undefined {
    const { workers: processes } = this.#job;
    const plan = this.#job.sampling;
    if (plan === undefined) return undefined;
    const sampling = openSampling(plan, {
      clock: this.#clock,
      originMs: Date.now() - this.#clock.nowMs(),
      processes,
      onLost: this.#events.onSamplesLost,
      onTrouble: (message) => this.#events.onLog("warn", message),
    });
    this.#measure.registry.listen(sampling.add);
    return sampling;
  }
}

const silent: EngineEvents = {
  onReport: () => {},
  onLog: () => {},
  onVerdict: () => {},
  onSamplesLost: () => {},
};

function scenarioTags(plan: Plan, scenario: Scenario): VuTags {
  const tags = new VuTags(toSystemTags(plan.systemTags));
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
