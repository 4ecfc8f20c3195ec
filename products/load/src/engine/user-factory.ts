import type { Clock } from "@breakwater/clock";
import { type HttpClient, localAddresses } from "@breakwater/http-client";
import { type LoadedScript, loadScript } from "@breakwater/script-host";
import { RequestCache } from "../api/http/request-cache.ts";
import { loadModules } from "../api/modules.ts";
import { exitCode, RunError } from "../exit-code.ts";
import type { Measure } from "../measure/measure.ts";
import { toSystemTags } from "../measure/sample-tags.ts";
import type { Plan } from "../plan/plan.ts";
import { FairTurn } from "../vu/fair-turn.ts";
import { ScriptUser, type ScriptUserShared } from "../vu/script-user.ts";
import { SetupData } from "../vu/setup-data.ts";
import { UrlUser } from "../vu/url-user.ts";
import type { VirtualUser } from "../vu/virtual-user.ts";
import type { OnLog, ScriptWorkload, UrlWorkload, Workload } from "./engine.ts";
import type { LogLimiter } from "./log-limiter.ts";
import { strayErrors } from "./stray-errors.ts";
import type { TestState } from "./test-state.ts";
import { urlRequest } from "./url-request.ts";
import { scriptConsole, VuGlobals } from "./vu-globals.ts";

export interface UserFactoryOptions {
  readonly plan: Plan;
  readonly measure: Measure;
  readonly client: HttpClient;
  readonly clock: Clock;
  /** Of the run: each sends its part of `rps`. */
  readonly workers: number;
  readonly log: LogLimiter;
  /** For what the script itself prints: never held back. */
  readonly onLog: OnLog;
  readonly test: ScriptTest;
}

/** The test that a script's VUs are in. */
export interface ScriptTest extends Pick<ScriptUserShared, "cutMs"> {
  readonly state: TestState;
}

/** Makes this process's VUs, whatever the workload. */
export interface UserFactory extends Disposable {
  /** Rejects with a RunError when the script's top level throws. */
  make(idInTest: number): Promise<VirtualUser>;
  /** Gives every VU, made or to come, what setup() returned. */
  setSetupData(json: string | undefined): void;
}

export function userFactory(options: UserFactoryOptions, workload: Workload): UserFactory {
  if (workload.kind === "url") return urlUserFactory(options, workload);
  return scriptUserFactory(options, loadScript(workload.script), workload);
}

function urlUserFactory(options: UserFactoryOptions, workload: UrlWorkload): UserFactory {
  const { plan, measure, client, log } = options;
  const { noConnectionReuse, noVuConnectionReuse, batchPerHost } = plan.http;
  // An iteration is one request, so both say the same here.
  const settings = { ...plan.http, noConnectionReuse: noConnectionReuse || noVuConnectionReuse };
  const { request, shownUrl } = urlRequest(settings, workload);
  const pool = { maxIdlePerOrigin: batchPerHost, reuse: !settings.noConnectionReuse };
  const make = async (idInTest: number): Promise<VirtualUser> =>
    new UrlUser({
      idInTest,
      request,
      connections: client.connections(pool),
      measure,
      runTags: plan.tags,
      url: shownUrl,
      onFailure: (message) => log.log("warn", `Request failed: ${message}`),
    });
  return { make, setSetupData: () => {}, [Symbol.dispose]: () => {} };
}

/** As userFactory; also for the VUs that run setup, teardown and handleSummary. */
export interface ScriptUserFactory extends UserFactory {
  make(idInTest: number): Promise<ScriptUser>;
}

export function scriptUserFactory(
  options: UserFactoryOptions,
  script: LoadedScript,
  workload: Pick<ScriptWorkload, "env" | "script">,
): ScriptUserFactory {
  const { plan, measure, client, clock, log, onLog, test, workers } = options;
  const { batch, batchPerHost, noConnectionReuse } = plan.http;
  const onError = (error: unknown): void => log.log("error", script.describe(error).stack);
  const shared: ScriptUserShared = {
    clock,
    measure,
    settings: plan.http,
    requests: new RequestCache(plan.http, { workers }),
    systemTags: toSystemTags(plan.systemTags),
    turn: new FairTurn(clock),
    runTags: plan.tags,
    env: workload.env,
    minIterationDurationMs: plan.minIterationDurationMs,
    test: test.state,
    cutMs: test.cutMs,
    setup: new SetupData(),
    onError,
    onWarning: (line) => log.log("warn", line),
  };
  const stray = strayErrors({
    onError,
    isScripts: (error) => script.describe(error).position !== undefined,
  });
  const pool = { maxIdle: batch, maxIdlePerOrigin: batchPerHost, reuse: !noConnectionReuse };
  const { localIps } = plan.http;
  const localAt = localIps.length > 0 ? localAddresses(localIps) : undefined;
  const modules = loadModules(workload.script.imports);
  const console = scriptConsole((level, line) => onLog(level, line, "console"));
  let made = 0;
  return {
    make: async (idInTest) => {
      made += 1;
      const ids = { idInTest, idInInstance: idInTest === 0 ? 0 : made };
      const localAddress = localAt?.(Math.max(0, idInTest - 1));
      const user = new ScriptUser(ids, client.connections({ ...pool, localAddress }), shared);
      const api = Object.fromEntries(
        (await modules).map(([specifier, create]) => [specifier, create(user)]),
      );
      try {
        user.exports = await script.instantiate(api, new VuGlobals(user, console), user);
      } catch (error) {
        throw new RunError(exitCode.scriptException, script.describe(error).stack);
      }
      test.state.seal();
      return user;
    },
    setSetupData: (json) => {
      shared.setup.set(json);
    },
    [Symbol.dispose]: () => stray[Symbol.dispose](),
  };
}
