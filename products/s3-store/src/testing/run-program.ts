import { join } from "node:path";
import { $ } from "bun";
import { keys, type OpenStore, randomBytes } from "./open-store.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin";

export const isInstalled = (program: string): boolean => Bun.which(program, { PATH }) !== null;

export interface ProgramRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the S3 clients that people have, knowing nothing of this machine's settings. */
export async function runProgram(
  { scratch }: OpenStore,
  command: readonly string[],
): Promise<ProgramRun> {
  const running = Bun.spawn([...command], {
    cwd: scratch,
    stdout: "pipe",
    stderr: "pipe",
    env: {
      ...{ PATH, HOME: scratch, LANG: "C.UTF-8" },
      AWS_ACCESS_KEY_ID: keys.accessKey,
      AWS_SECRET_ACCESS_KEY: keys.secretKey,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    },
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(running.stdout).text(),
    new Response(running.stderr).text(),
    running.exited,
  ]);
  return { exitCode, stdout, stderr };
}

/** The output of one that is to succeed. */
export async function outputOf(store: OpenStore, command: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(store, command);
  if (exitCode === 0) return stdout;
  throw new Error(`${command.join(" ")} ended with ${exitCode}: ${stderr || stdout}`);
}

/** Files of all kinds, below "up" in the scratch folder; the large one is sent in parts. */
export async function writeTree({ scratch }: OpenStore): Promise<void> {
  const files: readonly (readonly [path: string, bytes: number])[] = [
    ["a.txt", 1000],
    ["empty", 0],
    ["deep/er/ü b+c&d%20.bin", 300_000],
    ["large.bin", 9_000_000],
  ];
  for (const [path, bytes] of files) {
    await Bun.write(join(scratch, "up", path), randomBytes(bytes));
  }
}

/** Whether both folders hold the same files. */
export async function isSameTree({ scratch }: OpenStore, other: string): Promise<boolean> {
  const { exitCode } = await $`diff -r ${join(scratch, "up")} ${join(scratch, other)}`
    .nothrow()
    .quiet();
  return exitCode === 0;
}
