import type { FlagName, RunningGate } from "@breakwater/gate";
import { onReloadSignal, onStopSignals } from "@breakwater/process";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { gather } from "./run-values.ts";

const examples = `
Requests are like /health, /api/*, "POST /orders" or header:x-tier=gold. Times are like 500ms or 5s.
The file has the flags by their names (max-ccu: 5000), and rules and partitions; flags win.

Examples:
  adaptive: as many at a time as the service gets done
    bw gate --upstream http://127.0.0.1:3000 --port 8000
  a look first: nothing is shed, /metrics and /status say what would be
    bw gate --upstream http://127.0.0.1:3000 --observe
  in Fluxor's form: 335 at a time, 3,015 wait, 1,650 more as headroom
    bw gate --upstream http://127.0.0.1:3000 --max-ccu 5000 --utilization 0.67
  50 at a time, 100 wait; health checks pass by, admins come first
    bw gate --upstream http://127.0.0.1:3000 --limit 50 --queue 100 --max-wait 500ms \\
      --bypass /health --priority "0=/api/admin/*" --priority 0=header:x-tier=gold
  all of it in a file, which is read again without dropping a connection
    bw gate --config gate.yaml
    kill -HUP PID, or curl -X POST localhost:9091/reload
  curl localhost:9091/status`;

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** Each flag, its value and what it says; those with "…" may be given several times. */
const flags: Readonly<Record<FlagName, readonly [value: string, what: string]>> = {
  upstream: ["url…", "the service behind: http://127.0.0.1:3000; several serve the same"],
  port: ["number", "where clients connect; 0 for any free port (default: 8000)"],
  host: ["address", "the address to listen on (default: all of this machine's)"],
  "tls-cert": ["file", "speak TLS with this certificate, PEM; HTTP/2 is agreed on by ALPN"],
  "tls-key": ["file", "the certificate's key, PEM"],
  http3: ["", "also HTTP/3 on UDP; needs TLS"],
  "max-ccu": ["number", "so many requests run or wait at most"],
  utilization: ["part", "how much of max-ccu is normal; a tenth of that runs (default: 0.67)"],
  limit: ["number", "so many requests at a time, always"],
  "min-limit": ["number", "the adaptive limit is never below (default: 1)"],
  "max-limit": ["number", "the adaptive limit is never above (default: 10000)"],
  "initial-limit": ["number", "the adaptive limit begins there (default: 100)"],
  queue: ["number", "so many more may wait (default: 0)"],
  "max-wait": ["time", "how long each waits at most (default: 1s)"],
  order: ["order", "who comes first: fifo, lifo or adaptive-lifo (default: fifo)"],
  observe: ["", "shed nothing, only count what would be"],
  bypass: ["requests…", "past the limit, and never shed: health checks"],
  stream: ["requests…", "count until the answer begins: server-sent events, long polling"],
  priority: ["0-9=requests…", "who comes first when not all can (default: 5 for all)"],
  partition: ["name=requests…", "whose share they count against"],
  share: ["name=part…", "guaranteed of the limit: gold=0.3, or gold=0.3:0.8 for at most 0.8"],
  rate: ["rate", "of each client's address: 1000/min; 429 beyond (default: none)"],
  "rate-burst": ["number", "so many at once after a rest (default: a tenth of the rate)"],
  "trust-proxy": ["network…", "whose X-Forwarded-For is believed: 10.0.0.0/8 (default: nobody's)"],
  "health-path": ["path", "ask this of the upstream again and again (default: no checks)"],
  "health-interval": ["time", "between two checks (default: 5s)"],
  "health-timeout": ["time", "of one check (default: 2s)"],
  "health-failures": ["number", "in a row, of checks or connects: it is down (default: 3)"],
  "health-successes": ["number", "of checks in a row: it is up again (default: 2)"],
  "connect-timeout": ["time", "to the upstream (default: 2s)"],
  timeout: ["time", "for an answer to begin, and for a pause in it (default: 60s)"],
  "upstream-connections": ["number", "to each address at once (default: 16384)"],
  "upstream-host": [
    "whose",
    "the Host it is told: the client's or the upstream's (default: client)",
  ],
  insecure: ["", "take any certificate of the upstream"],
  "metrics-port": ["number", "/metrics, /status, /reload; off for none (default: 9091 if free)"],
  "metrics-host": ["address", "where these are reached (default: 127.0.0.1, this machine alone)"],
  "max-clients": ["number", "connections of clients at once (default: 65536)"],
  "max-body": ["size", "of a request; 413 beyond (default: none)"],
  "idle-timeout": ["time", "a quiet client is disconnected; 0 for never (default: 60s)"],
  "drain-delay": ["time", "at the end, so long until the port closes (default: 0)"],
  "shutdown-timeout": ["time", "for requests under way at the end (default: 30s)"],
  "access-log": ["", "a line of JSON on stderr for each answer"],
};

type GateFlags = Readonly<Record<string, unknown>> & { readonly config?: string };

/** `bw gate`: admission control in front of any service. */
export function addGateCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("gate")
    .description("keeps a service from breaking: lets in what it can do, sheds the rest at once")
    .option("--config <file>", "all of these in YAML or JSON; SIGHUP reads it again");
  for (const [name, [value, what]] of Object.entries(flags)) {
    if (value === "") command.option(`--${name}`, what);
    else if (value.endsWith("…")) {
      command.option(`--${name} <${value.slice(0, -1)}>`, `${what}; may be repeated`, gather);
    } else command.option(`--${name} <${value}>`, what);
  }
  command
    .addHelpText("after", examples)
    // --config is there for all commands, before and behind their name: k6's.
    .action(async (_given: GateFlags, self: Command) =>
      end(await gateCommand(self.optsWithGlobals(), output)),
    );
}

async function gateCommand(given: GateFlags, { write }: Output): Promise<number> {
  const { GateError, runGate } = await import("@breakwater/gate");
  const { ServerError } = await import("@breakwater/http-server");
  const log = (line: string): void => write("stderr", `${line}\n`);
  const fields = Object.fromEntries(
    Object.keys(flags).map((name) => [name, given[camelCase(name)]]),
  );
  try {
    const gate = await runGate({ fields, configPath: given.config, log });
    write("stdout", `Listening on ${gate.url} for ${gate.upstreams.join(", ")}\n`);
    write("stdout", `Limit: ${gate.limit}\n`);
    if (gate.sideUrl) write("stdout", `Metrics at ${gate.sideUrl}metrics, state at /status\n`);
    using _reload = onReloadSignal(() => {
      try {
        gate.reload();
        log(`Reloaded: ${gate.limit}; for ${gate.upstreams.join(", ")}`);
      } catch (error) {
        if (!(error instanceof GateError)) throw error;
        for (const line of error.message.split("\n")) log(`error: ${line}; all stays as it was`);
      }
    });
    await stopped(gate, log);
    return 0;
  } catch (error) {
    if (!(error instanceof GateError || error instanceof ServerError)) throw error;
    for (const line of error.message.split("\n")) log(`error: ${line}`);
    return INVALID_CONFIG;
  }
}

/** Until a signal has asked for the end, and all is finished or cut. */
async function stopped(gate: RunningGate, log: (line: string) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  using _signals = onStopSignals({
    first: () => {
      log("Finishing the requests under way; once more ends them at once");
      gate.stop().then(resolve, reject);
    },
    second: () => void gate.stop({ graceMs: 0 }).then(resolve, reject),
  });
  await promise;
}

const camelCase = (flag: string): string =>
  flag.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
