import { readFileSync } from "node:fs";
import { BenchError } from "../bench-error.ts";
import { startPinned } from "../pinned-process.ts";

/** A server on one core, for as long as it is held. */
export interface AnsweringProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

export interface AnsweringOptions {
  /** As the arguments of a program; it is asked until it answers, whatever it says. */
  readonly toCommand: (port: number) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly core: number;
  /** A free one if left out. */
  readonly port?: number;
  readonly signal: AbortSignal;
}

const READY_WITHIN_MS = 30_000;

export async function startAnswering(options: AnsweringOptions): Promise<AnsweringProcess> {
  const { toCommand, core, environment = {}, port = freePort(), signal } = options;
  const command = toCommand(port);
  const child = startPinned(command, { core, environment, signal, killSignal: "SIGKILL" });
  const output = Promise.all([child.stdout.text(), child.stderr.text()]);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const stuck = setTimeout(() => child.kill("SIGKILL"), 5000);
    await child.exited;
    clearTimeout(stuck);
  };
  const url = `http://127.0.0.1:${port}`;
  if (await answers(url, () => child.exitCode === null)) {
    return { url, pid: child.pid, [Symbol.asyncDispose]: stop };
  }
  await stop();
  const said = (await output).join(" ").trim().replaceAll(/\s+/g, " ").slice(-400);
  throw new BenchError("server_not_up", `\`${command.join(" ")}\` does not answer: ${said}`);
}

/** What programs without a port 0 get: one that was free a moment ago. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function answers(url: string, isRunning: () => boolean): Promise<boolean> {
  const endMs = performance.now() + READY_WITHIN_MS;
  while (isRunning() && performance.now() < endMs) {
    try {
      await (await fetch(url, { keepalive: false })).arrayBuffer();
      return isRunning();
    } catch {
      await Bun.sleep(50);
    }
  }
  return false;
}

/** What a process has used of the processor, in seconds: utime and stime of proc(5). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
