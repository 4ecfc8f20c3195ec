import type { LoadIo, LoadRequest } from "@breakwater/load";
import {
  availableCores,
  environment,
  isTerminal,
  onStopSignals,
  openFileLimit,
  spawnSelf,
  terminalWidth,
} from "@breakwater/process";
import { systemClock } from "@breakwater/system-clock";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Output } from "./output.ts";
import {
  gather,
  readBody,
  readStdin,
  toHeader,
  toPairs,
  toStages,
  toThresholds,
  wholeNumber,
  workers,
} from "./run-values.ts";

interface RunFlags {
  readonly vus?: number;
  readonly duration?: string;
  readonly iterations?: number;
  readonly requests?: number;
  readonly stage?: readonly string[];
  readonly rate?: string;
  readonly maxVus?: number;
  readonly method?: string;
  readonly header?: readonly string[];
  readonly body?: string;
  readonly timeout?: string;
  readonly env?: readonly string[];
  readonly tag?: readonly string[];
  readonly workers: number | "auto";
  readonly insecure?: boolean;
  readonly insecureSkipTlsVerify?: boolean;
  readonly cacert?: string;
  readonly out?: readonly string[];
  readonly summaryExport?: string;
  readonly summaryMode: "compact" | "full" | "disabled";
  readonly summaryTrendStats?: string;
  readonly summaryTimeUnit?: string;
  readonly userAgent?: string;
  readonly maxRedirects?: number;
  readonly discardResponseBodies?: boolean;
  readonly connectionReuse: boolean;
  readonly vuConnectionReuse: boolean;
  readonly throw?: boolean;
  readonly setup: boolean;
  readonly teardown: boolean;
  readonly thresholds: boolean;
  readonly threshold?: readonly string[];
  readonly includeSystemEnvVars: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

const examples = `
Examples:
  bw run http://localhost:8080/ -u 64 -d 10s        64 connections, one request after another
  bw run http://localhost:8080/ --rate 5000/s       5,000 requests a second, answered or not
  bw run http://localhost:8080/ -n 1000             a thousand requests
  bw run script.ts -u 50 -d 30s                     what a script does, by 50 virtual users
  bw run script.ts --stage 30s:100 --stage 1m:0     up to 100 VUs and down again

Exit codes: 0 passed, 1 nothing could be measured or a result not written, 99 a threshold failed,
104 bad option, 105 stopped by a signal, 107 the script threw.`;

/** `bw run`: the words of the command line into a LoadRequest. */
export function addRunCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("run")
    .description("load a URL, or run a script's virtual users, and say how the target did")
    .argument("<target>", 'a URL, a script (.ts, .js), or "-" for a script on standard input')
    .addHelpText("after", examples);
  addLoadOptions(command);
  addHttpOptions(command);
  addReportOptions(command);
  command.action(async (target: string, flags: RunFlags) => {
    const { runLoad } = await import("@breakwater/load");
    end(await runLoad(await toRequest(target, flags), systemIo(flags, output)));
  });
}

function addLoadOptions(command: Command): void {
  command
    .optionsGroup("Load:")
    .option("-u, --vus <number>", "virtual users at once (URL mode: connections)", wholeNumber)
    .option("-d, --duration <time>", 'how long, such as "30s" or "1m30s"')
    .option(
      "-i, --iterations <number>",
      "how many iterations in all, shared by the VUs",
      wholeNumber,
    )
    .option("-n, --requests <number>", "the same, in URL mode's word", wholeNumber)
    .option("-s, --stage <time:target>", "ramp to a number of VUs; give several", gather)
    .option("--rate <rate>", 'start iterations at this rate, such as "5000/s" or "300/1m"')
    .option("--max-vus <number>", "with --rate: VUs that may be used to keep it up", wholeNumber)
    .option(
      "--workers <number>",
      'processes to load with, or "auto": one per core',
      workers,
      "auto",
    );
}

function addHttpOptions(command: Command): void {
  command
    .optionsGroup("Requests:")
    .option("-m, --method <name>", "URL mode: the method (POST when there is a body, else GET)")
    .option("-H, --header <name:value>", "URL mode: a header; give several", gather)
    .option("--body <text>", 'URL mode: the body, or "@file" for what a file holds')
    .option("--timeout <time>", "URL mode: how long an answer may take (60s)")
    .option("-e, --env <key=value>", "set a variable of the script's __ENV; give several", gather)
    .option("--no-include-system-env-vars", "leave this shell's variables out of __ENV")
    .option("-k, --insecure-skip-tls-verify", "do not check certificates")
    .addOption(new Option("--insecure", "the same").hideHelp())
    .option("--cacert <file>", "trust these authorities (PEM) instead of the system's")
    .option("--user-agent <text>", "what requests say of who made them")
    .option(
      "--max-redirects <number>",
      "scripts: follow at most so many redirects (10)",
      wholeNumber,
    )
    .option("--discard-response-bodies", "read answers' bodies and drop them")
    .option("--no-connection-reuse", "a new connection for every request")
    .option("--no-vu-connection-reuse", "a new connection for every iteration")
    .option("-w, --throw", "failed requests throw in the script")
    .option("--no-setup", "do not call setup()")
    .option("--no-teardown", "do not call teardown()");
}

function addReportOptions(command: Command): void {
  command
    .optionsGroup("Results:")
    .option("--threshold <rule>", 'fail unless, such as "http_req_duration:p(95)<200"', gather)
    .option("--no-thresholds", "judge nothing")
    .option("--tag <name=value>", "a tag on every sample; give several", gather)
    .option("-o, --out <output>", 'every sample to a file: "json=FILE" or "json=FILE.gz"', gather)
    .option("--summary-export <file>", "the summary as JSON, as k6 writes it")
    .addOption(
      new Option("--summary-mode <mode>", "how much the summary shows")
        .choices(["compact", "full", "disabled"])
        .default("compact"),
    )
    .option("--summary-trend-stats <list>", 'such as "avg,med,p(95),p(99),max"')
    .option("--summary-time-unit <unit>", "s, ms or us for all times")
    .option("-q, --quiet", "no progress line")
    .option("--no-color", "no colours");
}

async function toRequest(target: string, flags: RunFlags): Promise<LoadRequest> {
  const isUrl = /^https?:\/\//i.test(target);
  assertFit(target, isUrl, flags);
  return {
    target: isUrl ? await toUrlTarget(target, flags) : await toScriptTarget(target),
    overrides: toOverrides(flags),
    rate: flags.rate,
    maxVus: flags.maxVus,
    env: { ...(flags.includeSystemEnvVars && systemEnv()), ...toPairs("--env", flags.env) },
    workers: flags.workers,
    caFile: flags.cacert,
    outputs: flags.out ?? [],
    summaryExport: flags.summaryExport,
    summaryMode: flags.summaryMode,
    noThresholds: !flags.thresholds,
    hasColor: flags.color,
    isQuiet: flags.quiet ?? false,
  };
}

/** Refuses what would be ignored without a word. */
function assertFit(target: string, isUrl: boolean, flags: RunFlags): void {
  if (!isUrl && /^([a-z][\w+.-]*:\/\/|[\w.-]+:\d+(\/|$))/i.test(target)) {
    throw new InvalidArgumentError(
      `Cannot load "${target}": give a URL that begins with http:// or https://, or a script`,
    );
  }
  const { method, header, body, timeout, rate, maxVus } = flags;
  const ofUrls = Object.entries({ method, header, body, timeout }).find(([, value]) => value);
  if (!isUrl && ofUrls) {
    throw new InvalidArgumentError(`--${ofUrls[0]} is for a URL: a script says what it sends`);
  }
  if (maxVus !== undefined && rate === undefined) {
    throw new InvalidArgumentError("--max-vus is for --rate: give --vus, or a rate as well");
  }
}

async function toUrlTarget(url: string, flags: RunFlags): Promise<LoadRequest["target"]> {
  const body = await readBody(flags.body);
  const method = flags.method ?? (body === undefined ? "GET" : "POST");
  const headers = (flags.header ?? []).map(toHeader);
  return { kind: "url", url, method, headers, body, timeout: flags.timeout };
}

async function toScriptTarget(path: string): Promise<LoadRequest["target"]> {
  return { kind: "script", path, source: path === "-" ? await readStdin() : undefined };
}

/** The flags as k6's options: only those that were given, for they win over the script's. */
function toOverrides(flags: RunFlags): Record<string, unknown> {
  const given = {
    vus: flags.vus,
    duration: flags.duration,
    iterations: flags.iterations ?? flags.requests,
    stages: flags.stage && toStages(flags.stage),
    tags: flags.tag && toPairs("--tag", flags.tag),
    thresholds: flags.threshold && toThresholds(flags.threshold),
    insecureSkipTLSVerify: flags.insecureSkipTlsVerify ?? flags.insecure,
    userAgent: flags.userAgent,
    maxRedirects: flags.maxRedirects,
    discardResponseBodies: flags.discardResponseBodies,
    noConnectionReuse: flags.connectionReuse ? undefined : true,
    noVUConnectionReuse: flags.vuConnectionReuse ? undefined : true,
    throw: flags.throw,
    noSetup: flags.setup ? undefined : true,
    noTeardown: flags.teardown ? undefined : true,
    summaryTrendStats: flags.summaryTrendStats?.split(","),
    summaryTimeUnit: flags.summaryTimeUnit,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function systemEnv(): Record<string, string> {
  const set = Object.entries(environment()).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Record<string, string>;
}

function systemIo(flags: RunFlags, { write }: Output): LoadIo {
  return {
    clock: systemClock(),
    stdout: (text) => write("stdout", text),
    stderr: (text) => write("stderr", text),
    isTerminal: (stream) => flags.color && isTerminal(stream),
    terminalWidth: () => terminalWidth("stderr"),
    onStopSignals,
    spawnWorker: spawnSelf,
    availableCores,
    openFileLimit,
  };
}
