import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CLIENT_CORE } from "../bench-server.ts";
import { runPinned } from "../pinned-process.ts";
import { root } from "../tool.ts";
import { runStorage } from "./storage-command.ts";
import { ACCESS_KEY, BUCKET, findProgram, media, SECRET_KEY, storeEnvironment } from "./stores.ts";

export interface Transfer {
  readonly bytes: number;
  /** Of the whole process, its start included. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

/** What moves one large object up and down. */
export interface TransferTool {
  readonly name: string;
  readonly version: string;
  /** As it is called, for the page. */
  readonly upCommand: string;
  readonly downCommand: string;
  readonly up: (job: TransferJob) => Promise<Transfer>;
  readonly down: (job: TransferJob) => Promise<Transfer>;
}

export interface TransferJob {
  readonly url: string;
  readonly bytes: number;
  readonly signal: AbortSignal;
}

/** All have the same part size and as many requests at once. */
const PART_MIB = 16;
const AT_ONCE = 5;

export const sourcePath: string = join(media.memory, "source.bin");
const sink = join(media.memory, "sink.bin");

/** The file that rclone and aws send: in memory, of random bytes. */
export async function writeSource(bytes: number): Promise<void> {
  mkdirSync(media.memory, { recursive: true });
  const writer = Bun.file(sourcePath).writer();
  const block = new Uint8Array(1_048_576);
  for (let left = bytes; left > 0; left -= block.length) {
    for (let at = 0; at < block.length; at += 65_536) {
      crypto.getRandomValues(block.subarray(at, at + 65_536));
    }
    writer.write(block.slice(0, Math.min(left, block.length)));
    await writer.flush();
  }
  await writer.end();
}

interface ToolCommands {
  readonly name: string;
  readonly version: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  readonly environment: (url: string) => Readonly<Record<string, string>>;
}

const rclone = (path: string): ToolCommands => ({
  name: "rclone",
  version: firstLine([path, "version"]),
  up: [
    ...[path, "copyto", sourcePath, `bench:${BUCKET}/large.bin`],
    ...["--s3-chunk-size", `${PART_MIB}M`, "--s3-upload-concurrency", `${AT_ONCE}`],
    ...["--s3-no-check-bucket", "--s3-disable-checksum", "--ignore-checksum", "--ignore-times"],
  ],
  down: [
    ...[path, "copyto", `bench:${BUCKET}/large.bin`, sink, "--ignore-checksum", "--ignore-times"],
    ...["--multi-thread-cutoff", `${PART_MIB}M`, "--multi-thread-streams", `${AT_ONCE}`],
  ],
  environment: (url) => ({
    RCLONE_CONFIG: "/dev/null",
    // It cannot do with one, and there is no TLS here.
    AWS_CA_BUNDLE: "",
    RCLONE_CONFIG_BENCH_TYPE: "s3",
    RCLONE_CONFIG_BENCH_PROVIDER: "Minio",
    RCLONE_CONFIG_BENCH_ENDPOINT: url,
    RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: ACCESS_KEY,
    RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: SECRET_KEY,
  }),
});

const configPath = join(media.memory, "aws-config");

const aws = (path: string): ToolCommands => ({
  name: "aws s3 cp",
  version: firstLine([path, "--version"]),
  up: [path, "s3", "cp", "--quiet", sourcePath, `s3://${BUCKET}/large.bin`],
  down: [path, "s3", "cp", "--quiet", `s3://${BUCKET}/large.bin`, sink],
  environment: (url) => ({ ...storeEnvironment(url), AWS_CONFIG_FILE: configPath }),
});

const awsConfig = `[default]
s3 =
  max_concurrent_requests = ${AT_ONCE}
  multipart_chunksize = ${PART_MIB}MB
  multipart_threshold = ${PART_MIB}MB
`;

/** Those that are on this machine, and the names of those that are not. */
export async function findTransferTools(): Promise<{
  readonly tools: readonly TransferTool[];
  readonly missing: readonly string[];
}> {
  mkdirSync(media.memory, { recursive: true });
  await Bun.write(configPath, awsConfig);
  const tools: TransferTool[] = [];
  const missing: string[] = [];
  for (const [name, toCommands] of Object.entries({ rclone, aws })) {
    const path = findProgram(name);
    if (path === undefined) missing.push(name);
    else tools.push(toTool(toCommands(path)));
  }
  return { tools, missing };
}

function toTool({ name, version, up, down, environment }: ToolCommands): TransferTool {
  const transfer = async (command: readonly string[], job: TransferJob): Promise<Transfer> => {
    const { url, bytes, signal } = job;
    const startMs = performance.now();
    const { cpuSeconds, peakRssMb } = await runPinned(command, {
      ...{ core: CLIENT_CORE, environment: environment(url), signal, timeoutMs: 600_000 },
    });
    return { bytes, seconds: (performance.now() - startMs) / 1000, cpuSeconds, peakRssMb };
  };
  return {
    ...{ name, version },
    upCommand: up.join(" "),
    downCommand: down.join(" "),
    up: (job) => transfer(up, job),
    down: (job) => transfer(down, job),
  };
}

/** `bw storage`: what it sends it makes, and what it gets back it checks. */
export function bwStorage(): TransferTool {
  const flags = ["--part-size", `${PART_MIB}MiB`, "--concurrency", `${AT_ONCE}`];
  const up = ["upload", "--method", "multipart", ...flags, "--count", "1", "--size"];
  const down = ["download", "--method", "ranges", ...flags, "--key", "large.bin"];
  const transfer = async (what: readonly string[], job: TransferJob): Promise<Transfer> => {
    const startMs = performance.now();
    const { cpuSeconds, peakRssMb } = await runStorage(what, job);
    const seconds = (performance.now() - startMs) / 1000;
    return { bytes: job.bytes, seconds, cpuSeconds, peakRssMb };
  };
  return {
    name: "bw storage",
    version: firstLine(["git", "-C", root, "describe", "--always", "--dirty"]),
    upCommand: ["bw", "storage", ...up, "BYTES"].join(" "),
    downCommand: ["bw", "storage", ...down].join(" "),
    up: (job) => transfer([...up, `${job.bytes}B`], job),
    down: (job) => transfer(down, job),
  };
}

function firstLine(command: readonly string[]): string {
  try {
    const { stdout } = Bun.spawnSync([...command]);
    return stdout.toString().split("\n")[0] ?? "";
  } catch {
    return "unknown version";
  }
}
