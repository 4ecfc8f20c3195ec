import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type RunningS3Server, startS3Server } from "@breakwater/s3-server";
import { systemClock } from "@breakwater/system-clock";
import { toLogLine } from "./access-log.ts";
import { parseS3StoreOptions, type S3StoreOptions } from "./options.ts";
import { usageLines } from "./usage-lines.ts";

export interface RunS3StoreOptions extends S3StoreOptions {
  /** A line to `log` for each answer. */
  readonly accessLog?: boolean | undefined;
  /** Gets a line for what the user should know. */
  readonly log?: (line: string) => void;
}

export interface RunningS3Store extends RunningS3Server {
  /** Where everything is. */
  readonly folder: string;
  /** How clients get at it. */
  readonly usage: readonly string[];
}

/**
 * Starts an S3 store on a folder. Throws S3StoreError for what cannot be, S3ServerError for a
 * folder or port that cannot be had.
 */
export async function runS3Store(options: RunS3StoreOptions): Promise<RunningS3Store> {
  const { log = () => {}, accessLog = false } = options;
  const settings = parseS3StoreOptions(options);
  const folder = resolve(settings.folder);
  const server = await startS3Server({
    ...settings,
    ...{ folder, credentials: [settings.credentials], clock: systemClock(), epochMs: Date.now },
    newId: randomUUID,
    onSwept: (removed) => {
      if (removed > 0) log(`Removed ${removed} files that writes cut off earlier had left`);
    },
    onError: (error) => log(`error: ${error instanceof Error ? error.stack : String(error)}`),
    onAnswer: accessLog ? (record) => log(toLogLine(record)) : undefined,
  });
  return { ...server, folder, usage: usageLines(settings, server.url) };
}
