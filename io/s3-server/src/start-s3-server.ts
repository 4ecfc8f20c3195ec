import type { Clock } from "@breakwater/clock";
import {
  type AnswerRecord,
  type RunningHttpServer,
  ServerError,
  type ServerLimits,
  serveHttp,
} from "@breakwater/http-server";
import { MAX_PUT_BYTES, MIN_PART_BYTES } from "@breakwater/s3";
import type { Disk } from "./disk/disk.ts";
import { type DiskOptions, openDisk } from "./disk/open-disk.ts";
import type { S3Limits } from "./handler/call.ts";
import { type S3HandlerOptions, s3Handler } from "./handler/s3-handler.ts";
import { S3ServerError } from "./s3-server-error.ts";

type FromHandler = Pick<S3HandlerOptions, "credentials" | "createsBuckets" | "epochMs" | "onError">;

export interface S3ServerOptions extends FromHandler, DiskOptions {
  readonly hostname: string;
  /** 0 for any. */
  readonly port: number;
  /** The only one accepted; left out, whatever clients call it. */
  readonly region?: string | undefined;
  /** Below them, buckets are hosts: "BUCKET.s3.test". Left out, they are in paths only. */
  readonly hosts?: readonly string[] | undefined;
  /** `s3ServerLimits` if left out. */
  readonly limits?: S3ServerLimits | undefined;
  readonly clock: Clock;
  /** Told of every answer when it is complete, or will never be. */
  readonly onAnswer?: ((record: AnswerRecord) => void) | undefined;
}

export interface S3ServerLimits extends S3Limits, ServerLimits {}

export interface RunningS3Server extends AsyncDisposable {
  /** Where this machine reaches it: the endpoint of S3 clients. */
  readonly url: URL;
  /** What is in flight may take so long, 10 s if left out; the disk is closed after that. */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

const s3ServerLimits: S3ServerLimits = {
  // A thousand keys to delete, of a kilobyte each; ten thousand parts with their checksums.
  maxDocumentBytes: 4_194_304,
  maxReceiving: 1000,
  minPartBytes: MIN_PART_BYTES,
  // S3's own 8 KB of headers, and a key of a kilobyte that is escaped three times over.
  maxHeadBytes: 32_768,
  maxHeaders: 200,
  // With the framing of aws-chunked.
  maxBodyBytes: MAX_PUT_BYTES + 2 ** 30,
  maxConnections: 10_000,
  maxStreams: 100,
  idleTimeoutMs: 60_000,
  maxUnsentBytes: 4_194_304,
};

/**
 * An S3 store on a folder: https://docs.aws.amazon.com/AmazonS3/latest/API/
 * Throws S3ServerError for a folder or a port that cannot be had.
 */
export async function startS3Server(options: S3ServerOptions): Promise<RunningS3Server> {
  await using opened = new AsyncDisposableStack();
  const disk = opened.use(await openDisk(options));
  const server = opened.use(listen(options, disk));
  opened.move();
  const stop = async ({ graceMs = GRACE_MS }: { readonly graceMs?: number | undefined } = {}) => {
    await server.stop({ graceMs });
    await disk[Symbol.asyncDispose]();
  };
  return { url: server.url, stop, [Symbol.asyncDispose]: () => stop({ graceMs: 0 }) };
}

const GRACE_MS = 10_000;

function listen(options: S3ServerOptions, disk: Disk): RunningHttpServer {
  const { hostname, port, region, hosts = [], limits = s3ServerLimits, clock } = options;
  const { onError, onAnswer } = options;
  const newId = requestIds(options.newId().slice(0, 8));
  const handler = s3Handler({ ...options, disk, region, hosts, limits, newId });
  try {
    return serveHttp({ hostname, port, handler, limits, clock, onError, onAnswer });
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new S3ServerError("cannot_listen", error.message, { cause: error });
  }
}

/** Each only once, also after a restart; nobody need be kept from guessing them. */
function requestIds(start: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${start}${count.toString(16).padStart(8, "0")}`.toUpperCase();
  };
}
