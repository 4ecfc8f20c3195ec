import type { Clock } from "@breakwater/clock";
import { type HttpClientOptions, httpClient } from "@breakwater/http-client";
import { createApi, type ScriptApi } from "../../api/api.ts";
import { RequestCache } from "../../api/http/request-cache.ts";
import { type ScriptVerdict, TestState } from "../../engine/test-state.ts";
import { emptyTotals, Measure, type Totals } from "../../measure/measure.ts";
import type { HttpSettings } from "../../plan/plan.ts";
import type { ConstantVus } from "../../plan/scenario.ts";
import { toPlan } from "../../plan/to-plan.ts";
import { FairTurn } from "../fair-turn.ts";
import { ScriptUser, type ScriptUserShared } from "../script-user.ts";
import { SetupData } from "../setup-data.ts";
import type { Iteration, IterationOutcome } from "../virtual-user.ts";

export interface TestUserOptions {
  readonly clock: Clock;
  readonly settings?: Partial<HttpSettings>;
  readonly shared?: Partial<ScriptUserShared>;
  readonly client?: Partial<HttpClientOptions>;
}

/** A sample as `--out json=` would write it. */
export interface SeenSample {
  readonly name: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A VU whose script is the test itself. */
export interface TestUser extends Disposable {
  readonly user: ScriptUser;
  readonly api: ScriptApi;
  readonly totals: Totals;
  readonly samples: readonly SeenSample[];
  readonly errors: readonly unknown[];
  readonly warnings: readonly string[];
  /** What the script asked of the test: its end, or its failure. */
  readonly verdicts: readonly ScriptVerdict[];
  /** Runs one iteration of `run` and tells how it ended. */
  iterate(run: ScriptFunction, iteration?: Partial<Iteration>): Promise<IterationOutcome>;
  /** Runs one iteration and gives what `run` gave; rejects with what it threw. */
  inside<T>(run: (api: ScriptApi) => T | Promise<T>): Promise<T>;
  /** The values of one metric, in the order they came. */
  values(metric: string): readonly number[];
}

type ScriptFunction = (data: unknown) => unknown;

export const anyScenario: ConstantVus = {
  executor: "constant-vus",
  name: "any",
  startTimeMs: 0,
  gracefulStopMs: 0,
  exec: "default",
  env: {},
  tags: {},
  vus: 1,
  durationMs: 1000,
};

export const anyIteration: Iteration = {
  scenario: anyScenario,
  indexInTest: 0,
  indexInInstance: 0,
  dueMs: undefined,
};

export function testUser({ clock, settings, shared, client }: TestUserOptions): TestUser {
  const http = { ...toPlan({}, { userAgent: "test" }).http, ...settings };
  const totals = emptyTotals();
  const samples: SeenSample[] = [];
  const errors: unknown[] = [];
  const warnings: string[] = [];
  const verdicts: ScriptVerdict[] = [];
  totals.registry.listen(({ name }, value, tags) => {
    samples.push({ name, value, tags: { ...tags.all() } });
  });
  const sockets = testClient(clock, http, client);
  const pool = { maxIdlePerOrigin: 6, reuse: !http.noConnectionReuse };
  const user = new ScriptUser({ idInTest: 1, idInInstance: 1 }, sockets.connections(pool), {
    clock,
    measure: new Measure(totals),
    settings: http,
    requests: new RequestCache(http),
    systemTags: undefined,
    turn: new FairTurn(clock),
    runTags: {},
    env: {},
    minIterationDurationMs: 0,
    test: testState(verdicts),
    cutMs: () => Number.POSITIVE_INFINITY,
    setup: new SetupData(),
    onError: (error) => errors.push(error),
    onWarning: (line) => warnings.push(line),
    ...shared,
  });
  const iterate: TestUser["iterate"] = (run, iteration) => {
    user.exports = { ...user.exports, default: run };
    const { promise, resolve } = Promise.withResolvers<IterationOutcome>();
    user.start({ ...anyIteration, ...iteration }, resolve);
    return promise;
  };
  const api = createApi(user);
  return {
    user,
    api,
    totals,
    samples,
    errors,
    warnings,
    verdicts,
    iterate,
    inside: <T>(run: (api: ScriptApi) => T | Promise<T>) => {
      const { promise, resolve } = Promise.withResolvers<T>();
      const kept = async (): Promise<void> => {
        const result = Promise.try(run, api);
        await result.catch(() => {});
        resolve(result);
      };
      return iterate(kept).then(() => promise);
    },
    values: (metric) => samples.filter(({ name }) => name === metric).map(({ value }) => value),
    [Symbol.dispose]: () => sockets[Symbol.dispose](),
  };
}

function testState(verdicts: ScriptVerdict[]): TestState {
  return new TestState({
    options: {},
    folder: import.meta.dir,
    onVerdict: (verdict) => verdicts.push(verdict),
    secrets: {
      source: () => {
        throw new Error("There are no secrets here");
      },
    },
  });
}

function testClient(clock: Clock, http: HttpSettings, options: Partial<HttpClientOptions> = {}) {
  return httpClient({
    clock,
    tls: { insecureSkipVerify: http.insecureSkipTlsVerify },
    dns: http.dns,
    connectTimeoutMs: 5000,
    maxPendingConnects: 100,
    random: () => 0,
    ...options,
  });
}

/** What a promise or a function throws; undefined when it does not. */
export async function caught(result: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof result === "function" ? result() : result);
    return undefined;
  } catch (error) {
    return error;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : `no error but ${String(error)}`;
}
