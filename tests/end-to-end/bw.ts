import { join } from "node:path";

const main = join(import.meta.dir, "../../products/cli/src/main.ts");

/** A command that hangs must not outlive the test. */
const MAX_RUN_MS = 25_000;

/** How a command ended and all that it said. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What the stream has said, once that matches. Rejects when the command ends without. */
  until(stream: "stdout" | "stderr", wanted: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

export interface BwOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Shell text that runs the command as "$@", for limits and redirections. */
  readonly shell?: string;
}

/** Starts the real command under the runtime that runs the tests: the launcher has its own. */
export function start(args: readonly string[], options: BwOptions = {}): Running {
  const { stdin = "", env, cwd, shell } = options;
  const command = [process.execPath, main, ...args];
  const shelled = ["sh", "-c", shell ?? "", "sh", ...command];
  const child = Bun.spawn(shell === undefined ? command : shelled, {
    stdin: new Blob([stdin]),
    stdout: "pipe",
    stderr: "pipe",
    // Before the test's own time is up: then its report shows what the command had said.
    timeout: MAX_RUN_MS,
    killSignal: "SIGKILL",
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const said = { stdout: "", stderr: "" };
  const looks = new Set<() => void>();
  const listen = async (stream: "stdout" | "stderr"): Promise<void> => {
    for await (const text of child[stream].pipeThrough(new TextDecoderStream())) {
      said[stream] += text;
      for (const look of looks) look();
    }
  };
  // Ends when nobody holds the streams any more: no worker is left behind either.
  const ended = Promise.all([child.exited, listen("stdout"), listen("stderr")]).then(
    ([exitCode]) => ({ exitCode: child.signalCode === null ? exitCode : null, ...said }),
  );
  return {
    pid: child.pid,
    ended,
    until: (stream, wanted) =>
      new Promise((resolve, reject) => {
        const look = () => wanted.test(said[stream]) && resolve(said[stream]);
        looks.add(look);
        look();
        const fail = () => reject(new Error(`Ended without ${wanted}: ${JSON.stringify(said)}`));
        void ended.then(fail);
      }),
    kill: (signal) => child.kill(signal),
  };
}

/** Runs the command to its end. */
export function bw(args: readonly string[], options?: BwOptions): Promise<Ended> {
  return start(args, options).ended;
}
