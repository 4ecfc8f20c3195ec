import { onStopSignals } from "@breakwater/process";
import type { RunningS3Store } from "@breakwater/s3-store";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { wholeNumber } from "./run-values.ts";

interface S3Flags {
  readonly dir?: string;
  readonly port?: number;
  readonly host?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly durability?: string;
  readonly region?: string;
  readonly domain?: string;
  readonly createBuckets?: boolean;
  readonly accessLog?: boolean;
}

const examples = `
Speaks S3: objects, ranges, conditions, listings, multipart uploads, copies, tags, checksums, CORS,
presigned URLs; by path and, with --domain, by host. Requests must be signed (SigV4). It has no
versions, ACLs, policies, encryption, lifecycles or uploads by forms: it says so when asked for them.
After a crash an object is whole or absent. When the power goes, what was acknowledged is kept by
--durability object and, with names and deletions too, strict; with none, only what was synced by then.

Examples:
  for this machine, with keys that everybody knows: breakwater, breakwater-secret
    bw s3 --dir ./data
    export AWS_ENDPOINT_URL=http://127.0.0.1:9000 AWS_REGION=us-east-1
    export AWS_ACCESS_KEY_ID=breakwater AWS_SECRET_ACCESS_KEY=breakwater-secret
    aws --endpoint-url $AWS_ENDPOINT_URL s3 cp photo.jpg s3://pictures/
  for others, with keys of its own
    bw s3 --dir /var/lib/s3 --host 0.0.0.0 --port 9000 --access-key K --secret-key LONGSECRET
  buckets as hosts: http://pictures.s3.localhost:9000/photo.jpg
    bw s3 --dir ./data --domain s3.localhost
  as strict as S3: buckets have to be made, and for one region
    bw s3 --dir ./data --no-create-buckets --region eu-central-1 --durability strict`;

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** `bw s3`: an S3 store on a folder. */
export function addS3Command(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  program
    .command("s3")
    .description("an S3 store on a folder: for development, tests and small installations")
    .option("--dir <folder>", "where everything is kept; made if it is not there")
    .option("--port <number>", "0 for any free port (default: 9000)", wholeNumber)
    .option("--host <address>", "the address to listen on (default: 127.0.0.1, this machine alone)")
    .option("--access-key <key>", "who may ask; with the secret key (default: breakwater)")
    .option("--secret-key <key>", "what they sign with (default: breakwater-secret)")
    .option("--durability <how>", "none, object or strict: see below (default: object)")
    .option("--region <name>", "the only one that clients may sign for (default: any)")
    .option("--domain <name>", "buckets are hosts below it, too: BUCKET.NAME")
    .option("--no-create-buckets", "an unknown bucket is an error, not made on first use")
    .option("--access-log", "a line on stderr for each answer")
    .addHelpText("after", examples)
    .action(async (flags: S3Flags) => end(await s3Command(flags, output)));
}

async function s3Command(flags: S3Flags, { write }: Output): Promise<number> {
  const { runS3Store, S3ServerError, S3StoreError } = await import("@breakwater/s3-store");
  const log = (line: string): void => write("stderr", `${line}\n`);
  try {
    const store = await runS3Store({ ...flags, log });
    write("stdout", `S3 at ${store.url.origin} in ${store.folder}\n`);
    for (const line of store.usage) write("stdout", `  ${line}\n`);
    await stopped(store, log);
    return 0;
  } catch (error) {
    if (!(error instanceof S3StoreError || error instanceof S3ServerError)) throw error;
    log(`error: ${error.message}`);
    return INVALID_CONFIG;
  }
}

/** Until a signal has asked for the end, and all is finished or cut. */
async function stopped(store: RunningS3Store, log: (line: string) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  using _signals = onStopSignals({
    first: () => {
      log("Finishing the requests under way; once more ends them at once");
      store.stop().then(resolve, reject);
    },
    second: () => void store.stop({ graceMs: 0 }).then(resolve, reject),
  });
  await promise;
}
