import { onStopSignals } from "@breakwater/process";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { wholeNumber } from "./run-values.ts";

interface OriginFlags {
  readonly port: number;
  readonly host?: string;
  readonly accessLog?: boolean;
}

const paths = `
Paths:
  /               the request as JSON; so does every path that is not here
  /health         {"status":"ok"}
  /bin/{size}     so many bytes: 11111, 10K, 1M, 10G; ?chunked=true for chunks
  /status/{code}  that status, 200 to 599
  /delay/{ms}     an answer after so many milliseconds`;

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** `bw origin`: answers until it is told to stop. */
export function addOriginCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  program
    .command("origin")
    .description("an upstream to put behind the proxy, CDN or load balancer under test")
    .option("-p, --port <number>", "where to listen; 0 for any free port", wholeNumber, 8080)
    .option("--host <address>", "the address to listen on (default: all of this machine's)")
    .option("--access-log", "a line for each request on stderr")
    .addHelpText("after", paths)
    .action(async (flags: OriginFlags) => end(await originCommand(flags, output)));
}

async function originCommand(
  { port, host, accessLog }: OriginFlags,
  { write }: Output,
): Promise<number> {
  const { OriginError, runOrigin } = await import("@breakwater/origin");
  const { ServerError } = await import("@breakwater/server");
  const log = (line: string): void => write("stderr", `${line}\n`);
  try {
    const options = { port, hostname: host, log, logRequest: accessLog ? log : undefined };
    const origin = await runOrigin(options);
    write("stdout", `Listening on ${origin.url.href}\n`);
    const { promise, resolve } = Promise.withResolvers<void>();
    using _signals = onStopSignals({
      first: () => {
        log("Finishing the requests under way; once more ends them at once");
        void origin.stop().then(resolve);
      },
      second: () => void origin.stop({ graceMs: 0 }).then(resolve),
    });
    await promise;
    return 0;
  } catch (error) {
    if (!(error instanceof OriginError || error instanceof ServerError)) throw error;
    log(`error: ${error.message}`);
    return INVALID_CONFIG;
  }
}
