import { BenchError } from "./bench-error.ts";
import { startPinned } from "./pinned-process.ts";

/** A server on the server's core, for as long as one bench lasts. */
export interface BenchServer extends AsyncDisposable {
  readonly toUrl: (path: string) => string;
  readonly pid: number;
  /** Requests answered since the start; absent when the server does not count. */
  readonly countServed: () => Promise<number | undefined>;
}

export interface ServerOptions {
  readonly scheme: "http" | "https";
  /** Answers 200 as soon as the server is up. */
  readonly readyPath: string;
  readonly signal: AbortSignal;
  /** `sidePort` is another free one. */
  readonly toCommand: (port: number, sidePort: number) => Promise<readonly string[]>;
  /** What the tools are to ask is on the side port, by this scheme. */
  readonly side?: string;
  readonly countServed?: (origin: string) => Promise<number>;
  /** The servers' core if left out. */
  readonly core?: number;
}

/** The core of all servers; the clients have the other. */
export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

const READY_WITHIN_MS = 10_000;

/** Starts a server on a free port of loopback and waits until it answers. */
export async function startServer(options: ServerOptions): Promise<BenchServer> {
  const { scheme, readyPath, signal, toCommand, side, countServed, core = SERVER_CORE } = options;
  const port = freePort();
  const sidePort = freePort();
  const origin = `${scheme}://127.0.0.1:${port}`;
  const command = await toCommand(port, sidePort);
  const child = startPinned(command, { core, signal, killSignal: "SIGTERM" });
  const output = Promise.all([child.stdout.text(), child.stderr.text()]);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const stuck = setTimeout(() => child.kill("SIGKILL"), 3000);
    await child.exited;
    clearTimeout(stuck);
  };
  if (!(await isUp(`${origin}${readyPath}`, () => child.exitCode === null))) {
    await stop();
    const said = (await output).join(" ").trim().replaceAll(/\s+/g, " ").slice(-400);
    throw new BenchError("server_not_up", `\`${command.join(" ")}\` does not answer: ${said}`);
  }
  return {
    toUrl: (path) => (side === undefined ? origin : `${side}127.0.0.1:${sidePort}`) + path,
    pid: child.pid,
    countServed: async () => await countServed?.(origin),
    [Symbol.asyncDispose]: stop,
  };
}

/** nginx has no port 0: a port that was free a moment ago is as near as it gets. */
function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function isUp(url: string, isRunning: () => boolean): Promise<boolean> {
  const endMs = performance.now() + READY_WITHIN_MS;
  while (isRunning() && performance.now() < endMs) {
    try {
      const response = await fetch(url, { tls: { rejectUnauthorized: false }, keepalive: false });
      if (response.ok) return true;
    } catch {
      // Not listening yet.
    }
    await Bun.sleep(25);
  }
  return false;
}
