import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Daemon extends AsyncDisposable {
  readonly port: number;
}

/** A real receiver as a child process, in a folder of its own; Debian has them as packages. */
export async function daemon(
  command: string,
  options: {
    readonly args: (folder: string) => readonly string[];
    readonly config: (folder: string) => string;
    /** Finds the port in a line of its log. */
    readonly listening: RegExp;
  },
): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), `breakwater-${command}-`));
  writeFileSync(join(folder, "config"), options.config(folder));
  const child = Bun.spawn([command, ...options.args(folder)], {
    cwd: folder,
    stdout: "ignore",
    stderr: "pipe",
  });
  const log = child.stderr.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  let port: string | undefined;
  while (port === undefined) {
    const { value, done } = await log.next();
    if (done) throw new Error(`${command} ended: ${text}`);
    text += value;
    port = options.listening.exec(text)?.[1];
  }
  // It must be able to go on writing its log.
  void (async () => {
    while (!(await log.next()).done);
  })();
  return {
    port: Number(port),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const isInstalled = (command: string): boolean => Bun.which(command) !== null;
