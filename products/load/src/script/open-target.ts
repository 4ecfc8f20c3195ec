import { readFileSync } from "node:fs";
import { HttpClientError } from "@breakwater/http-client";
import { parseDuration, UnitError } from "@breakwater/units";
import { WireError } from "@breakwater/wire";
import type { UrlWorkload, Workload } from "../engine/engine.ts";
import { urlRequest } from "../engine/url-request.ts";
import { exitCode, RunError } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";
import type { Totals } from "../measure/measure.ts";
import { PlanError } from "../plan/error.ts";
import { type Options, parseOptions } from "../plan/options.ts";
import type { Plan } from "../plan/plan.ts";
import { mergeOptions, toPlan } from "../plan/to-plan.ts";
import { withRate, withUrlDefaults } from "../plan/url-mode.ts";
import type { LoadRequest, LoadTarget } from "../request.ts";
import { userAgent } from "../version.ts";
import { openScript, type ScriptLifecycle } from "./lifecycle.ts";

/** What is to be run, read and checked; nothing of it has touched the network. */
export interface OpenTarget {
  readonly plan: Plan;
  readonly workload: Workload;
  readonly caPem: string | undefined;
  /** Only a script has one. */
  readonly lifecycle: ScriptLifecycle | undefined;
}

/** Reads the script or the URL and what both and the command line want. Throws RunError. */
export async function openTarget(
  request: LoadRequest,
  totals: Totals,
  io: LoadIo,
  onLog: (level: "warn" | "error", line: string) => void,
): Promise<OpenTarget> {
  const caPem = readCa(request.caFile);
  const { target } = request;
  try {
    const overrides = parseOptions("command line", request.overrides).options;
    if (target.kind === "url") {
      // A rate has defaults of its own, for how many VUs it takes depends on it.
      const options = request.rate === undefined ? withUrlDefaults(overrides) : overrides;
      const workload = toUrlWorkload(target);
      const made = plan(request, options);
      urlRequest(made.http, workload); // refuses what cannot be sent
      return { plan: made, workload, caPem, lifecycle: undefined };
    }
    const provisional = toPlan(withoutExecution(overrides), { userAgent });
    const { path, source } = target;
    const { env } = request;
    const common = { env, clock: io.clock, totals, provisional, caPem, onLog };
    const lifecycle = await openScript({ path, source, ...common });
    const { options, warnings } = parseOptions("script", lifecycle.options);
    for (const warning of warnings) onLog("warn", warning);
    const made = plan(request, mergeOptions(options, overrides));
    checkFunctions(made, lifecycle);
    const workload = { kind: "script", script: lifecycle.portable, env } as const;
    return { plan: made, workload, caPem, lifecycle };
  } catch (error) {
    if (!badInput.some((kind) => error instanceof kind)) throw error;
    throw new RunError(exitCode.invalidConfig, (error as Error).message);
  }
}

/** What those who read the request's values say of a wrong one. */
const badInput = [PlanError, UnitError, HttpClientError, WireError];

function plan(request: LoadRequest, options: Options): Plan {
  const { rate, maxVus } = request;
  return toPlan(rate === undefined ? options : withRate(options, rate, maxVus), { userAgent });
}

/** For the script's top level alone, before it has said how it wants to be run. */
function withoutExecution(options: Options): Options {
  const { duration, iterations, stages, scenarios, ...rest } = options;
  return rest;
}

function toUrlWorkload(target: LoadTarget & { kind: "url" }): UrlWorkload {
  const timeoutMs = parseDuration(target.timeout ?? "60s");
  const { url, method, headers, body } = target;
  return { kind: "url", url, method, headers, body, timeoutMs };
}

function checkFunctions({ scenarios }: Plan, { functionNames }: ScriptLifecycle): void {
  const problems = scenarios
    .filter(({ exec }) => !functionNames.includes(exec))
    .map(({ name, exec }) => {
      const exported = functionNames.length > 0 ? functionNames.join(", ") : "none";
      return `scenario ${name}: the script exports no function "${exec}"; it exports ${exported}`;
    });
  if (problems.length > 0) throw new RunError(exitCode.invalidConfig, problems.join("\n"));
}

function readCa(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `Cannot read the certificates in "${path}": ${code}; give a PEM file`;
    throw new RunError(exitCode.invalidConfig, message);
  }
}
