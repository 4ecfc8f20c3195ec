import type { LoadRequest } from "@breakwater/load";
import { environment } from "@breakwater/process";
import { InvalidArgumentError } from "commander";
import { readConfigFile } from "./config-file.ts";
import type { GlobalFlags, OptionFlags, RunFlags, ScriptFlags } from "./run-flags.ts";
import { toPairs, toStages, toThresholds } from "./run-values.ts";

type Environment = ReturnType<typeof environment>;

/** A request but for what it is to load, of a script's flags, its environment and config file. */
export function toScriptRequest(
  flags: ScriptFlags & GlobalFlags,
  options: Readonly<Record<string, unknown>>,
  { hasSystemEnv }: { readonly hasSystemEnv: boolean },
): Omit<LoadRequest, "target"> {
  const env = environment();
  const config = readConfigFile(flags.config, env);
  refuseTraces(flags.tracesOutput ?? env.K6_TRACES_OUTPUT);
  checkCompatibility(flags.compatibilityMode ?? env.K6_COMPATIBILITY_MODE);
  const takesEnv =
    flags.includeSystemEnvVars ?? toBoolean("K6_INCLUDE_SYSTEM_ENV_VARS", env) ?? hasSystemEnv;
  return {
    layers: { configFile: config.options, commandLine: options },
    rate: undefined,
    maxVus: undefined,
    httpVersion: "auto",
    env: { ...(takesEnv && setOf(env)), ...toPairs("--env", flags.env) },
    settings: setOf(env, /^K6_/),
    secretSources: flags.secretSource ?? (env.K6_SECRET_SOURCE ? [env.K6_SECRET_SOURCE] : []),
    workers: "auto",
    caFile: undefined,
    proxies: setOf(env, /^(https?|no)_proxy$/i),
    outputs: toOutputs(config, env),
    collectors: config.collectors,
    address: flags.address || env.K6_ADDRESS || undefined,
    isLingering: toBoolean("K6_LINGER", env) ?? config.linger ?? false,
    logOutput: flags.logOutput ?? env.K6_LOG_OUTPUT ?? "stderr",
    logFormat: toLogFormat(flags.logFormat ?? env.K6_LOG_FORMAT),
    isVerbose: flags.verbose ?? false,
    summaryExport: flags.summaryExport ?? (env.K6_SUMMARY_EXPORT || undefined),
    summaryMode: flags.summaryMode ?? toSummaryMode(env.K6_SUMMARY_MODE),
    hasMachineReadableSummary:
      flags.newMachineReadableSummary ?? toBoolean("K6_NEW_MACHINE_READABLE_SUMMARY", env) ?? false,
    noThresholds: !flags.thresholds || (toBoolean("K6_NO_THRESHOLDS", env) ?? false),
    hasColor: flags.color && !env.NO_COLOR && !env.K6_NO_COLOR,
    isQuiet: flags.quiet ?? false,
  };
}

/** `bw run`'s, which has more. */
export function toRunRequest(flags: RunFlags): Omit<LoadRequest, "target"> {
  refuseRemoved(flags);
  const common = toScriptRequest(flags, toRunOptions(flags), { hasSystemEnv: true });
  return {
    ...common,
    rate: flags.rate,
    maxVus: flags.maxVus,
    httpVersion: flags.http === "1" ? "1.1" : (flags.http ?? "auto"),
    workers: flags.workers,
    caFile: flags.cacert,
    outputs: flags.out ?? common.outputs,
    isLingering: flags.linger ?? common.isLingering,
  };
}

function toRunOptions(flags: RunFlags): Record<string, unknown> {
  return onlyGiven({
    ...toOptions(flags),
    iterations: flags.iterations ?? flags.requests,
    thresholds: flags.threshold && toThresholds(flags.threshold),
    insecureSkipTLSVerify: flags.insecureSkipTlsVerify ?? flags.insecure,
    features: flags.features,
  });
}

/** The flags as k6's options: only those that were given, for they win over the script's. */
export function toOptions(flags: OptionFlags): Record<string, unknown> {
  return onlyGiven({
    vus: flags.vus,
    duration: flags.duration,
    iterations: flags.iterations,
    stages: flags.stage && toStages(flags.stage),
    executionSegment: flags.executionSegment,
    executionSegmentSequence: flags.executionSegmentSequence,
    paused: flags.paused,
    noSetup: flags.setup ? undefined : true,
    noTeardown: flags.teardown ? undefined : true,
    maxRedirects: flags.maxRedirects,
    batch: flags.batch,
    batchPerHost: flags.batchPerHost,
    rps: flags.rps,
    userAgent: flags.userAgent,
    httpDebug: flags.httpDebug,
    insecureSkipTLSVerify: flags.insecureSkipTlsVerify,
    noConnectionReuse: flags.connectionReuse ? undefined : true,
    noVUConnectionReuse: flags.vuConnectionReuse ? undefined : true,
    minIterationDuration: flags.minIterationDuration,
    throw: flags.throw,
    blacklistIPs: flags.blacklistIp,
    blockHostnames: flags.blockHostnames,
    summaryTrendStats: flags.summaryTrendStats,
    summaryTimeUnit: flags.summaryTimeUnit,
    systemTags: flags.systemTags,
    tags: flags.tag && toPairs("--tag", flags.tag),
    consoleOutput: flags.consoleOutput,
    discardResponseBodies: flags.discardResponseBodies,
    localIPs: flags.localIps,
    dns: flags.dns,
  });
}

function onlyGiven(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function toOutputs(
  config: { readonly out: readonly string[]; readonly webDashboard: boolean | undefined },
  env: Environment,
): readonly string[] {
  const outputs = env.K6_OUT ? env.K6_OUT.split(",") : config.out;
  const hasDashboard = toBoolean("K6_WEB_DASHBOARD", env) ?? config.webDashboard ?? false;
  const names = outputs.map((output) => output.split("=")[0]);
  return hasDashboard && !names.includes("web-dashboard") ? [...outputs, "web-dashboard"] : outputs;
}

function toBoolean(variable: string, env: Environment): boolean | undefined {
  const value = env[variable];
  if (!value) return undefined;
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw new InvalidArgumentError(`${variable}: must be true or false, not "${value}"`);
}

function toSummaryMode(mode: string | undefined): LoadRequest["summaryMode"] {
  if (!mode) return "compact";
  if (mode === "compact" || mode === "full" || mode === "disabled") return mode;
  throw new InvalidArgumentError(
    `K6_SUMMARY_MODE: must be compact, full or disabled, not "${mode}"`,
  );
}

function toLogFormat(format: string | undefined): LoadRequest["logFormat"] {
  if (!format) return "";
  if (format === "raw" || format === "json") return format;
  throw new InvalidArgumentError(`Cannot write a log as "${format}": give raw or json`);
}

function refuseTraces(output: string | undefined): void {
  if (!output || output === "none") return;
  throw new InvalidArgumentError(
    `Cannot write traces to "${output}": there are none here; leave --traces-output out`,
  );
}

/** All that k6's modes allow is always allowed here. */
function checkCompatibility(mode: string | undefined): void {
  if (!mode || ["base", "extended", "experimental_enhanced"].includes(mode)) return;
  throw new InvalidArgumentError(
    `Cannot run a script in the mode "${mode}": give base or extended, or leave it out`,
  );
}

function refuseRemoved({ summary, uploadOnly }: RunFlags): void {
  if (summary === false) {
    throw new InvalidArgumentError(
      "--no-summary is gone since k6 2.0: give --summary-mode disabled",
    );
  }
  if (uploadOnly) {
    throw new InvalidArgumentError(
      "--upload-only is gone since k6 2.0, and there is no cloud here: give bw archive",
    );
  }
}

function setOf(env: Environment, names = /^/): Record<string, string> {
  const set = Object.entries(env).filter(
    ([name, value]) => names.test(name) && value !== undefined,
  );
  return Object.fromEntries(set) as Record<string, string>;
}
