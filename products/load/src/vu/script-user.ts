import { type CancelTimer, type Clock, sleepUntil } from "@breakwater/clock";
import type { Connections } from "@breakwater/http-client";
import type { CookieJar } from "tough-cookie";
import type { RequestCache } from "../api/http/request-cache.ts";
import type { Measure } from "../measure/measure.ts";
import { CheckTags, HttpTags, type SystemTags, VuTags } from "../measure/sample-tags.ts";
import type { HttpSettings } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import { Activity, type ActivityListener, Interrupted } from "./activity.ts";
import type { FairTurn } from "./fair-turn.ts";
import type { SetupData } from "./setup-data.ts";
import type { TestContext } from "./test-context.ts";
import type { Iteration, IterationOutcome, VirtualUser } from "./virtual-user.ts";
import type { VuContext } from "./vu-context.ts";

type ScriptFunction = (data: unknown) => unknown;

/** What all VUs of a process have in common. */
export interface ScriptUserShared {
  readonly clock: Clock;
  readonly measure: Measure;
  readonly settings: HttpSettings;
  readonly requests: RequestCache;
  readonly turn: FairTurn;
  readonly runTags: Readonly<Record<string, string>>;
  readonly systemTags: SystemTags;
  /** __ENV before a scenario adds its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly minIterationDurationMs: number;
  readonly test: TestContext;
  /** When the scenario's last iterations are cut, on the run's clock; Infinity before the start. */
  readonly cutMs: (scenario: Scenario) => number;
  /** What setup() returned, once it is known. */
  readonly setup: SetupData;
  /** An iteration threw: it still counts as complete, as in k6. */
  readonly onError: (error: unknown) => void;
  readonly onWarning: (line: string) => void;
}

export interface VuIds {
  readonly idInTest: number;
  readonly idInInstance: number;
}

/**
 * A virtual user that runs a script's functions: the module instance is its own, the code is not.
 */
export class ScriptUser implements VirtualUser, VuContext, ActivityListener {
  readonly idInTest: number;
  readonly idInInstance: number;
  /** -1 before the first. */
  iterationInInstance = -1;
  iterationInScenario = -1;
  readonly connections: Connections;
  readonly activity: Activity;
  readonly tags: VuTags;
  readonly httpTags: HttpTags;
  readonly checkTags: CheckTags;
  jar: CookieJar | undefined;
  bytesSent = 0;
  bytesReceived = 0;
  /** The module's exports; set once its top level has run. */
  exports: Readonly<Record<string, unknown>> = {};
  /** The script's __ENV: always the same object. */
  readonly env: Record<string, string>;

  readonly #shared: ScriptUserShared;
  #setupData: unknown;
  #hasSetupData: boolean = false;
  #iteration: Iteration | undefined;
  #dueMs: number | undefined;
  #startedMs = 0;
  #cutMs: number = Number.POSITIVE_INFINITY;
  /** Set from start() until the iteration's end has been told, or is about to be. */
  #onEnd: ((outcome: IterationOutcome) => void) | undefined;
  /** Started, but waiting for its turn or for what is left of an interrupted iteration. */
  #hasToBegin: boolean = false;
  #cancelPad: CancelTimer | undefined;
  /** What call() waits for, instead of an iteration. */
  #onCallSettled: (() => void) | undefined;

  constructor(
    { idInTest, idInInstance }: VuIds,
    connections: Connections,
    shared: ScriptUserShared,
  ) {
    this.idInTest = idInTest;
    this.idInInstance = idInInstance;
    this.connections = connections;
    this.#shared = shared;
    this.activity = new Activity(shared.clock, this);
    this.tags = new VuTags(shared.systemTags);
    this.tags.vu = idInTest;
    this.httpTags = new HttpTags(this.tags);
    this.checkTags = new CheckTags(this.tags);
    this.tags.base = shared.runTags;
    this.env = { ...shared.env };
  }

  get clock(): Clock {
    return this.#shared.clock;
  }
  get measure(): Measure {
    return this.#shared.measure;
  }
  get settings(): HttpSettings {
    return this.#shared.settings;
  }
  get requests(): RequestCache {
    return this.#shared.requests;
  }
  get test(): TestContext {
    return this.#shared.test;
  }
  get iteration(): Iteration | undefined {
    return this.#iteration;
  }

  start(iteration: Iteration, onEnd: (outcome: IterationOutcome) => void): void {
    if (this.#iteration?.scenario !== iteration.scenario) this.#bind(iteration);
    this.#iteration = iteration;
    this.#onEnd = onEnd;
    this.#hasToBegin = true;
    // What is left of an interrupted iteration ends first: it must not act in this one's name.
    if (this.activity.isBusy) return;
    if (this.activity.hasWaited) this.#begin();
    else this.#shared.turn.run(this.#begin);
  }

  interrupt(): void {
    // It is over in this turn or the next, and complete.
    if (this.activity.isEnding) return;
    const onEnd = this.#onEnd;
    const outcome = this.#cancelPad ? "complete" : "interrupted";
    this.#onEnd = undefined;
    this.#hasToBegin = false;
    this.#cancelPad?.();
    this.#cancelPad = undefined;
    this.activity.interrupt();
    this.connections.interrupt();
    if (this.bytesSent > 0) this.#reportBytes(this.clock.nowMs());
    if (onEnd) queueMicrotask(() => onEnd(outcome));
  }

  /**
   * Runs a function that is no iteration: setup, say. Rejects with what it throws. A loop that does
   * not wait is ended after `limitMs`; else the caller interrupts.
   */
  call(name: string, data: unknown, limitMs: number): Promise<unknown> {
    this.#cutMs = this.clock.nowMs() + limitMs;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    let result: Promise<unknown> | undefined;
    this.tags.group = `::${name}`;
    this.#onCallSettled = () => resolve(result);
    this.activity.begin(() => {
      result = Promise.try(this.exports[name] as ScriptFunction, data);
      return result.catch(() => {});
    }, undefined);
    return promise;
  }

  takeDueMs(): number | undefined {
    const dueMs = this.#dueMs;
    this.#dueMs = undefined;
    return dueMs;
  }

  /** For a loop of the script's that can wait: all others have had their turn. */
  yieldTurn(): Promise<void> {
    return this.activity.block(() => sleepUntil(this.clock, this.clock.nowMs()));
  }

  /**
   * Called now and then by a loop of the script's that does not wait: no timer can end it. Throws
   * when it has to end.
   */
  onBusy(): void {
    const { activity, clock } = this;
    if (activity.isRunning && clock.nowMs() >= this.#cutMs) this.interrupt();
    if (activity.wasInterrupted) throw new Interrupted();
  }

  warn(line: string): void {
    this.#shared.onWarning(line);
  }

  onThrown(error: unknown): void {
    this.#shared.onError(error);
  }

  onSettled(): void {
    const onCallSettled = this.#onCallSettled;
    if (onCallSettled) {
      this.#onCallSettled = undefined;
      this.#reportBytes(this.clock.nowMs());
    }
    // Before anything that may start the next iteration.
    this.tags.group = "";
    if (onCallSettled) onCallSettled();
    else if (!this.activity.wasInterrupted) this.#complete();
    else if (this.#hasToBegin) this.#shared.turn.run(this.#begin);
  }

  #bind({ scenario }: Iteration): void {
    const { runTags, env } = this.#shared;
    for (const key of Object.keys(this.#iteration?.scenario.env ?? {})) {
      if (key in env) this.env[key] = env[key]!;
      else delete this.env[key];
    }
    Object.assign(this.env, scenario.env);
    this.tags.scenario = scenario.name;
    this.#cutMs = this.#shared.cutMs(scenario);
    this.iterationInScenario = -1;
    // One object for all VUs, where the scenario has no tags of its own.
    const hasTags = Object.keys(scenario.tags).length > 0;
    this.tags.base = hasTags ? { ...runTags, ...scenario.tags } : runTags;
  }

  /** Bound once. May be called in vain: an interrupted iteration leaves its place in the queue. */
  readonly #begin = (): void => {
    if (!this.#hasToBegin || this.activity.isBusy) return;
    this.#hasToBegin = false;
    const { scenario, dueMs } = this.#iteration!;
    this.#dueMs = dueMs;
    this.#startedMs = this.clock.nowMs();
    this.iterationInInstance += 1;
    this.iterationInScenario += 1;
    this.tags.iter = this.iterationInInstance;
    if (!this.settings.noCookiesReset) this.jar = undefined;
    this.activity.begin(this.exports[scenario.exec] as ScriptFunction, this.#readSetupData());
  };

  /**
   * Each VU has its own copy, so that one cannot change another's; the same in all its iterations.
   */
  #readSetupData(): unknown {
    if (!this.#hasSetupData) {
      this.#setupData = this.#shared.setup.copy();
      this.#hasSetupData = true;
    }
    return this.#setupData;
  }

  #complete(): void {
    const { measure, clock, minIterationDurationMs } = this.#shared;
    const nowMs = clock.nowMs();
    measure.iteration(this.#startedMs, nowMs, this.#iteration?.dueMs, this.tags);
    this.#reportBytes(nowMs);
    if (this.settings.noVuConnectionReuse) this.connections.closeIdle();
    const padUntilMs = this.#startedMs + minIterationDurationMs;
    if (padUntilMs > nowMs) this.#cancelPad = clock.at(padUntilMs, this.#end);
    else this.#end();
  }

  readonly #end = (): void => {
    const onEnd = this.#onEnd;
    this.#cancelPad = undefined;
    this.#onEnd = undefined;
    onEnd?.("complete");
  };

  #reportBytes(nowMs: number): void {
    this.measure.bytes(this.bytesSent, this.bytesReceived, this.tags, nowMs);
    this.bytesSent = 0;
    this.bytesReceived = 0;
  }
}
