import { readFileSync } from "node:fs";
import { HttpClientError } from "@breakwater/http-client";
import { parseDuration, UnitError } from "@breakwater/units";
import { WireError } from "@breakwater/wire";
import type { EngineEvents, SecretSettings, UrlWorkload, Workload } from "../engine/engine.ts";
import { openSecrets } from "../engine/open-secrets.ts";
import { urlRequest } from "../engine/url-request.ts";
import { exitCode, RunError } from "../exit-code.ts";
import type { LoadIo } from "../io.ts";
import type { Totals } from "../measure/measure.ts";
import { readEnvOptions } from "../plan/env-options.ts";
import { PlanError } from "../plan/error.ts";
import { type Layer, mergeLayers } from "../plan/layers.ts";
import type { Options } from "../plan/options.ts";
import { type OptionsSource, parseOptions } from "../plan/parse-options.ts";
import type { Plan } from "../plan/plan.ts";
import { type PlanDefaults, toPlan } from "../plan/to-plan.ts";
import { withRate, withUrlDefaults } from "../plan/url-mode.ts";
import type { LoadRequest, LoadTarget } from "../request.ts";
import { sourceLines } from "../secrets/secret-sources.ts";
import { userAgent } from "../version.ts";
import { openScript, type ScriptLifecycle } from "./lifecycle.ts";
import { remoteImports } from "./remote-imports.ts";

/** What is to be run, read and checked; nothing of it has touched the network. */
export interface OpenTarget {
  readonly plan: Plan;
  /** Of all layers together. */
  readonly options: Options;
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
  events: Pick<EngineEvents, "onLog" | "onVerdict">,
): Promise<OpenTarget> {
  const caPem = readCa(request.caFile);
  const { target } = request;
  try {
    const layers = readLayers(request, events.onLog);
    if (target.kind === "url") {
      const around = merge([layers.configFile, ...layers.higher], events.onLog);
      // A rate has defaults of its own, for how many VUs it takes depends on it.
      const options = request.rate === undefined ? withUrlDefaults(around) : around;
      const workload = toUrlWorkload(target);
      const made = plan(request, options);
      urlRequest(made.http, workload); // refuses what cannot be sent
      return { plan: made, options, workload, caPem, lifecycle: undefined };
    }
    const around = merge([layers.configFile, ...layers.higher], () => {});
    const provisional = toPlan(withoutExecution(around), planDefaults(request));
    const { path, source } = target;
    const { env } = request;
    const secretSettings = toSecretSettings(request);
    const secrets = openSecrets(secretSettings, io.clock);
    const remote = remoteImports(path, io, events.onLog);
    const { proxies } = request;
    const found = { provisional, caPem, proxies, secrets, remote };
    const common = { env, clock: io.clock, totals, ...found, ...events };
    const lifecycle = await openScript({ path, source, ...common });
    const ofScript = readLayer("script", target.archivedOptions ?? lifecycle.options, events.onLog);
    // A rate replaces whatever else says how iterations start: nothing to warn of.
    const onMerge = request.rate === undefined ? events.onLog : () => {};
    const options = merge([layers.configFile, ofScript, ...layers.higher], onMerge);
    const made = plan(request, options);
    checkFunctions(made, lifecycle);
    const { portable } = lifecycle;
    const workload = { kind: "script", script: portable, env, secrets: secretSettings } as const;
    return { plan: made, options, workload, caPem, lifecycle };
  } catch (error) {
    if (!badInput.some((kind) => error instanceof kind)) throw error;
    throw new RunError(exitCode.invalidConfig, (error as Error).message);
  }
}

/** What those who read the request's values say of a wrong one. */
const badInput = [PlanError, UnitError, HttpClientError, WireError];

function toSecretSettings({ secretSources, settings }: LoadRequest): SecretSettings {
  const ofSources = Object.entries(settings).filter(([name]) => name.startsWith("K6_SECRET_"));
  return { lines: sourceLines(secretSources, settings), env: Object.fromEntries(ofSources) };
}

type OnWarning = (level: "warn", line: string) => void;

interface ReadLayers {
  readonly configFile: Layer;
  /** In the order of their strength. */
  readonly higher: readonly Layer[];
}

function readLayers({ layers, settings }: LoadRequest, onLog: OnWarning): ReadLayers {
  return {
    configFile: readLayer("config file", layers.configFile, onLog),
    higher: [
      readLayer("environment", readEnvOptions(settings), onLog),
      readLayer("command line", layers.commandLine, onLog),
    ],
  };
}

function readLayer(source: OptionsSource, given: unknown, onLog: OnWarning): Layer {
  const { options, warnings } = parseOptions(source, given);
  for (const warning of warnings) onLog("warn", warning);
  return { source, options };
}

function merge(layers: readonly Layer[], onLog: OnWarning): Options {
  const { options, warnings } = mergeLayers(layers);
  for (const warning of warnings) onLog("warn", warning);
  return options;
}

function plan(request: LoadRequest, options: Options): Plan {
  const { rate, maxVus } = request;
  const rated = rate === undefined ? options : withRate(options, rate, maxVus);
  return toPlan(rated, planDefaults(request));
}

function planDefaults({ httpVersion }: LoadRequest): PlanDefaults {
  return { userAgent, httpVersion };
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
