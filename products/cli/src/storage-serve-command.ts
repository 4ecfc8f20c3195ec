import { environment, onStopSignals } from "@breakwater/process";
import type { OpenStore } from "@breakwater/storage-test";
import { systemClock } from "@breakwater/system-clock";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { wholeNumber } from "./run-values.ts";
import { addStoreFlags, toFields } from "./storage-flags.ts";

const examples = `
POST /upload           1 GiB in 10 parts, 5 at a time
POST /upload-single    1 GiB with one PUT
GET /                  what there is, or a page with a button and a chart for a browser
GET /generate          1 GiB of data that cannot be compressed
GET /env               which of the store's variables are set

Its MB are 2^20 bytes; those of the other bw storage commands are 10^6.
One test at a time: 409 for another. With --token, or BW_STORAGE_TOKEN, all but GET / wants
"Authorization: Bearer TOKEN".`;

const INVALID_CONFIG = 104;

interface ServeFlags extends Readonly<Record<string, unknown>> {
  readonly port: number;
  readonly host?: string;
  readonly token?: string;
  readonly keep?: boolean;
  readonly debug?: boolean;
  readonly metricsPort?: string;
}

/** `bw storage serve`: the speed test as a service. */
export function addStorageServeCommand(
  storage: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = storage
    .command("serve")
    .description("the upload test as a service with a page, to run where the store is used")
    .option("--port <number>", "0 for any free one", wholeNumber, 8080)
    .option("--host <address>", "the address to listen on (default: all of this machine's)")
    .option("--token <text>", "who may ask (BW_STORAGE_TOKEN; default: all)")
    .option("--keep", "delete nothing that was uploaded")
    .option("--debug", "failures are answered with what the store said")
    .option("--metrics-port <number>", "/metrics; off for none (default: 9091 if free)");
  addStoreFlags(command)
    .addHelpText("after", examples)
    .action(async (given: ServeFlags) => end(await serveCommand(given, output)));
}

async function serveCommand(given: ServeFlags, { write }: Output): Promise<number> {
  const { StorageTestError } = await import("@breakwater/storage-test");
  const { runStorageService } = await import("@breakwater/storage-test/serve");
  const { ServerError } = await import("@breakwater/http-server");
  const variables = environment();
  const edge = { clock: systemClock(), epochMs: Date.now, random: Math.random };
  try {
    const { openStore, problem } = await storeOf(given, edge);
    if (problem !== undefined) write("stderr", `warning: ${problem}\n`);
    const service = await runStorageService({
      port: given.port,
      hostname: given.host,
      io: { ...edge, openStore, newId: () => crypto.randomUUID() },
      environment: variables,
      token: given.token ?? (variables.BW_STORAGE_TOKEN || undefined),
      keep: given.keep,
      debug: given.debug,
      metricsPort: metricsPort(given.metricsPort),
    });
    write("stdout", `Listening on ${service.url}\n`);
    if (service.sideUrl) write("stdout", `Metrics at ${service.sideUrl}metrics\n`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    using _signals = onStopSignals({
      first: () => {
        write("stderr", "Finishing the test under way; once more ends it at once\n");
        service.stop().then(resolve, reject);
      },
      second: () => void service.stop({ graceMs: 0 }).then(resolve, reject),
    });
    await promise;
    return 0;
  } catch (error) {
    if (!(error instanceof StorageTestError || error instanceof ServerError)) throw error;
    write("stderr", `error: ${error.message}\n`);
    return INVALID_CONFIG;
  }
}

type Edge = Parameters<typeof import("@breakwater/storage-test").storeOpener>[1];

/** Without its settings the service runs, too: GET /env and each test say what is missing. */
async function storeOf(
  given: ServeFlags,
  edge: Edge,
): Promise<{ readonly openStore: OpenStore; readonly problem: string | undefined }> {
  const { noStore, StorageTestError, storageSettings, storeOpener } = await import(
    "@breakwater/storage-test"
  );
  try {
    const openStore = storeOpener(storageSettings(toFields(given), environment()), edge);
    // Says now what it would say in the first test.
    await openStore({ observe: () => {}, maxConnections: 1 })[Symbol.asyncDispose]();
    return { openStore, problem: undefined };
  } catch (error) {
    if (!(error instanceof StorageTestError)) throw error;
    return { openStore: noStore(error), problem: error.message };
  }
}

function metricsPort(given: string | undefined): number | "off" | undefined {
  return given === undefined || given === "off" ? given : wholeNumber(given);
}
