import type { CancelTimer, Clock } from "@breakwater/clock";
import type { Connections } from "@breakwater/http-client";
import type { CookieJar } from "tough-cookie";
import type { RequestCache } from "../api/http/request-cache.ts";
import type { Measure } from "../measure/measure.ts";
import { CheckTags, HttpTags, VuTags } from "../measure/sample-tags.ts";
import type { HttpSettings } from "../plan/plan.ts";
import { Activity, type ActivityListener } from "./activity.ts";
import type { FairTurn } from "./fair-turn.ts";
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
  /** __ENV before a scenario adds its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly minIterationDurationMs: number;
  /** What setup() returned, once it is known; undefined JSON when it returned nothing. */
  readonly setup: { json: string | undefined };
  /** An iteration threw: it still counts as complete, as in k6. */
  readonly onError: (error: unknown) => void;
  readonly onWarning: (line: string) => void;
}

/**
 * A virtual user that runs a script's functions: the module instance is its own, the code is not.
 */
export class ScriptUser implements VirtualUser, VuContext, ActivityListener {
  readonly idInTest: number;
  readonly connections: Connections;
  readonly activity: Activity;
  readonly tags: VuTags = new VuTags();
  readonly httpTags: HttpTags = new HttpTags(this.tags);
  readonly checkTags: CheckTags = new CheckTags(this.tags);
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
  /** Set from start() until the iteration's end has been told, or is about to be. */
  #onEnd: ((outcome: IterationOutcome) => void) | undefined;
  /** Started, but waiting for its turn or for what is left of an interrupted iteration. */
  #hasToBegin: boolean = false;
  #cancelPad: CancelTimer | undefined;
  /** What call() waits for, instead of an iteration. */
  #onCallSettled: (() => void) | undefined;

  constructor(idInTest: number, connections: Connections, shared: ScriptUserShared) {
    this.idInTest = idInTest;
    this.connections = connections;
    this.#shared = shared;
    this.activity = new Activity(shared.clock, this);
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

  /** Runs a function that is no iteration: setup, say. Rejects with what it throws. */
  call(name: string, data: unknown): Promise<unknown> {
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
    if (!this.settings.noCookiesReset) this.jar = undefined;
    this.activity.begin(this.exports[scenario.exec] as ScriptFunction, this.#readSetupData());
  };

  /**
   * Each VU has its own copy, so that one cannot change another's; the same in all its iterations.
   */
  #readSetupData(): unknown {
    if (!this.#hasSetupData) {
      const { json } = this.#shared.setup;
      this.#setupData = json === undefined ? undefined : JSON.parse(json);
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
