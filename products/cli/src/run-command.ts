import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadIo, LoadTarget } from "@breakwater/load";
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
import { type Command, InvalidArgumentError } from "commander";
import type { Output } from "./output.ts";
import {
  addLifecycleFlags,
  addLoadFlags,
  addRequestFlags,
  addResultFlags,
  addRunOnlyFlags,
  addScriptFlags,
  type RunFlags,
} from "./run-flags.ts";
import { toRunRequest } from "./run-request.ts";
import { readBody, toHeader } from "./run-values.ts";
import { openScriptSource, toScriptType } from "./script-source.ts";

const examples = `
Examples:
  bw run http://localhost:8080/ -u 64 -d 10s        64 connections, one request after another
  bw run http://localhost:8080/ --rate 5000/s       5,000 requests a second, answered or not
  bw run http://localhost:8080/ -n 1000             a thousand requests
  bw run script.ts -u 50 -d 30s                     what a script does, by 50 virtual users
  bw run script.ts --stage 30s:100 --stage 1m:0     up to 100 VUs and down again
  bw run archive.tar                                what bw archive or k6 archive packed

What is said twice: the command line wins over K6_* variables, those over the script's options, and
those over the config file.

Exit codes: 0 passed, 1 nothing could be measured or a result not written, 99 a threshold failed,
103 stopped by the REST API, 104 bad option, 105 stopped by a signal, 106 no REST API at --address,
107 the script threw, 108 exec.test.abort(), 110 exec.test.fail().`;

/** `bw run`: the words of the command line into a LoadRequest. */
export function addRunCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("run")
    .description("load a URL, or run a script's virtual users, and say how the target did")
    .argument("<target>", 'a URL, a script (.ts, .js), an archive, or "-" for standard input')
    .addHelpText("after", examples);
  addLoadFlags(command);
  addRequestFlags(command);
  addScriptFlags(command);
  addLifecycleFlags(command);
  addResultFlags(command);
  addRunOnlyFlags(command);
  command.action(async (target: string) => {
    const flags: RunFlags = command.optsWithGlobals();
    end(await run(target, flags, output));
  });
}

async function run(target: string, flags: RunFlags, output: Output): Promise<number> {
  const isUrl = /^https?:\/\//i.test(target);
  assertFit(target, isUrl, flags);
  const request = toRunRequest(flags);
  const { runLoad } = await import("@breakwater/load");
  const io = systemIo(output, request.hasColor);
  if (isUrl) return runLoad({ ...request, target: await toUrlTarget(target, flags) }, io);
  const type = toScriptType(flags.type ?? environment().K6_TYPE);
  using source = await openScriptSource(target, type);
  const env = { ...source.env, ...request.env };
  return await runLoad({ ...request, env, target: source.target }, io);
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

async function toUrlTarget(url: string, flags: RunFlags): Promise<LoadTarget> {
  const body = await readBody(flags.body);
  const method = flags.method ?? (body === undefined ? "GET" : "POST");
  const headers = (flags.header ?? []).map(toHeader);
  return { kind: "url", url, method, headers, body, timeout: flags.timeout };
}

/** This process as a load test sees it. */
export function systemIo({ write }: Output, hasColor: boolean): LoadIo {
  return {
    clock: systemClock(),
    stdout: (text) => write("stdout", text),
    stderr: (text) => write("stderr", text),
    isTerminal: (stream) => hasColor && isTerminal(stream),
    terminalWidth: () => terminalWidth("stderr"),
    onStopSignals,
    cacheFolder: cacheFolder(environment()),
    spawnWorker: spawnSelf,
    availableCores,
    openFileLimit,
  };
}

/** As the XDG base directory specification says. */
function cacheFolder({ XDG_CACHE_HOME, HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  const base = XDG_CACHE_HOME ?? (HOME === undefined ? LOCALAPPDATA : join(HOME, ".cache"));
  return join(base ?? tmpdir(), "breakwater");
}
