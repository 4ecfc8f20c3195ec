import type { Clock } from "@breakwater/clock";
import type { HttpClient } from "@breakwater/http-client";
import { type LoadedScript, loadScript } from "@breakwater/script-host";
import { createApi } from "../api/api.ts";
import { RequestCache } from "../api/http/request-cache.ts";
import { exitCode, RunError } from "../exit-code.ts";
import type { Measure } from "../measure/measure.ts";
import type { Plan } from "../plan/plan.ts";
import { FairTurn } from "../vu/fair-turn.ts";
import { ScriptUser, type ScriptUserShared } from "../vu/script-user.ts";
import { UrlUser } from "../vu/url-user.ts";
import type { VirtualUser } from "../vu/virtual-user.ts";
import type { UrlWorkload, Workload } from "./engine.ts";
import type { LogLimiter } from "./log-limiter.ts";
import { strayErrors } from "./stray-errors.ts";
import { urlRequest } from "./url-request.ts";

export interface UserFactoryOptions {
  readonly plan: Plan;
  readonly measure: Measure;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly log: LogLimiter;
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
  return scriptUserFactory(options, loadScript(workload.script), workload.env);
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
  env: Readonly<Record<string, string>>,
): ScriptUserFactory {
  const { plan, measure, client, clock, log } = options;
  const { batchPerHost, noConnectionReuse } = plan.http;
  const onError = (error: unknown): void => log.log("error", script.describe(error).stack);
  const shared: ScriptUserShared = {
    clock,
    measure,
    settings: plan.http,
    requests: new RequestCache(plan.http),
    turn: new FairTurn(clock),
    runTags: plan.tags,
    env,
    minIterationDurationMs: plan.minIterationDurationMs,
    setup: { json: undefined },
    onError,
    onWarning: (line) => log.log("warn", line),
  };
  const stray = strayErrors({
    onError,
    isScripts: (error) => script.describe(error).position !== undefined,
  });
  const pool = { maxIdlePerOrigin: batchPerHost, reuse: !noConnectionReuse };
  return {
    make: async (idInTest) => {
      const user = new ScriptUser(idInTest, client.connections(pool), shared);
      const globals = { __ENV: user.env };
      try {
        user.exports = await script.instantiate({ breakwater: createApi(user) }, globals);
      } catch (error) {
        throw new RunError(exitCode.scriptException, script.describe(error).stack);
      }
      return user;
    },
    setSetupData: (json) => {
      shared.setup.json = json;
    },
    [Symbol.dispose]: () => stray[Symbol.dispose](),
  };
}
