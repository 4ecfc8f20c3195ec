import { type ChildProcess, spawn } from "node:child_process";
import { type MessageLimits, MessageQueue } from "./message-queue.ts";

export interface SpawnSelfOptions extends MessageLimits {
  readonly onMessage: (message: unknown) => void;
  /** Called once, after the last message. */
  readonly onExit: (exit: WorkerExit) => void;
}

export interface WorkerExit {
  /** `undefined` when a signal ended it, or when it never ran. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** What was wrong when it was not the worker's own decision to end. */
  readonly problem: string | undefined;
}

/** Disposing of it kills it; harmless when it has ended. */
export interface WorkerProcess extends Disposable {
  /** `undefined` when it could not be started. */
  readonly pid: number | undefined;
  /** False when it has ended or too many messages wait for it: this one was not sent. */
  trySend(message: unknown): boolean;
  /** Ends it at once; what it had to say is lost. */
  kill(): void;
}

/**
 * Starts this same program once more, as a worker with these arguments, from the repository, the
 * bundle or the compiled executable alike. The worker answers with `parentChannel`; it shares this
 * process's stdout and stderr and ends when this process does.
 */
export function spawnSelf(args: readonly string[], options: SpawnSelfOptions): WorkerProcess {
  const child = spawn(process.execPath, [...ownArguments(), ...args], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const kill = () => void child.kill("SIGKILL");
  const queue = new MessageQueue((text, onTaken) => child.send(text, onTaken), options);
  watch(child, options, kill);
  return {
    pid: child.pid,
    trySend: (message) => child.connected && queue.trySend(message),
    kill,
    [Symbol.dispose]: kill,
  };
}

/** What makes the executable run this program: nothing when it is this program. */
function ownArguments(): string[] {
  return Bun.isStandaloneExecutable ? [] : [...process.execArgv, Bun.main];
}

function watch(child: ChildProcess, { onMessage, onExit }: SpawnSelfOptions, kill: () => void) {
  const open = new Set(["exit", "disconnect"]);
  let exit: WorkerExit = { code: undefined, signal: undefined, problem: undefined };
  const close = (part: string) => {
    // Its last messages may arrive after its end, up to the disconnect.
    if (open.delete(part) && open.size === 0) onExit(exit);
  };
  child.on("message", (text) => {
    const message = tryParse(text);
    if (message !== undefined) return onMessage(message.value);
    exit = { ...exit, problem: "It sent a message that is not JSON" };
    kill();
  });
  child.on("disconnect", () => close("disconnect"));
  child.on("exit", (code, signal) => {
    exit = { ...exit, code: code ?? undefined, signal: signal ?? undefined };
    close("exit");
  });
  child.on("error", (error) => {
    if (child.pid !== undefined) return;
    exit = { ...exit, problem: `Cannot start ${process.execPath}: ${error.message}` };
    open.delete("disconnect");
    close("exit");
  });
}

function tryParse(text: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(String(text)) };
  } catch {
    return undefined;
  }
}
