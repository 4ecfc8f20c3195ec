import type { Subprocess } from "bun";
import { BenchError } from "./bench-error.ts";
import { readMemory } from "./memory.ts";
import { root } from "./tool.ts";

export interface PinnedOptions {
  /** The only core that the process may use. */
  readonly core: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** A server may end its children first; a tool that is stopped just stops. */
  readonly killSignal: "SIGTERM" | "SIGKILL";
}

/** The file descriptors that 5,000 connections need on either side, with room. */
const OPEN_FILES = 20_000;

/** The command as it is started: on one core, with as many open files as may be had. */
export function toPinnedCommand(command: readonly string[], core: number): readonly string[] {
  return ["taskset", "-c", `${core}`, ...command];
}

/** Starts a command on one core. The shell replaces itself: the pid is the command's own. */
export function startPinned(
  command: readonly string[],
  { core, environment, signal, killSignal }: PinnedOptions,
): Subprocess<"ignore", "pipe", "pipe"> {
  const raiseLimit = `ulimit -n ${OPEN_FILES} 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"`;
  return Bun.spawn(["sh", "-c", raiseLimit, "sh", ...toPinnedCommand(command, core)], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    signal,
    killSignal,
  });
}

export interface Finished {
  readonly stdout: string;
  readonly peakRssMb: number;
  readonly sampledRssMb: number;
  readonly cpuSeconds: number;
}

/** Runs a command on one core to its end, and watches its memory. Throws unless it exits with 0. */
export async function runPinned(
  command: readonly string[],
  options: Omit<PinnedOptions, "killSignal"> & { readonly timeoutMs: number },
): Promise<Finished> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  const child = startPinned(command, { ...options, signal, killSignal: "SIGKILL" });
  const memory = watchMemory(child.pid);
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]).finally(memory.stop);
  options.signal.throwIfAborted();
  if (timeout.aborted) throw failed(command, `did not end within ${options.timeoutMs} ms`, stderr);
  if (exitCode !== 0) throw failed(command, `exited with ${exitCode}`, stderr || stdout);
  return {
    stdout,
    peakRssMb: memory.peakRssMb(),
    sampledRssMb: memory.sampledRssMb(),
    cpuSeconds: Number(child.resourceUsage()?.cpuTime.total ?? 0n) / 1e6,
  };
}

function failed(command: readonly string[], how: string, output: string): BenchError {
  const end = output.trim().replaceAll(/\s+/g, " ").slice(-400);
  return new BenchError("run_failed", `\`${command.join(" ")}\` ${how}; it ended with: ${end}`);
}

/** Looks at a process a few times a second: rarely enough not to disturb what is measured. */
function watchMemory(pid: number): {
  readonly stop: () => void;
  readonly peakRssMb: () => number;
  readonly sampledRssMb: () => number;
} {
  let peakRssMb = 0;
  let sampledRssMb = 0;
  const timer = setInterval(() => {
    const memory = readMemory(pid);
    peakRssMb = Math.max(peakRssMb, memory.peakRssMb);
    sampledRssMb = Math.max(sampledRssMb, memory.rssMb);
  }, 250);
  return {
    stop: () => clearInterval(timer),
    peakRssMb: () => peakRssMb,
    sampledRssMb: () => sampledRssMb,
  };
}

/** Watches a server's memory while a tool runs. */
export function watchServer(pid: number): {
  readonly stop: () => void;
  readonly seen: () => { readonly serverRssMb: number; readonly serverGrowth: number };
} {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(readMemory(pid).rssMb), 250);
  const most = (from: number, to: number): number =>
    Math.max(...samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to)));
  return {
    stop: () => clearInterval(timer),
    // Of a soak of 120 s the second quarter begins at 30 s.
    seen: () => ({ serverRssMb: most(0, 1), serverGrowth: most(0.9, 1) / most(0.25, 0.5) }),
  };
}
