import { availableCores, onStopSignals, parentChannel, spawnSelf } from "@breakwater/process";
import { systemClock } from "@breakwater/system-clock";
import type { Command } from "commander";
import { addOriginFlags, type OriginFlags, toOriginOptions } from "./origin-flags.ts";
import type { Output } from "./output.ts";

const examples = `
Every flag has an environment variable: BW_ORIGIN_PORT, BW_ORIGIN_GRPC_PORT …

Examples:
  bw origin                                   all of it, on 8080 and 50051
  bw origin --port 0 --workers 1              one process, on any free port
  bw origin --tls-port 8443                   and HTTPS, HTTP/2 and HTTP/3 on 8443
  bw origin --shape "delay=normal(50,10); error=503:0.01"
  curl localhost:8080/help                    what it can answer`;

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;
/** Workers have ended again and again. */
const FAILED = 1;

/** `bw origin`: answers until it is told to stop. */
export function addOriginCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("origin")
    .description("an upstream to put behind the proxy, CDN or load balancer under test")
    .addHelpText("after", examples);
  addOriginFlags(command).action(async (flags: OriginFlags) =>
    end(await originCommand(flags, output)),
  );
}

/** `bw origin-worker`: one process of an origin; `bw origin` starts it, nobody else does. */
export function addOriginWorkerCommand(
  program: Command,
  { write }: Output,
  end: (exitCode: number) => void,
): void {
  program.command("origin-worker", { hidden: true }).action(async () => {
    const { runOriginWorker } = await import("@breakwater/origin");
    const log = (line: string): void => write("stderr", `${line}\n`);
    if (runOriginWorker(parentChannel, { log, logAnswer: log })) return;
    log('bw origin-worker: only "bw origin" can start this');
    end(INVALID_CONFIG);
  });
}

async function originCommand(flags: OriginFlags, { write }: Output): Promise<number> {
  const { OriginError, runOrigin, runWorkers } = await import("@breakwater/origin");
  const { ServerError } = await import("@breakwater/http-server");
  const log = (line: string): void => write("stderr", `${line}\n`);
  const workers = flags.workers === "auto" ? availableCores() : flags.workers;
  try {
    const options = toOriginOptions(flags);
    const origin =
      workers === 1
        ? await runOrigin(options, { log, logAnswer: log })
        : await runWorkers({ options, workers, spawn: spawnSelf, clock: systemClock(), log });
    const { http, https, grpc, profiling } = origin.places;
    write("stdout", `Listening on ${http}\n`);
    if (https !== undefined) write("stdout", `Listening on ${https}\n`);
    if (grpc !== undefined) write("stdout", `Listening on ${grpc} for gRPC\n`);
    if (profiling !== undefined) write("stdout", `Profiles at ${profiling}debug/pprof/\n`);
    await stopped(origin, log);
    return 0;
  } catch (error) {
    if (!(error instanceof OriginError || error instanceof ServerError)) throw error;
    log(`error: ${error.message}`);
    return error.code === "worker_lost" ? FAILED : INVALID_CONFIG;
  }
}

interface Stoppable {
  readonly failed?: Promise<never>;
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** Until a signal has asked for the end, and all is finished or cut. */
async function stopped(origin: Stoppable, log: (line: string) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _signals = onStopSignals({
    first: () => {
      log("Finishing the requests under way; once more ends them at once");
      void origin.stop().then(resolve);
    },
    second: () => void origin.stop({ graceMs: 0 }).then(resolve),
  });
  await (origin.failed === undefined ? promise : Promise.race([promise, origin.failed]));
}
