import { join } from "node:path";

const main = join(import.meta.dir, "../../examples/api/main.ts");

/** One that hangs must not outlive the tests. */
const MAX_RUN_MS = 60_000;

/** The sample service as a process of its own. */
export interface ApiProcess extends AsyncDisposable {
  /** Without the slash at its end. */
  readonly url: string;
  /** Where /metrics is. */
  readonly side: string;
  /** What it logged until now, without a line per request. */
  readonly log: readonly LogLine[];
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, when it and its log have ended. */
  readonly ended: Promise<number>;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly url?: string;
  readonly side?: string;
}

/** Starts it on free ports, which its first line tells. */
export async function startApi(...args: readonly string[]): Promise<ApiProcess> {
  const ports = ["--host", "127.0.0.1", "--port", "0", "--metrics-port", "0"];
  const child = spawnApi([...ports, ...args]);
  const log: LogLine[] = [];
  const listening = Promise.withResolvers<LogLine>();
  const read = async (): Promise<void> => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!line.endsWith('"msg":"request"}')) log.push(JSON.parse(line));
      }
      const first = log.find(({ msg }) => msg === "Listening");
      if (first !== undefined) listening.resolve(first);
    }
    const said = await new Response(child.stderr).text();
    listening.reject(new Error(`The sample service did not start: ${said}`));
  };
  const ended = Promise.all([child.exited, read()]).then(([code]) => code);
  const { url = "", side = "" } = await listening.promise;
  return {
    url: url.replace(/\/$/, ""),
    side: side.replace(/\/$/, ""),
    log,
    kill: (signal) => child.kill(signal),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs it where it cannot start; its exit code and what it said of that. */
export async function failApi(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly exitCode: number; readonly stderr: string }> {
  const child = spawnApi(args, env);
  const stderr = await new Response(child.stderr).text();
  return { exitCode: await child.exited, stderr };
}

function spawnApi(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  // Nothing else of this environment, where PORT may be set.
  const { PATH } = process.env;
  return Bun.spawn([process.execPath, main, ...args], {
    stdout: "pipe",
    stderr: "pipe",
    timeout: MAX_RUN_MS,
    killSignal: "SIGKILL",
    env: { PATH, ...env },
  });
}
