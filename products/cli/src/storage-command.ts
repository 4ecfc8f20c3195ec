import { environment, isTerminal, onStopSignals, terminalWidth } from "@breakwater/process";
import type { OpenStore, StorageResult, StorageTestName } from "@breakwater/storage-test";
import { systemClock } from "@breakwater/system-clock";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { gather } from "./run-values.ts";
import { addPlanFlags, addStoreFlags, storageTests, toFields } from "./storage-flags.ts";
import { addStorageServeCommand } from "./storage-serve-command.ts";

const examples = `
Where the store is: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, S3_BUCKET, AWS_REGION,
AWS_SESSION_TOKEN, or their flags (bw storage upload --help). All is written under speed-test/ and
deleted at the end, after Ctrl-C, too. Speeds are in MB/s, 10^6 bytes.

Examples:
  Tigris on Fly.io
    export AWS_ENDPOINT_URL_S3=https://fly.storage.tigris.dev AWS_REGION=auto S3_BUCKET=my-bucket
    export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…
    bw storage upload
  a store on this machine
    bw s3 --dir /tmp/store --port 9000 --access-key key --secret-key secret
    bw storage upload --endpoint http://127.0.0.1:9000 --bucket test --access-key key --secret-key secret
  one object in parts beside separate objects, ten at a time
    bw storage upload --method multipart,objects --concurrency 10
  small objects, until the rate is stable within 5 %
    bw storage download --size 4K --count 10000 --concurrency 50 --until-stable 5
  what is best from here, and did it get better?
    bw storage sweep
    bw storage upload --duration 30s --json before.json
    bw storage compare before.json after.json
  what a run that was killed has left
    bw storage cleanup`;

/** k6's codes, and 1 for operations that failed. */
const FAILED = 1;
const INVALID_CONFIG = 104;
const INTERRUPTED = 105;

type Given = Readonly<Record<string, unknown>>;

/** `bw storage`: how fast an object store is from here. */
export function addStorageCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const storage = program
    .command("storage")
    .description("how fast an object store is from here: upload, download, list, sweep …")
    .addHelpText("after", examples);
  for (const name of Object.keys(storageTests) as StorageTestName[]) {
    const { what, flags, more } = storageTests[name];
    const command = storage.command(name).description(what);
    addPlanFlags(command, flags).option("--json <file>", "write the result there");
    addStoreFlags(command)
      .addHelpText("after", more === "" ? "" : `\n${more}`)
      .action(async (_given: Given, self: Command) =>
        end(await inSentences(output, () => testCommand(name, self.optsWithGlobals(), output))),
      );
  }
  const cleanup = storage
    .command("cleanup")
    .description("lists what runs have left in the bucket, and deletes it if told to")
    .option("--yes", "delete all that is listed")
    .option("--run <id>", "delete this run's; may be repeated", gather)
    .option("--prefix <text>", "where the runs wrote (default: speed-test/)");
  addStoreFlags(cleanup).action(async (given: Given) =>
    end(await inSentences(output, () => leftCommand(given, output))),
  );
  storage
    .command("compare <before> <after>")
    .description("two results of --json: how much faster, and how sure that is")
    .action(async (before: string, after: string) =>
      end(await inSentences(output, () => compareCommand({ before, after }, output))),
    );
  addStorageServeCommand(storage, output, end);
}

async function testCommand(name: StorageTestName, given: Given, output: Output): Promise<number> {
  const { cleanUpCommand, parsePlan, ProgressLine, runStorageTest, ...more } = await import(
    "@breakwater/storage-test"
  );
  const { checkResultFile, storageSettings, storeOpener } = more;
  const fields = toFields(given);
  const plan = parsePlan(name, fields);
  const target = storageSettings(fields, environment());
  if (typeof fields.json === "string") await checkResultFile(fields.json);
  const clock = systemClock();
  const edge = { clock, epochMs: Date.now, random: Math.random };
  const runId = Bun.randomUUIDv7();
  const controller = new AbortController();
  const line = new ProgressLine({
    write: (text) => output.write("stderr", text),
    isTerminal: isTerminal("stderr"),
    columns: () => terminalWidth("stderr"),
  });
  const { endpoint, bucket, region } = target;
  const test = runStorageTest(plan, {
    ...{ target: { endpoint, bucket, region }, openStore: storeOpener(target, edge), ...edge },
    newId: () => runId,
    onProgress: (progress) => {
      if (fields.quiet !== true) line.update(progress);
    },
    signal: controller.signal,
  });
  const log = (text: string): void => {
    line.clear();
    output.write("stderr", `${text}\n`);
  };
  const result = await untilStopped(test, {
    first: () => {
      log("Deleting what was written; once more leaves it there");
      controller.abort();
    },
    second: () => log(`Left under ${plan.prefix}${runId}/: ${cleanUpCommand({ runId, ...plan })}`),
  });
  line.clear();
  return result === undefined ? INTERRUPTED : await told(result, { path: fields.json, output });
}

/** undefined when it was stopped a second time. */
async function untilStopped<T>(
  work: Promise<T>,
  { first, second }: { readonly first: () => void; readonly second: () => void },
): Promise<T | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  using _signals = onStopSignals({
    first,
    second: () => {
      second();
      stopped.resolve(undefined);
    },
  });
  return await Promise.race([work, stopped.promise]);
}

async function told(
  result: StorageResult,
  { path, output: { write } }: { readonly path: unknown; readonly output: Output },
): Promise<number> {
  const { summaryText, writeResultFile } = await import("@breakwater/storage-test");
  write("stdout", summaryText(result));
  if (typeof path === "string") await writeResultFile(path, result);
  const { failure, phases, cleanUp } = result;
  if (failure?.code === "interrupted") return INTERRUPTED;
  if (failure !== undefined) {
    write("stderr", `error: ${failure.message}\n`);
    if (failure.detail !== undefined) write("stderr", `The store said: ${failure.detail}\n`);
    return FAILED;
  }
  return phases.some(({ failed }) => failed > 0) || cleanUp.leftCount > 0 ? FAILED : 0;
}

async function leftCommand(given: Given, { write }: Output): Promise<number> {
  const { DEFAULT_PREFIX, deleteRun, findLeftRuns, parsePrefix } = await import(
    "@breakwater/storage-test"
  );
  const openStore = await storeOf(given);
  const prefix = parsePrefix(typeof given.prefix === "string" ? given.prefix : DEFAULT_PREFIX);
  const runs = await findLeftRuns(openStore, { prefix });
  const asked = given.run as readonly string[] | undefined;
  const missing = asked?.find((id) => !runs.some(({ runId }) => runId === id));
  if (missing !== undefined) {
    write("stderr", `error: The store has nothing of a run ${missing} under ${prefix}\n`);
    return FAILED;
  }
  if (runs.length === 0) write("stdout", `Nothing is left under ${prefix}\n`);
  let left = 0;
  for (const { runId, root, objects, bytes, unfinishedUploads, modifiedMs } of runs) {
    const date = new Date(modifiedMs).toISOString();
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    const what = `${objects} objects, ${size}, ${unfinishedUploads} unfinished uploads`;
    write("stdout", `${runId}  ${date}  ${what}\n`);
    if (given.yes !== true && asked?.includes(runId) !== true) continue;
    const result = await deleteRun(openStore, { root, onDeleted: () => {} });
    left += result.leftCount;
    write("stdout", `  deleted${result.leftCount > 0 ? ` but for ${result.leftCount}` : ""}\n`);
  }
  const isTold = given.yes === true || asked !== undefined;
  if (runs.length > 0 && !isTold) write("stdout", "To delete them: --yes, or --run ID for one\n");
  return left > 0 ? FAILED : 0;
}

async function storeOf(given: Given): Promise<OpenStore> {
  const { storageSettings, storeOpener } = await import("@breakwater/storage-test");
  const settings = storageSettings(toFields(given), environment());
  return storeOpener(settings, { clock: systemClock(), epochMs: Date.now, random: Math.random });
}

async function compareCommand(
  { before, after }: { readonly before: string; readonly after: string },
  { write }: Output,
): Promise<number> {
  const { compareResults, comparisonText, readResultFile } = await import(
    "@breakwater/storage-test"
  );
  const results = [await readResultFile(before), await readResultFile(after)] as const;
  write("stdout", comparisonText(compareResults(...results)));
  return 0;
}

/** What is wrong with what was asked, as one sentence. */
async function inSentences({ write }: Output, work: () => Promise<number>): Promise<number> {
  const { StorageTestError } = await import("@breakwater/storage-test");
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StorageTestError)) throw error;
    write("stderr", `error: ${error.message}\n`);
    return exitCodes[error.code];
  }
}

const exitCodes = {
  bad_option: INVALID_CONFIG,
  bad_file: FAILED,
  incomparable: INVALID_CONFIG,
  store_failed: FAILED,
} as const;
