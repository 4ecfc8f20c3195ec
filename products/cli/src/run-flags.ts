import { type Command, Option } from "commander";
import { gather, list, wholeNumber, workers } from "./run-values.ts";

/** Of every command that reads a script. */
export interface ScriptFlags {
  readonly includeSystemEnvVars?: boolean;
  readonly compatibilityMode?: string;
  readonly type?: "js" | "archive";
  readonly env?: readonly string[];
  readonly thresholds: boolean;
  readonly summaryMode?: "compact" | "full" | "disabled";
  readonly summaryExport?: string;
  readonly newMachineReadableSummary?: boolean;
  readonly tracesOutput?: string;
}

/** k6's options as flags. */
export interface OptionFlags {
  readonly vus?: number;
  readonly duration?: string;
  readonly iterations?: number;
  readonly stage?: readonly string[];
  readonly executionSegment?: string;
  readonly executionSegmentSequence?: string;
  readonly paused?: boolean;
  readonly setup: boolean;
  readonly teardown: boolean;
  readonly maxRedirects?: number;
  readonly batch?: number;
  readonly batchPerHost?: number;
  readonly rps?: number;
  readonly userAgent?: string;
  readonly httpDebug?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly connectionReuse: boolean;
  readonly vuConnectionReuse: boolean;
  readonly minIterationDuration?: string;
  readonly throw?: boolean;
  readonly blacklistIp?: readonly string[];
  readonly blockHostnames?: readonly string[];
  readonly summaryTrendStats?: readonly string[];
  readonly summaryTimeUnit?: string;
  readonly systemTags?: readonly string[];
  readonly tag?: readonly string[];
  readonly consoleOutput?: string;
  readonly discardResponseBodies?: boolean;
  readonly localIps?: string;
  readonly dns?: string;
}

/** Of `bw run` alone. */
export interface RunOnlyFlags {
  readonly requests?: number;
  readonly rate?: string;
  readonly maxVus?: number;
  readonly workers: number | "auto";
  readonly method?: string;
  readonly header?: readonly string[];
  readonly body?: string;
  readonly timeout?: string;
  readonly http?: "1" | "2" | "3";
  readonly insecure?: boolean;
  readonly cacert?: string;
  readonly threshold?: readonly string[];
  readonly out?: readonly string[];
  readonly linger?: boolean;
  readonly features?: readonly string[];
  readonly summary?: boolean;
  readonly uploadOnly?: boolean;
}

/** Before or after the command's name. */
export interface GlobalFlags {
  readonly address?: string;
  readonly config?: string;
  readonly logOutput?: string;
  readonly logFormat?: string;
  readonly color: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly secretSource?: readonly string[];
}

export type RunFlags = ScriptFlags & OptionFlags & RunOnlyFlags & GlobalFlags;

export function addGlobalFlags(program: Command): void {
  program
    .option("-c, --config <file>", "settings as JSON (~/.config/breakwater/config.json, or k6's)")
    .option("-a, --address <host:port>", "serve the REST API there, as k6 does")
    .option("--secret-source <source>", 'such as "mock=key=value" or "file=PATH"', gather)
    .option("--log-output <where>", "stderr, stdout, none, file=PATH or loki=URL")
    .option("--log-format <format>", "raw or json")
    .option("-q, --quiet", "no progress line")
    .option("-v, --verbose", "debug lines as well")
    .option("--no-color", "no colours")
    .addOption(new Option("--profiling-enabled").hideHelp());
}

export function addLoadFlags(command: Command): void {
  command
    .optionsGroup("Load:")
    .option("-u, --vus <number>", "virtual users at once (URL mode: connections)", wholeNumber)
    .option("-d, --duration <time>", 'how long, such as "30s" or "1m30s"')
    .option(
      "-i, --iterations <number>",
      "how many iterations in all, shared by the VUs",
      wholeNumber,
    )
    .option("-s, --stage <time:target>", "ramp to a number of VUs; give several", gather)
    .option("--execution-segment <part>", 'run only a part of it, such as "0:1/4" or "25%"')
    .option("--execution-segment-sequence <points>", 'how it is cut, such as "0,1/4,1/2,1"')
    .option("-p, --paused", "wait for the REST API's word to start")
    .option("--min-iteration-duration <time>", "pause after an iteration that was shorter")
    .option("--rps <number>", "scripts: at most so many requests a second", wholeNumber);
}

export function addRequestFlags(command: Command): void {
  command
    .optionsGroup("Requests:")
    .option("-k, --insecure-skip-tls-verify", "do not check certificates")
    .option("--user-agent <text>", "what requests say of who made them")
    .option(
      "--max-redirects <number>",
      "scripts: follow at most so many redirects (10)",
      wholeNumber,
    )
    .option("--batch <number>", "scripts: so many requests of a batch at once (20)", wholeNumber)
    .option("--batch-per-host <number>", "and so many of them to one host (6)", wholeNumber)
    .option("--discard-response-bodies", "read answers' bodies and drop them")
    .option("--no-connection-reuse", "a new connection for every request")
    .option("--no-vu-connection-reuse", "a new connection for every iteration")
    .option("--dns <settings>", '"ttl=5m,select=random,policy=preferIPv4"')
    .option("--local-ips <list>", "connect from these addresses, ranges and CIDR blocks")
    .option("--blacklist-ip <block>", "never connect to this CIDR block; give several", list)
    .option("--block-hostnames <pattern>", 'nor to this host, such as "*.example.com"', list)
    .option("--http-debug [=full]", "print requests and responses, with their bodies if full")
    .option("-w, --throw", "failed requests throw in the script");
}

export function addScriptFlags(command: Command): void {
  command
    .optionsGroup("Script:")
    .option("-e, --env <key=value>", "set a variable of the script's __ENV; give several", gather)
    .option("--include-system-env-vars", "put this shell's variables into __ENV (run: yes)")
    .option("--no-include-system-env-vars", "leave this shell's variables out of __ENV")
    .option("-t, --type <type>", "what the file is, where it does not tell: js or archive")
    .option("--no-thresholds", "judge nothing")
    .option("--summary-export <file>", "the summary as JSON, as k6 writes it")
    .addOption(
      new Option("--summary-mode <mode>", "how much the summary shows (compact)").choices([
        "compact",
        "full",
        "disabled",
      ]),
    )
    .option("--new-machine-readable-summary", "the summary's JSON in k6's newer shape")
    .addOption(new Option("--compatibility-mode <mode>").hideHelp())
    .addOption(new Option("--traces-output <output>").hideHelp());
}

export function addLifecycleFlags(command: Command): void {
  command
    .optionsGroup("Script:")
    .option("--no-setup", "do not call setup()")
    .option("--no-teardown", "do not call teardown()")
    .option("--console-output <file>", "write there what the script logs to its console");
}

export function addResultFlags(command: Command): void {
  command
    .optionsGroup("Results:")
    .option("--tag <name=value>", "a tag on every sample; give several", gather)
    .option("--system-tags <list>", "only these of k6's own tags, such as name,status", list)
    .option("--summary-trend-stats <list>", 'such as "avg,med,p(95),p(99),max"', list)
    .option("--summary-time-unit <unit>", "s, ms or us for all times");
}

/** What k6's `run` has beside its options, and what is ours. */
export function addRunOnlyFlags(command: Command): void {
  command
    .optionsGroup("Load:")
    .option("-n, --requests <number>", "iterations, in URL mode's word", wholeNumber)
    .option("--rate <rate>", 'start iterations at this rate, such as "5000/s" or "300/1m"')
    .option("--max-vus <number>", "with --rate: VUs that may be used to keep it up", wholeNumber)
    .option(
      "--workers <number>",
      'processes to load with, or "auto": one per core',
      workers,
      "auto",
    )
    .optionsGroup("Requests:")
    .option("-m, --method <name>", "URL mode: the method (POST when there is a body, else GET)")
    .option("-H, --header <name:value>", "URL mode: a header; give several", gather)
    .option("--body <text>", 'URL mode: the body, or "@file" for what a file holds')
    .option("--timeout <time>", "URL mode: how long an answer may take (60s)")
    .addOption(
      new Option("--http <version>", "only this HTTP, instead of what the server prefers").choices([
        "1",
        "2",
        "3",
      ]),
    )
    .option("--cacert <file>", "trust these authorities (PEM) instead of the system's")
    .addOption(new Option("--insecure").hideHelp())
    .optionsGroup("Results:")
    .option("--threshold <rule>", 'fail unless, such as "http_req_duration:p(95)<200"', gather)
    .option("-o, --out <output>", 'samples elsewhere, such as "json=FILE"; give several', gather)
    .option("-l, --linger", "stay after the end until Ctrl-C, for the REST API")
    .option("--features <list>", "turn on features; `bw features` lists them", list)
    .addOption(new Option("--no-usage-report").hideHelp())
    .addOption(new Option("--no-summary").hideHelp())
    .addOption(new Option("--upload-only").hideHelp());
}
