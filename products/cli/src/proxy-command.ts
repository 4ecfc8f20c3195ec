import { onStopSignals } from "@breakwater/process";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { gather, wholeNumber } from "./run-values.ts";

interface ProxyFlags {
  readonly listen?: string;
  readonly upstream?: string;
  readonly proxy?: readonly string[];
  readonly proxies?: string;
  readonly control?: string;
  readonly direction?: string;
  readonly seed?: number;
  /** The impairments, by the names that the control API has for them. */
  readonly [impairment: string]: unknown;
}

const examples = `
TCP only: HTTP/1.1, HTTP/2, TLS, WebSocket, gRPC, databases. HTTP/3 and DNS are UDP and do not pass.
Durations are like 50ms or 1.5s, sizes like 100B, 10K (1024 each) or 1MB (1000 each).

Examples:
  a mobile network in front of a service: 100 ms round trip, 1 MB/s
    bw proxy --listen :8081 --upstream 127.0.0.1:8080 --latency 50ms --jitter 10ms --bandwidth 1MB/s
  uploads in tiny pieces; answers as they are
    bw proxy --listen :8081 --upstream 127.0.0.1:8080 --direction up --slice 100B --slice-delay 1ms
  one new connection in a hundred gets no answer, one read in a thousand resets
    bw proxy --listen :8081 --upstream 127.0.0.1:8080 --drop 0.01 --reset 0.001 --seed 7
  two proxies in one process, changed while they run
    bw proxy --proxy api=:8081=127.0.0.1:8080 --proxy db=:5433=127.0.0.1:5432
    curl -X PUT 127.0.0.1:8474/proxies/db/impairments -d '{"latency": "200ms"}'
    curl -X POST 127.0.0.1:8474/proxies/db/pause
    curl 127.0.0.1:8474/stats`;

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** Each flag's name, its value and what it says. */
const impairments = [
  ["latency", "duration", "every byte comes so much later, in each direction"],
  ["jitter", "duration", "the latency varies by up to so much; nothing overtakes"],
  ["bandwidth", "rate", "what passes, per connection and direction: 1MB/s"],
  ["slice", "size", "pass on at most so many bytes at a time"],
  ["slice-delay", "duration", "between a slice and the next"],
  ["reset", "chance", "0 to 1: that a read resets its connection"],
  ["drop", "chance", "0 to 1: that a new connection gets no answer"],
  ["slow-close", "duration", "tell an end so much later that the other has closed"],
  ["timeout", "duration", "let nothing pass, then close after so long; 0: never close"],
  ["reset-peer", "duration", "reset a connection after so long"],
  ["limit-data", "size", "close a connection after so many bytes"],
] as const;

/** `bw proxy`: the slow network between any two ends. */
export function addProxyCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("proxy")
    .description("a slow and lossy network between any two ends, over TCP")
    .option("--listen <place>", "where clients connect: 127.0.0.1:8081, or :8081 for everyone")
    .option("--upstream <place>", "where it leads: 127.0.0.1:8080")
    .option("--proxy <name=listen=upstream>", "another one, by name; may be repeated", gather)
    .option("--proxies <file>", "more of them: a JSON list, as the control API has them");
  for (const [name, value, what] of impairments) command.option(`--${name} <${value}>`, what);
  command
    .option("--direction <which>", "of these: up (to the upstream), down or both (default: both)")
    .option("--seed <number>", "the same chances again (default: any)", wholeNumber)
    .option("--control <place>", "the control API, or off (default: 127.0.0.1:8474 if it is free)")
    .addHelpText("after", examples)
    .action(async (flags: ProxyFlags) => end(await proxyCommand(flags, output)));
}

async function proxyCommand(flags: ProxyFlags, { write }: Output): Promise<number> {
  const { ProxyError, runProxy } = await import("@breakwater/proxy");
  const { ServerError } = await import("@breakwater/http-server");
  const log = (line: string): void => write("stderr", `${line}\n`);
  try {
    const running = await runProxy({ ...toOptions(flags), log });
    for (const { name, listen, upstream } of running.proxies) {
      write("stdout", `Listening on ${listen} for ${upstream} (${name})\n`);
    }
    if (running.control) write("stdout", `Control API at ${running.control.href}\n`);
    write("stdout", `Seed ${running.seed}\n`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    using _signals = onStopSignals({
      first: () => {
        log("Waiting for open connections; once more resets them");
        running.stop().then(resolve, reject);
      },
      second: () => void running.stop({ graceMs: 0 }).then(resolve, reject),
    });
    await promise;
    return 0;
  } catch (error) {
    if (!(error instanceof ProxyError || error instanceof ServerError)) throw error;
    log(`error: ${error.message}`);
    return INVALID_CONFIG;
  }
}

function toOptions({
  listen,
  upstream,
  proxy,
  proxies,
  control,
  direction,
  seed,
  ...more
}: ProxyFlags) {
  const wanted = impairments.map(([name]) => camelCase(name));
  return {
    ...{ listen, upstream, control, direction, seed },
    proxies: proxy,
    proxiesPath: proxies,
    impairments: Object.fromEntries(wanted.map((name) => [name, more[name]])),
  };
}

const camelCase = (flag: string): string =>
  flag.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
