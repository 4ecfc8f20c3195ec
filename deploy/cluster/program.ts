import { closeSync, openSync, readFileSync } from "node:fs";

/** A program of the cluster that runs, in a process group of its own: Ctrl-C is not for it. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  /** How it ended: "SIGKILL", "exit code 1". */
  readonly ended: Promise<string>;
  readonly hasEnded: boolean;
  kill(signal: NodeJS.Signals): void;
  /** What it has said so far. */
  said(): string;
}

export interface ProgramOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where all that it says goes. */
  readonly logPath: string;
}

export class ClusterError extends Error {
  override readonly name = "ClusterError";
}

export function startProgram({ name, command, environment, logPath }: ProgramOptions): Program {
  const log = openSync(logPath, "w");
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: log,
    stderr: log,
    env: { ...environment },
    detached: true,
  });
  closeSync(log);
  const ended = child.exited.then(() =>
    child.signalCode === null ? `exit code ${child.exitCode}` : `${child.signalCode}`,
  );
  return {
    name,
    pid: child.pid,
    ended,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    kill: (signal) => child.kill(signal),
    said: () => readFileSync(logPath, "utf8"),
  };
}

const LOOK_MS = 20;
const START_MS = 20_000;

/** What `look` finds, once it finds something. Rejects with what the program said if it ends. */
export async function untilReady<Found>(
  program: Program,
  look: () => Found | undefined | Promise<Found | undefined>,
): Promise<Found> {
  const startedMs = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const isLate = performance.now() - startedMs > START_MS;
    if (program.hasEnded || isLate) {
      const why = isLate ? `not ready after ${START_MS / 1000} s` : "it has ended";
      throw new ClusterError(`Cannot start ${program.name}: ${why}\n${program.said().trim()}`);
    }
    await Bun.sleep(LOOK_MS);
  }
}

/** Asks it to end, and ends it if it has not after that time. */
export async function endProgram(
  program: Program,
  how: { readonly signal: NodeJS.Signals; readonly graceMs: number },
): Promise<void> {
  if (program.hasEnded) return;
  program.kill(how.signal);
  const over = setTimeout(() => program.kill("SIGKILL"), how.graceMs);
  await program.ended;
  clearTimeout(over);
}
