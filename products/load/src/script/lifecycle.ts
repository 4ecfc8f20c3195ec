import type { Clock } from "@breakwater/clock";
import {
  compileScript,
  type LoadedScript,
  loadScript,
  type PortableScript,
  ScriptError,
} from "@breakwater/script-host";
import { apiNames } from "../api/api.ts";
import { LogLimiter } from "../engine/log-limiter.ts";
import { openClient } from "../engine/open-client.ts";
import { scriptUserFactory } from "../engine/user-factory.ts";
import { type ExitCode, exitCode, RunError } from "../exit-code.ts";
import { Measure, type Totals } from "../measure/measure.ts";
import type { Plan } from "../plan/plan.ts";
import type { ScriptUser } from "../vu/script-user.ts";

type Log = (level: "warn" | "error", line: string) => void;

/** k6's handleSummaryTimeout. */
const SUMMARY_TIMEOUT_MS = 120_000;

/**
 * A script as the coordinator has it: what surrounds the iterations, run once by a VU of its own.
 */
export interface ScriptLifecycle {
  readonly portable: PortableScript;
  /** As exported; not yet read. */
  readonly options: unknown;
  readonly functionNames: readonly string[];
  readonly hasSummaryHandler: boolean;
  /** What setup() returned, as JSON; undefined when there is none. */
  setup(plan: Plan): Promise<string | undefined>;
  teardown(plan: Plan, setupData: string | undefined): Promise<void>;
  handleSummary(data: unknown): Promise<unknown>;
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
  readonly onLog: Log;
}

/** Compiles the script and runs its top level once (k6's VU 0). All of it throws RunError. */
export async function openScript(options: OpenScriptOptions): Promise<ScriptLifecycle> {
  const portable = await compile(options);
  const script = loadScript(portable);
  const { provisional } = options;
  const exports = await withUser(options, script, provisional, async (user) => user.exports);
  const has = (name: string): boolean => typeof exports[name] === "function";
  const run = (plan: Plan, call: Call): Promise<unknown> =>
    withUser(options, script, plan, (user) => runCall(script, user, call));

  return {
    portable,
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
    handleSummary: (data) => {
      const limit = { ms: SUMMARY_TIMEOUT_MS, advice: "" };
      const onLate = exitCode.scriptException;
      return run(provisional, { name: "handleSummary", data, limit, onLate });
    },
  };
}

async function compile({ path, source }: OpenScriptOptions): Promise<PortableScript> {
  try {
    const apiModules = { breakwater: apiNames };
    return (await compileScript({ path, source, apiModules, globals: ["__ENV"] })).portable;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const isMissing = error.code === "not_found" || error.code === "unreadable";
    const code = isMissing ? exitCode.invalidConfig : exitCode.scriptException;
    throw new RunError(code, error.message);
  }
}

/** Makes a VU, number 0, for one thing alone. */
async function withUser<T>(
  options: OpenScriptOptions,
  script: LoadedScript,
  plan: Plan,
  use: (user: ScriptUser) => Promise<T>,
): Promise<T> {
  const { clock, totals, caPem, env, onLog } = options;
  using client = openClient({ plan, workers: 1, caPem }, clock);
  const log = new LogLimiter(onLog);
  const common = { plan, measure: new Measure(totals), client, clock, log };
  using users = scriptUserFactory(common, script, env);
  try {
    return await use(await users.make(0));
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
  const result = user.call(name, data).catch((error: unknown) => {
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
