import { existsSync, mkdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type AnsweringProcess, startAnswering } from "../parts/answering-process.ts";
import { root, workFolder } from "../tool.ts";

export const ACCESS_KEY = "breakwater-bench";
export const SECRET_KEY = "breakwater-bench-secret";
export const BUCKET = "bench";

/** $BREAKWATER_BW names another main.ts, such as that of another version. */
export const bw: readonly string[] = [
  ...[process.execPath, "--no-env-file", "--no-install"],
  process.env.BREAKWATER_BW ?? "products/cli/src/main.ts",
];

/** Where a store keeps its objects: on disk, or in memory, where nothing is gained by syncing. */
export const media: Readonly<Record<Medium, string>> = {
  disk: join(workFolder, "storage"),
  memory: "/dev/shm/breakwater-bench",
};

export type Medium = "disk" | "memory";

export interface Store {
  readonly name: string;
  /** What is on disk when a PUT is answered. */
  readonly durability: string;
  /** To it a folder is a bucket; else it makes one on first use. */
  readonly hasFolderBuckets: boolean;
  readonly toCommand: (folder: string, port: number) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What strace shows of MinIO: each file opened with O_DSYNC or closed after fdatasync. */
const minio = (path: string): Store => ({
  name: "MinIO",
  durability: "files synced, folders not",
  hasFolderBuckets: true,
  toCommand: (folder, port) => [
    ...[path, "server", "--quiet"],
    ...["--address", `127.0.0.1:${port}`, folder],
  ],
  environment: {
    MINIO_ROOT_USER: ACCESS_KEY,
    MINIO_ROOT_PASSWORD: SECRET_KEY,
    MINIO_BROWSER: "off",
    MINIO_UPDATE: "off",
  },
});

const durabilities = {
  none: "nothing synced",
  object: "files synced, folders not",
  strict: "files and folders synced",
} as const;

export const bwS3 = (durability: keyof typeof durabilities): Store => ({
  name: `bw s3 --durability ${durability}`,
  durability: durabilities[durability],
  hasFolderBuckets: false,
  toCommand: (folder, port) => [
    ...[...bw, "s3", "--dir", folder, "--host", "127.0.0.1", "--port", `${port}`],
    ...["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY, "--durability", durability],
  ],
});

/** MinIO, if it is on this machine. */
export function findMinio(): Store | undefined {
  const path = findProgram("minio");
  return path === undefined ? undefined : minio(path);
}

/** Where the peers are that are no part of the repository, or are installed. */
export function findProgram(name: string): string | undefined {
  const folders = [
    process.env.BREAKWATER_PEERS ?? "/opt/breakwater-peers",
    "/tmp/peers", // Where this project's machine has them.
  ].map((folder) => join(folder, "bin"));
  return [...folders, ...(process.env.PATH ?? "").split(delimiter)]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** Whether this `bw` has the command yet that a part of the bench needs. */
export function hasCommand(name: string): boolean {
  // Of a command that it does not know it shows the help of all.
  const { stdout } = Bun.spawnSync([...bw, name, "--help"], { cwd: root });
  return stdout.toString().includes(`bw ${name}`);
}

export interface StartOptions {
  readonly medium: Medium;
  readonly core: number;
  readonly signal: AbortSignal;
}

/** Starts it on an empty folder, which goes with it. */
export async function startStore(
  { name, hasFolderBuckets, toCommand, environment = {} }: Store,
  { medium, core, signal }: StartOptions,
): Promise<AnsweringProcess> {
  const folder = join(media[medium], name.replaceAll(/\W+/g, "-"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(hasFolderBuckets ? join(folder, BUCKET) : folder, { recursive: true });
  const toThis = (port: number): readonly string[] => toCommand(folder, port);
  const started = await startAnswering({ toCommand: toThis, core, environment, signal });
  return {
    ...started,
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What aws and bw read. */
export function storeEnvironment(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_S3: url,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    S3_BUCKET: BUCKET,
  };
}
