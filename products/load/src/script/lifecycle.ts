import { dirname } from "node:path";
import type { Clock } from "@breakwater/clock";
import {
  compileScript,
  type LoadedScript,
  type LoadRemote,
  loadScript,
  type PortableScript,
  ScriptError,
} from "@breakwater/script-host";
import type { OnLog } from "../engine/engine.ts";
import { LogLimiter } from "../engine/log-limiter.ts";
import { openClient } from "../engine/open-client.ts";
import { type ScriptVerdict, TestState } from "../engine/test-state.ts";
import { scriptUserFactory } from "../engine/user-factory.ts";
import { type ExitCode, exitCode, RunError } from "../exit-code.ts";
import { Measure, type Totals } from "../measure/measure.ts";
import type { Plan } from "../plan/plan.ts";
import type { SecretSources } from "../secrets/secret-sources.ts";
import type { ScriptUser } from "../vu/script-user.ts";
import { scriptWorld } from "./script-world.ts";

/**
 * A script as the coordinator has it: what surrounds the iterations, run once by a VU of its own.
 */
export interface ScriptLifecycle {
  readonly portable: PortableScript;
  /** What its top level read with open(), by path. */
  readonly openedFiles: ReadonlyMap<string, Uint8Array>;
  /** As exported; not yet read. */
  readonly options: unknown;
  readonly functionNames: readonly string[];
  readonly hasSummaryHandler: boolean;
  /** What setup() returned, as JSON; undefined when there is none. */
  setup(plan: Plan): Promise<string | undefined>;
  teardown(plan: Plan, setupData: string | undefined): Promise<void>;
  handleSummary(plan: Plan, data: unknown): Promise<unknown>;
}

export interface OpenScriptOptions {
  readonly path: string;
  readonly source: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Where the script's metrics become known, and what setup and teardown measure is counted. */
  readonly totals: Totals;
  readonly provisional: Plan;
  readonly caPem: string | undefined;
  readonly proxies: Readonly<Record<string, string>>;
  readonly onLog: OnLog;
  readonly onVerdict: (verdict: ScriptVerdict) => void;
  readonly secrets: SecretSources;
  /** Gets what the script imports by URL. */
  readonly remote: LoadRemote;
}

/** Compiles the script and runs its top level once (k6's VU 0). All of it throws RunError. */
export async function openScript(options: OpenScriptOptions): Promise<ScriptLifecycle> {
  const portable = await compile(options);
  const script = loadScript(portable);
  const { provisional } = options;
  const opened = { script, portable };
  let openedFiles: ScriptLifecycle["openedFiles"] = new Map();
  const exports = await withUser(options, opened, provisional, async (user, state) => {
    openedFiles = state.openedFiles;
    return user.exports;
  });
  const has = (name: string): boolean => typeof exports[name] === "function";
  const run = (plan: Plan, call: Call): Promise<unknown> =>
    withUser(options, opened, plan, (user) => runCall(script, user, call));

  return {
    portable,
    openedFiles,
    options: exports.options,
    functionNames: Object.keys(exports).filter(has),
    hasSummaryHandler: has("handleSummary"),
    setup: async (plan) => {
      if (plan.noSetup || !has("setup")) return undefined;
      const limit = { ms: plan.setupTimeoutMs, advice: ": raise setupTimeout" };
      const onLate = exitCode.setupTimeout;
      return toJson(await run(plan, { name: "setup", data: undefined, limit, onLate }));
    },
    teardown: async (plan, setupData) => {
      if (plan.noTeardown || !has("teardown")) return;
      const data: unknown = setupData === undefined ? undefined : JSON.parse(setupData);
      const limit = { ms: plan.teardownTimeoutMs, advice: ": raise teardownTimeout" };
      await run(plan, { name: "teardown", data, limit, onLate: exitCode.teardownTimeout });
    },
    handleSummary: (plan, data) => {
      const limit = { ms: plan.handleSummaryTimeoutMs, advice: ": raise handleSummaryTimeout" };
      const onLate = exitCode.scriptException;
      return run(plan, { name: "handleSummary", data, limit, onLate });
    },
  };
}

async function compile({ path, source, remote }: OpenScriptOptions): Promise<PortableScript> {
  try {
    return (await compileScript({ path, source, remote, ...scriptWorld })).portable;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const isMissing = error.code === "not_found" || error.code === "unreadable";
    const code = isMissing ? exitCode.invalidConfig : exitCode.scriptException;
    throw new RunError(code, error.message);
  }
}

interface OpenedScript {
  readonly script: LoadedScript;
  readonly portable: PortableScript;
}

/** Makes a VU, number 0, for one thing alone. */
async function withUser<T>(
  options: OpenScriptOptions,
  { script, portable }: OpenedScript,
  plan: Plan,
  use: (user: ScriptUser, state: TestState) => Promise<T>,
): Promise<T> {
  const { clock, totals, caPem, proxies, env, secrets } = options;
  const onLog: OnLog = (level, line, from) => options.onLog(level, secrets.redact(line), from);
  using client = openClient({ plan, workers: 1, caPem, proxies }, clock);
  const log = new LogLimiter(onLog);
  let verdict: ScriptVerdict | undefined;
  const state = new TestState({
    options: plan.shown,
    folder: dirname(options.path),
    onVerdict: (told) => {
      verdict = told;
      if (told.kind === "fail") options.onVerdict(told);
    },
    secrets: options.secrets,
  });
  const test = { state, cutMs: () => Number.POSITIVE_INFINITY };
  const common = {
    plan,
    measure: new Measure(totals),
    client,
    clock,
    workers: 1,
    log,
    onLog,
    test,
  };
  using users = scriptUserFactory(common, script, { script: portable, env });
  try {
    return await use(await users.make(0), state);
  } catch (error) {
    if (verdict?.kind === "abort") throw new RunError(exitCode.scriptAborted, verdict.message);
    throw error;
  } finally {
    log.close();
  }
}

interface Call {
  readonly name: string;
  readonly data: unknown;
  readonly limit: { readonly ms: number; readonly advice: string };
  readonly onLate: ExitCode;
}

async function runCall(script: LoadedScript, user: ScriptUser, call: Call): Promise<unknown> {
  const { name, data, limit, onLate } = call;
  const late = Promise.withResolvers<never>();
  const cancel = user.clock.at(user.clock.nowMs() + limit.ms, () => {
    const message = `${name}() did not end within ${limit.ms / 1000} s${limit.advice}`;
    late.reject(new RunError(onLate, message));
    user.interrupt();
  });
  const result = user.call(name, data, limit.ms).catch((error: unknown) => {
    throw new RunError(exitCode.scriptException, script.describe(error).stack);
  });
  try {
    return await Promise.race([result, late.promise]);
  } finally {
    cancel();
  }
}

/** What every VU gets a copy of. */
function toJson(data: unknown): string | undefined {
  try {
    return JSON.stringify(data);
  } catch (error) {
    const why = (error as Error).message;
    const message = `Cannot hand what setup() returned to the VUs: ${why}; return what JSON can hold`;
    throw new RunError(exitCode.scriptException, message);
  }
}
